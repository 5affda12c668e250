/** The question that is being asked here, and the accounts that may ask. */

import { batch, effect, signal } from '@preact/signals';
import { type Account, developmentAccounts, open } from '../chain/accounts.ts';
import { ask, type Progress, type Question } from '../chain/asking.ts';
import type { Session } from '../chain/session.ts';
import { follow, heads, identity, session } from './link.ts';

/** Who can sign. */
export const accounts = signal<Account[]>([]);
/** Where they are from. */
export const source = signal<'none' | 'development' | string>('none');
/** Why a wallet gave none. */
export const refusal = signal<string | undefined>();
/** What becomes of the question. */
export const progress = signal<Progress | undefined>();
/** Whether somebody trusts the node of a link to prepare what the wallet signs. */
export const isTrusted = signal(false);

let stop: (() => void) | undefined;
/** The connection by which the question goes. */
let way: Session | undefined;
let closeWallet: (() => void) | undefined;

/** Take the accounts of a wallet. */
export async function useWallet(name: string): Promise<void> {
  refusal.value = undefined;
  try {
    const wallet = await open(name);
    closeWallet?.();
    closeWallet = wallet.close;
    batch(() => {
      accounts.value = wallet.accounts;
      source.value = name;
      refusal.value =
        wallet.accounts.length === 0 ? 'the wallet gives this page no account' : undefined;
    });
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
  }
}

/** Take the accounts whose keys everybody knows. */
export async function useDevelopment(): Promise<void> {
  refusal.value = undefined;
  let known: Account[];
  try {
    known = await developmentAccounts();
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
    return;
  }
  // The chain may have changed while the keys were made.
  if (identity.peek()?.isDevelopment) {
    batch(() => {
      accounts.value = known;
      source.value = 'development';
    });
  }
}

/** Ask. */
export function send(account: Account, question: Question): void {
  const from = session.peek();
  const best = heads.peek()?.best;
  stop?.();
  if (!from || !best) {
    progress.value = { step: 'failed', why: 'there is no node', isUnsure: false };
    return;
  }
  way = from;
  stop = ask(from, best.hash, account, question, (now) => {
    // A block that is replaced may come again with the same round: what is final stays.
    progress.value = now;
  });
}

/** Begin a new question. */
export function again(): void {
  stop?.();
  stop = undefined;
  progress.value = undefined;
}

// Nothing more comes by a connection that is closed, not even that it is.
effect(() => {
  const isClosed = session.value !== way;
  const step = progress.peek()?.step;
  if (isClosed && (step === 'signing' || step === 'sent')) {
    stop?.();
    const why = 'the connection to the node broke';
    progress.value = { step: 'failed', why, isUnsure: step === 'sent' };
  }
});

follow({
  blocks: () => {},
  forget: () => {
    // A round of this number on another chain is not the one that was asked.
    if (progress.peek()?.step === 'in-block') {
      again();
    }
  },
});

// Accounts of a development chain are of no use on another chain.
effect(() => {
  if (!identity.value?.isDevelopment && source.peek() === 'development') {
    batch(() => {
      accounts.value = [];
      source.value = 'none';
    });
  }
});
