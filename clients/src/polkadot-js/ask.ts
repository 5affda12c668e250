/**
 * Ask with polkadot.js: submit a prompt, follow its round by the chain's events, read the answer
 * that was chosen.
 */

import type { ApiPromise } from '@polkadot/api';
import type { AddressOrPair } from '@polkadot/api/types';
import type { Bytes, Enum, GenericEvent, Option, Struct, u32, u64, Vec } from '@polkadot/types';
import { stringToHex } from '@polkadot/util';
import { randomAsHex } from '@polkadot/util-crypto';
import { send } from './connection.ts';
import { GENERAL } from './domains.ts';

/** What a client offers for an answer. */
export interface Terms {
  /**
   * What is offered for the answer, in units of 10⁻¹² WAG. Returned if the round is cancelled; the
   * fee for asking is not.
   */
  reward: bigint;
  /**
   * How long agents may answer, in blocks. Answering ends early at `maxAgents` answers. It begins
   * when the seats are drawn, and once more if too few of those drawn come.
   */
  answeringBlocks: number;
  /** If fewer agents answer in time, the round is cancelled. Four at least. */
  minAgents: number;
  /**
   * With this many answers nobody else may enter. If more members of the domain are on its roster,
   * the chain draws who may: the event `SeatsDrawn` says when that is done.
   */
  maxAgents: number;
  /**
   * What the best answer has to score, in basis points (4500 is 0.45), or nobody wins: then a
   * quarter of the winners' part comes back, and those who answered share the rest of it. Nothing
   * unless said.
   */
  minScore?: number;
}

/** What a client may say besides. */
export interface Options {
  /** The domain whose members may answer; the general one unless another is named. */
  domain?: number;
  /** 32 bytes in hex: random ones, unless the client knows the right answer and has sealed it. */
  sealedTruth?: string;
}

/** An event, and the number of its block. */
export interface Happened {
  block: number;
  event: GenericEvent;
}

/** The end of a round. */
export interface Ending {
  /** Whether there is a winner: not if the round was cancelled, or no answer was good enough. */
  settled: boolean;
  /** The answer that the swarm chose; nothing if there is no winner. */
  answer?: string;
}

/** Ask a prompt. Returns the number of the round, and that of the block that it begins in. */
export async function submit(
  api: ApiPromise,
  account: AddressOrPair,
  prompt: string,
  terms: Terms,
  { domain = GENERAL, sealedTruth = randomAsHex(32) }: Options = {},
): Promise<{ round: bigint; block: number }> {
  // In hex, because a prompt that begins with 0x would be taken for bytes.
  const asked = { minScore: 0, ...terms };
  const call = api.tx.rounds.submit(stringToHex(prompt), domain, asked, sealedTruth);
  const { block, events } = await send(api, call, account);
  const submitted = events.find(
    ({ event }) => event.section === 'rounds' && event.method === 'Submitted',
  );
  if (!submitted) {
    throw new Error('the transaction is in a block, but the round is not there');
  }
  const header = await api.rpc.chain.getHeader(block);
  return { round: (submitted.event.data[0] as u64).toBigInt(), block: header.number.toNumber() };
}

/**
 * The events of a round, from block `first` on, each once and in order, until the round is over.
 * Only finalised blocks are read: what they say is never taken back, and none is left out.
 */
export async function* follow(
  api: ApiPromise,
  round: bigint,
  first: number,
): AsyncGenerator<Happened> {
  let last = 0;
  let wake = () => {};
  const stop = await api.rpc.chain.subscribeFinalizedHeads((header) => {
    last = header.number.toNumber();
    wake();
  });
  try {
    for (let block = first; ; block += 1) {
      while (block > last) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const at = await api.at(await api.rpc.chain.getBlockHash(block));
      const records = (await at.query.system.events()) as unknown as Vec<Struct>;
      for (const record of records) {
        const event = record.get('event') as unknown as GenericEvent;
        const isOurs =
          event.section === 'rounds' &&
          (event.data as unknown as { round?: u64 }).round?.toBigInt() === round;
        if (isOurs) {
          yield { block, event };
        }
        if (isOurs && ['Settled', 'NobodyWon', 'Cancelled'].includes(event.method)) {
          return;
        }
      }
    }
  } finally {
    stop();
  }
}

/**
 * How the round ended, from the chain's own view of it. The chain remembers it for
 * `rounds.resultRetention` blocks.
 */
export async function ending(api: ApiPromise, round: bigint): Promise<Ending> {
  const view = (await api.call.waggleApi.round(round)) as Option<Struct>;
  if (view.isNone) {
    throw new Error(`the chain knows no round ${round}`);
  }
  const state = view.unwrap().get('state') as Enum;
  const answer = view.unwrap().get('winningAnswer') as Option<Bytes>;
  return {
    settled: state.type === 'Settled',
    ...(answer.isSome && { answer: answer.unwrap().toUtf8() }),
  };
}

/**
 * Which answers of a round are equal: by index of agent, the number of the candidate to which its
 * answer belongs, from 0. `undefined` for agents that have not opened their answer. The list is
 * empty if no answer is open.
 */
export async function candidates(api: ApiPromise, round: bigint): Promise<(number | undefined)[]> {
  const numbers = (await api.call.waggleApi.candidates(round)) as Vec<Option<u32>>;
  return numbers.map((number) => (number.isSome ? number.unwrap().toNumber() : undefined));
}
