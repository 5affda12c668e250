/**
 * The rounds: those that run are read again when an event says that they changed, ended ones once
 * more when their end is final, and then never again. Older ones are read when somebody looks.
 *
 * What is kept is bounded: so many rounds, and so many bytes of their texts, the longest unseen
 * going first. A round that runs is never dropped.
 */

import { batch, computed, effect, type Signal, signal } from '@preact/signals';
import type { BlockInfo } from 'polkadot-api';
import { type Changes, changesIn, together } from '../chain/happenings.ts';
import * as reading from '../chain/reading.ts';
import type { Session } from '../chain/session.ts';
import { isRunning } from '../chain/stage.ts';
import type { Hex32, RoundView, Seats } from '../chain/views.ts';
import { follow, heads, session } from './link.ts';

/** Rounds, and bytes of texts, that are kept. */
const KEPT_ROUNDS = 2_000;
const KEPT_BYTES = 32 * 1024 * 1024;
/** Rounds that are read when the page opens, and after a gap: as many as the chain lists. */
const RECENT = 100;
/** Blocks that are remembered as worked off. */
const KEPT_BLOCKS = 1_024;
/** More blocks at once than this are a gap: reading the rounds anew is less than their events. */
const MOST_BLOCKS = 40;

/** What the chain forgets of a round when it is over. */
export interface Texts {
  prompt?: Uint8Array;
  /** By index. */
  answers: (Uint8Array | undefined)[];
  seats?: Seats;
  /** The answers each agent had to grade, by index. */
  assigned: number[][];
}

/** What is known of a round. */
export interface Entry {
  id: number;
  view?: RoundView;
  texts?: Texts;
  /** Whether the texts of an ended round were asked for, and what came of it. */
  past: 'unread' | 'reading' | 'read' | 'gone';
  /** Whether the winning answer is in `view`: lists of rounds leave it out. */
  isWhole: boolean;
  /** Whether nothing changes any more. */
  isFinal: boolean;
  /** Whether the chain was asked and knows no such round. */
  isMissing: boolean;
}

const entries = new Map<number, Signal<Entry>>();
/** Those that run, and those whose end is not final. */
const unsettled = new Set<number>();
/** Rounds that changed and have not been read since. */
const pending = new Set<number>();
/** Blocks whose events were read. */
const worked = new Set<Hex32>();

/** How many rounds there have been. Nothing as long as that is not known. */
export const count = signal<number | undefined>();
/** The rounds that run, newest first. */
export const running = signal<number[]>([]);
/** Goes up whenever a round ends, or one that had ended is read. */
export const endings = signal(0);
/** What the last blocks changed. */
export const changes = signal<Changes | undefined>();

const empty = (id: number): Entry => ({
  id,
  past: 'unread',
  isWhole: false,
  isFinal: false,
  isMissing: false,
});

/** What is known of a round, as it changes. */
export function entry(id: number): Signal<Entry> {
  let found = entries.get(id);
  if (found) {
    // The last one in the map is the one that was looked at last.
    entries.delete(id);
  } else {
    found = signal(empty(id));
  }
  entries.set(id, found);
  return found;
}

/** The ended rounds of a domain that are known here, oldest first. */
export function endedIn(domain: number): RoundView[] {
  const found: RoundView[] = [];
  for (const { value } of entries.values()) {
    if (value.view && value.view.domain === domain && !isRunning(value.view)) {
      found.push(value.view);
    }
  }
  return found.sort((a, b) => Number(a.id - b.id));
}

/** The rounds known here in which an agent takes or took part, newest first. */
export function roundsOf(owner: string, most: number): RoundView[] {
  const found: RoundView[] = [];
  for (const { value } of entries.values()) {
    if (value.view?.agents.some((agent) => agent.owner === owner)) {
      found.push(value.view);
    }
  }
  return found.sort((a, b) => Number(b.id - a.id)).slice(0, most);
}

/** Whether rounds have been read at all. */
export const isLoaded = computed(() => count.value !== undefined);

/** What stays of the texts when a round's view no longer has them. */
function textsOf(view: RoundView, before: Texts | undefined): Texts | undefined {
  if (!isRunning(view)) {
    return before;
  }
  return {
    // Lists have no texts.
    prompt: view.prompt.length > 0 ? view.prompt : before?.prompt,
    answers: view.agents.map((agent, index) => agent.answer ?? before?.answers[index]),
    seats: view.seats,
    assigned: view.agents.map(({ assigned }) => assigned),
  };
}

/** Take in what was read of a round. */
function take(view: RoundView, isWhole: boolean): void {
  const known = entry(Number(view.id));
  const before = known.peek();
  if (before.isFinal && before.isWhole) {
    return;
  }
  const ended = view.blocks.ended;
  const final = heads.peek()?.final.number ?? 0;
  const texts = textsOf(view, before.texts);
  // Seen live to its end: nothing to look for in the state of before.
  const hasItAll =
    !isRunning(view) &&
    texts?.prompt !== undefined &&
    view.agents.every((agent, index) => !agent.opened_answer || texts.answers[index]);
  known.value = {
    id: before.id,
    view,
    texts,
    past: hasItAll ? 'read' : before.past,
    isWhole: isWhole || (before.isWhole && view.winning_answer !== undefined),
    isFinal: ended !== undefined && ended <= final,
    isMissing: false,
  };
  if (known.value.isFinal) {
    unsettled.delete(before.id);
  } else {
    unsettled.add(before.id);
  }
  if (!isRunning(view)) {
    endings.value += 1;
  }
}

/** Which rounds run, newest first: told only when that changes. */
function tellRunning(): void {
  const now = [...unsettled]
    .filter((id) => {
      const view = entries.get(id)?.peek().view;
      return view !== undefined && isRunning(view);
    })
    .sort((a, b) => b - a);
  const before = running.peek();
  if (now.length !== before.length || now.some((id, index) => id !== before[index])) {
    running.value = now;
  }
}

/** Drop what nobody looked at for long. */
function tidy(): void {
  let bytes = 0;
  for (const known of entries.values()) {
    bytes += sizeOf(known.peek());
  }
  for (const [id, known] of entries) {
    if (entries.size <= KEPT_ROUNDS && bytes <= KEPT_BYTES) {
      break;
    }
    if (!unsettled.has(id)) {
      entries.delete(id);
      bytes -= sizeOf(known.peek());
    }
  }
}

function sizeOf({ texts, view }: Entry): number {
  const answers = texts?.answers.reduce((sum, answer) => sum + (answer?.length ?? 0), 0) ?? 0;
  const won = view?.winning_answer?.length ?? 0;
  return answers + won + (texts?.prompt?.length ?? 0);
}

let isBusy = false;
/** Whether all has to be read anew: at first, after a gap, and after the page was hidden. */
let isAnew = true;
let latest: { session: Session; blocks: BlockInfo[] } | undefined;

follow({
  blocks: (from, blocks, isGap) => {
    isAnew ||= isGap;
    latest = { session: from, blocks };
    void work();
  },
  forget: () => {
    batch(() => {
      entries.clear();
      unsettled.clear();
      pending.clear();
      worked.clear();
      isAnew = true;
      latest = undefined;
      count.value = undefined;
      running.value = [];
      changes.value = undefined;
    });
  },
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    void work();
  }
});

/** Work off the newest blocks, one lot after the other. */
async function work(): Promise<void> {
  // Nobody looks: what happens meanwhile is read when somebody does.
  if (isBusy || !latest || document.hidden) {
    isAnew ||= document.hidden;
    return;
  }
  isBusy = true;
  try {
    while (latest && !document.hidden) {
      const { session: from, blocks }: NonNullable<typeof latest> = latest;
      latest = undefined;
      await workOff(from, blocks);
    }
  } catch {
    // The connection broke, or the block is no more: the next ones begin anew.
    isAnew = true;
  } finally {
    isBusy = false;
  }
}

async function workOff(from: Session, blocks: BlockInfo[]): Promise<void> {
  const best = blocks[0];
  if (!best) {
    return;
  }
  const fresh = blocks.filter(({ hash }) => !worked.has(hash));
  if (isAnew || fresh.length > MOST_BLOCKS) {
    isAnew = false;
    await readRecent(from, best.hash);
  } else {
    const found = together(await Promise.all(fresh.map(({ hash }) => changesIn(from, hash))));
    for (const id of found.rounds) {
      pending.add(id);
    }
    changes.value = found;
  }
  for (const { hash } of blocks) {
    worked.add(hash);
  }
  for (const hash of [...worked].slice(0, -KEPT_BLOCKS)) {
    worked.delete(hash);
  }
  await readPending(from, best.hash, blocks.at(-1)?.number ?? 0);
}

async function readRecent(from: Session, at: Hex32): Promise<void> {
  const [number, views] = await Promise.all([
    reading.roundCount(from, at),
    reading.recentRounds(from, at, RECENT),
  ]);
  batch(() => {
    count.value = number;
    for (const view of views) {
      take(view, false);
    }
    // Also those that are older than the list goes: nobody told how they went on.
    for (const id of unsettled) {
      pending.add(id);
    }
    tellRunning();
  });
}

/** Read the rounds that changed, and those whose end has become final. */
async function readPending(from: Session, at: Hex32, final: number): Promise<void> {
  for (const id of unsettled) {
    const ended = entries.get(id)?.peek().view?.blocks.ended;
    if (ended !== undefined && ended <= final) {
      pending.add(id);
    }
  }
  if (pending.size === 0) {
    return;
  }
  const ids = [...pending];
  pending.clear();
  const views = await Promise.all(ids.map((id) => reading.round(from, at, id)));
  batch(() => {
    for (const [index, view] of views.entries()) {
      const id = ids[index] ?? 0;
      if (view) {
        take(view, true);
        count.value = Math.max(count.value ?? 0, id + 1);
      } else {
        vanish(id);
      }
    }
    tellRunning();
  });
  tidy();
}

/** A round that was in a block which is no more, or whose result was removed. */
function vanish(id: number): void {
  unsettled.delete(id);
  const known = entries.get(id);
  if (known) {
    const { view } = known.value;
    // What was seen of a removed result stays; a round that never was does not.
    known.value = view && !isRunning(view) ? known.value : { ...empty(id), isMissing: true };
  }
}

/**
 * Somebody looks at this round: read what is not known of it yet. `withTexts` also looks for what
 * the chain forgot when it ended.
 */
export async function look(id: number, withTexts: boolean): Promise<void> {
  const from = session.peek();
  const best = heads.peek()?.best;
  const known = entry(id);
  if (!from || !best) {
    return;
  }
  try {
    if (!known.peek().isWhole && !known.peek().isMissing) {
      const view = await reading.round(from, best.hash, id);
      batch(() => {
        if (view) {
          take(view, true);
          tellRunning();
        } else {
          vanish(id);
          known.value = { ...known.value, isMissing: true };
        }
      });
    }
    if (withTexts) {
      await lookBack(from, known);
    }
  } catch {
    // The connection broke; whoever still looks asks again when there is a new one.
    if (known.peek().past === 'reading') {
      known.value = { ...known.value, past: 'unread' };
    }
  }
  // Who scrolls far on a quiet chain reads much, and no block comes to tidy up after.
  tidy();
}

/** Read what an ended round had one block before it ended, if the node still has that state. */
async function lookBack(from: Session, known: Signal<Entry>): Promise<void> {
  const { view, past, id } = known.peek();
  const ended = view?.blocks.ended;
  if (ended === undefined || past !== 'unread') {
    return;
  }
  known.value = { ...known.peek(), past: 'reading' };
  const hash = await reading.blockHash(from, ended - 1);
  const before = hash && (await reading.round(from, hash, id).catch(() => undefined));
  if (session.peek() !== from) {
    known.value = { ...known.peek(), past: 'unread' };
    return;
  }
  known.value =
    before && isRunning(before)
      ? { ...known.peek(), past: 'read', texts: textsOf(before, known.peek().texts) }
      : { ...known.peek(), past: 'gone' };
}

// With a new connection nothing is being read any more.
effect(() => {
  if (session.value === undefined) {
    isAnew = true;
  }
});
