/** Asking: the transaction, what it costs, and what becomes of it until it is in a block. */

import { Binary } from 'polkadot-api';
import type { Account } from './accounts.ts';
import { promptOf } from './conversation.ts';
import type { Session } from './session.ts';
import type { Constants, RoundTerms } from './views.ts';

/**
 * How long the transaction may be taken, in blocks: a minute of the fastest chains. A power of two,
 * as the chain has it.
 */
const MORTAL_BLOCKS = 256;

/** What a chain says whose code does not know the hash of its metadata that a signature covers. */
const NO_HASH = 'Unknown.CannotLookup';

/** A question as somebody filled it in. */
export interface Question {
  text: string;
  domain: number;
  terms: RoundTerms;
}

/** What becomes of a transaction. */
export type Progress =
  | { step: 'signing' }
  | { step: 'sent' }
  | { step: 'in-block'; round: number; block: number; isFinal: boolean }
  | { step: 'failed'; why: string; isUnsure: boolean };

/** The bytes of the prompt that asks this text. */
export function promptBytes(text: string): Uint8Array {
  return new TextEncoder().encode(promptOf(text));
}

/** What asking costs at most besides the reward, without the transaction's own fee. */
export function askingFee({ asking }: Constants, terms: RoundTerms): bigint {
  return asking.seat * BigInt(terms.max_agents);
}

/** What is wrong with a question; nothing if the chain will take it. */
export function faultOf(
  { text, terms }: Question,
  { max_prompt_bytes, minimum_reward, answering_blocks, swarm }: Constants,
): 'prompt' | 'length' | 'reward' | 'time' | 'agents' | 'score' | undefined {
  // As `waggle ask` has it: blanks and characters that nobody sees ask nothing.
  if (/^[\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text)) {
    return 'prompt';
  }
  if (promptBytes(text).length > max_prompt_bytes) {
    return 'length';
  }
  if (terms.reward < minimum_reward) {
    return 'reward';
  }
  const [least, most] = answering_blocks;
  if (!(terms.answering_blocks >= least && terms.answering_blocks <= most)) {
    return 'time';
  }
  const [fewest, all] = swarm;
  const isSwarm =
    Number.isInteger(terms.min_agents) &&
    Number.isInteger(terms.max_agents) &&
    fewest <= terms.min_agents &&
    terms.min_agents <= terms.max_agents &&
    terms.max_agents <= all;
  if (!isSwarm) {
    return 'agents';
  }
  return terms.min_score >= 0 && terms.min_score <= 10_000 ? undefined : 'score';
}

/**
 * Sign a question, send it, and tell what becomes of it, as long as the session is open: that it is
 * closed is not told. Returns what stops the telling, and the sending if it is not sent yet.
 */
export function ask(
  { api }: Session,
  at: string,
  { signer }: Account,
  { text, domain, terms }: Question,
  tell: (progress: Progress) => void,
): () => void {
  const submit = api.tx.Rounds?.submit;
  if (!submit) {
    tell({ step: 'failed', why: 'this chain takes no questions', isUnsure: false });
    return () => {};
  }
  const call = submit({
    prompt: promptBytes(text),
    domain,
    terms,
    // Whoever knows the right answer could seal it instead, and nobody could tell.
    sealed_truth: Binary.toHex(crypto.getRandomValues(new Uint8Array(32))),
  });
  let wasSent = false;
  tell({ step: 'signing' });
  const watching = call
    .signSubmitAndWatch(signer, { at, mortality: { mortal: true, period: MORTAL_BLOCKS } })
    .subscribe({
      next: (event) => {
        if (event.type === 'broadcasted') {
          wasSent = true;
          tell({ step: 'sent' });
        }
        const isIn =
          event.type === 'finalized' || (event.type === 'txBestBlocksState' && event.found);
        if (!isIn) {
          return;
        }
        if (!event.ok) {
          tell({ step: 'failed', why: nameOf(event.dispatchError), isUnsure: false });
          return;
        }
        const round = submitted(event.events);
        if (round !== undefined) {
          const isFinal = event.type === 'finalized';
          tell({ step: 'in-block', round, block: event.block.number, isFinal });
        }
      },
      error: (error) => tell({ step: 'failed', why: reasonOf(error), isUnsure: wasSent }),
    });
  return () => {
    try {
      watching.unsubscribe();
    } catch {
      // It tells the node to pass the transaction on no more: over a closed connection it cannot.
    }
  };
}

/** The number of the round that these events of a transaction tell of. */
function submitted(events: { type: string; value: unknown }[]): number | undefined {
  for (const { type, value } of events) {
    const { type: name, value: fields } = value as { type: string; value: { round?: bigint } };
    if (type === 'Rounds' && name === 'Submitted' && fields.round !== undefined) {
      return Number(fields.round);
    }
  }
  return undefined;
}

/** The name of a call's error: `Rounds.EmptyPrompt`, `BadOrigin`. */
function nameOf(error: { type: string; value?: unknown }): string {
  const names: string[] = [];
  for (
    let part: typeof error | undefined = error;
    part?.type;
    part = part.value as typeof error | undefined
  ) {
    names.push(part.type);
  }
  return names.filter((name) => name !== 'Module').join('.');
}

/** Why a transaction was not taken, as far as the error tells. */
function reasonOf(thrown: unknown): string {
  const invalid = (thrown as { error?: { type?: string } } | null)?.error;
  if (invalid?.type !== undefined) {
    const name = nameOf(invalid as { type: string });
    return name === NO_HASH
      ? 'the wallet signed the hash of the chain’s metadata, which this ' +
          'chain’s code does not know: another wallet, or one without a device, signs without'
      : name;
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}
