/**
 * The connection to the node: which one, how it is, and which blocks it has. A node that goes away
 * is tried again and again, and what was read of it stays, marked as stale. If what comes back is
 * another chain, everything is forgotten.
 */

import { batch, computed, signal } from '@preact/signals';
import type { BlockInfo } from 'polkadot-api';
import * as reading from '../chain/reading.ts';
import { openSession, type Session } from '../chain/session.ts';
import type { Constants } from '../chain/views.ts';

/** How a connection is. */
export type Status = 'connecting' | 'live' | 'away' | 'misplaced';

/** The best and the last final block. */
export interface Heads {
  best: BlockInfo;
  final: BlockInfo;
  /** When the best one came, by this machine's clock. */
  seen: number;
}

/** Between two tries, in milliseconds: at first, and at most. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/** The address of the node. */
export const address = signal('');
/** Whether the address came with the link that led here: nobody here chose it. */
export const isAddressForeign = signal(false);
/** How the connection is. */
export const status = signal<Status>('connecting');
/** Why there is none. */
export const trouble = signal<string | undefined>();
/** Which chain it is, once that is known. */
export const identity = signal<reading.ChainIdentity | undefined>();
/** The chain's rules, once they are known. */
export const constants = signal<Constants | undefined>();
/** The newest blocks, once there are any. */
export const heads = signal<Heads | undefined>();
/** How long a slot takes, in milliseconds. */
export const slotMs = computed(() => Number(constants.value?.slot_ms ?? 1_000n));
/** The connection, while it is good. */
export const session = signal<Session | undefined>();

/** Who wants to know of blocks, and when to forget what was read. */
interface Follower {
  /** New blocks. If `isGap`, others came before them that nobody told of. */
  blocks: (session: Session, blocks: BlockInfo[], isGap: boolean) => void;
  forget: () => void;
}

const followers: Follower[] = [];
let current: Session | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
/** The session whose chain was looked at, and has not been replaced. */
let known: Session | undefined;

/** Be told of blocks from now on. */
export function follow(follower: Follower): void {
  followers.push(follower);
}

/** Whether this is the address of a node: a WebSocket's. */
export function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && ['ws:', 'wss:'].includes(url.protocol) && url.hostname !== '';
}

/** Leave the node that there is, if there is one, and connect to another. */
export function connect(to: string, isForeign: boolean): void {
  leave();
  failures = 0;
  batch(() => {
    address.value = to;
    isAddressForeign.value = isForeign;
    forgetAll();
  });
  if (isAddress(to)) {
    open();
  } else {
    batch(() => {
      status.value = 'misplaced';
      trouble.value = 'this is no address of a node: one begins with ws:// or wss://';
    });
  }
}

/** Try again at once. */
export function retry(): void {
  if (status.value === 'away') {
    failures = 0;
    leave();
    open();
  }
}

function leave(): void {
  clearTimeout(timer);
  const old = current;
  current = undefined;
  known = undefined;
  session.value = undefined;
  old?.close();
}

function forgetAll(): void {
  identity.value = undefined;
  constants.value = undefined;
  heads.value = undefined;
  for (const { forget } of followers) {
    forget();
  }
}

function open(): void {
  if (heads.value === undefined) {
    status.value = 'connecting';
  }
  current = openSession(address.value, {
    blocks: (from, blocks) => {
      if (from === current) {
        void take(from, blocks);
      }
    },
    broken: (from, why) => {
      if (from === current) {
        away(why);
      }
    },
  });
}

function away(why: string): void {
  leave();
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
  failures += 1;
  batch(() => {
    status.value = 'away';
    trouble.value = why;
  });
  timer = setTimeout(open, pause);
}

/** Blocks of a session that is still the current one, before its chain is known. */
const early = new WeakMap<Session, BlockInfo[]>();

async function take(from: Session, blocks: BlockInfo[]): Promise<void> {
  if (known === from) {
    tell(from, blocks, false);
    return;
  }
  const isFirst = !early.has(from);
  early.set(from, blocks);
  if (!isFirst) {
    return;
  }
  try {
    await introduce(from);
  } catch (error) {
    if (from === current) {
      away(error instanceof Error ? error.message : String(error));
    }
    return;
  }
  const latest = early.get(from);
  if (from === current && latest) {
    failures = 0;
    known = from;
    tell(from, latest, true);
  }
}

/** Look which chain this is, and forget what was known of another one. */
async function introduce(from: Session): Promise<void> {
  const best = early.get(from)?.[0];
  if (!best) {
    return;
  }
  const [which, rules, isSame] = await Promise.all([
    reading.identity(from),
    reading.constants(from, best.hash),
    isSameChain(from),
  ]);
  if (from !== current) {
    return;
  }
  batch(() => {
    if (!isSame || (identity.value && identity.value.genesis !== which.genesis)) {
      forgetAll();
    }
    identity.value = which;
    constants.value = rules;
  });
}

/** Whether the chain still has the last block that was known to be final. */
async function isSameChain(from: Session): Promise<boolean> {
  const final = heads.value?.final;
  return final === undefined || (await reading.blockHash(from, final.number)) === final.hash;
}

function tell(from: Session, blocks: BlockInfo[], isGap: boolean): void {
  const [best, final] = [blocks[0], blocks.at(-1)];
  if (!best || !final) {
    return;
  }
  batch(() => {
    const before = heads.value;
    const isOld = before?.best.hash === best.hash;
    heads.value = { best, final, seen: isOld && before ? before.seen : Date.now() };
    status.value = 'live';
    trouble.value = undefined;
    session.value = from;
  });
  for (const { blocks: hear } of followers) {
    hear(from, blocks, isGap);
  }
}
