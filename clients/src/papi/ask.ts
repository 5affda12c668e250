/**
 * Ask with polkadot-api (PAPI): submit a prompt, follow its round by the chain's events, read the
 * answer that was chosen.
 *
 * It uses the *unsafe* API, which reads everything from the node's metadata at run time.
 * `npx papi add` would instead write TypeScript types for one version of the chain.
 */

import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_MINI_SECRET, ss58Address } from '@polkadot-labs/hdkd-helpers';
import { Binary, createClient, type PolkadotClient, type PolkadotSigner } from 'polkadot-api';
import { getPolkadotSigner } from 'polkadot-api/signer';
import { getWsProvider } from 'polkadot-api/ws';
import { concatMap, filter, firstValueFrom, ReplaySubject, tap } from 'rxjs';
import WebSocket from 'ws';

/** What a client offers for an answer: see the module of the same name for polkadot.js. */
export interface Terms {
  reward: bigint;
  answering_blocks: number;
  min_agents: number;
  max_agents: number;
  min_score?: number;
}

/** A question: what is asked, on which terms, and the domain whose members may answer. */
export interface Question {
  prompt: string;
  terms: Terms;
  /** The general one, 0, unless another is named. */
  domain?: number;
}

/** An event of the pallet `Rounds`, and the number of its block. */
export interface Happened {
  block: number;
  type: string;
  value: { round: bigint; phase?: { type: string } };
}

/** The end of a round: its number, whether there is a winner, and the answer the swarm chose. */
export interface Ending {
  round: bigint;
  settled: boolean;
  answer?: string;
}

/** An event as the chain stores it. */
interface SystemEvent {
  event: { type: string; value: { type: string; value: { round: bigint } } };
}

/** What is read here of the chain's view of a round. */
interface RoundView {
  state: { type: string };
  winning_answer?: Uint8Array;
}

/** Connect to the node at `url`. */
export function connect(url: string): PolkadotClient {
  // Browsers, and Node.js from version 22 on, have a WebSocket of their own.
  return createClient(
    getWsProvider(url, { websocketClass: WebSocket as unknown as typeof globalThis.WebSocket }),
  );
}

/** A development account, such as `//Alice`: everybody knows its key. */
export function developmentAccount(path: string): { signer: PolkadotSigner; address: string } {
  const pair = sr25519CreateDerive(DEV_MINI_SECRET)(path);
  return {
    signer: getPolkadotSigner(pair.publicKey, 'Sr25519', pair.sign),
    address: ss58Address(pair.publicKey),
  };
}

/**
 * Ask a question, tell `onEvent` all that happens to the round, and return how it ended. Only
 * finalised blocks are read.
 *
 * @throws InvalidTxError if the pool refuses the transaction; an Error with the name of the chain's
 * error if the call fails.
 */
export async function ask(
  client: PolkadotClient,
  signer: PolkadotSigner,
  { prompt, terms, domain = 0 }: Question,
  onEvent: (happened: Happened) => void,
): Promise<Ending> {
  const api = client.getUnsafeApi();
  // From before the round on, so that none of its events is missed.
  const happened = new ReplaySubject<Happened>();
  const watching = client.finalizedBlock$
    .pipe(
      concatMap(async ({ hash, number }) => {
        const records = (await api.query.System.Events.getValue({ at: hash })) as SystemEvent[];
        const ours = records.filter(({ event }) => event.type === 'Rounds');
        return ours.map(({ event }): Happened => ({ block: number, ...event.value }));
      }),
      concatMap((events) => events),
    )
    .subscribe(happened);
  try {
    const call = api.tx.Rounds.submit({
      prompt: Binary.fromText(prompt),
      domain,
      terms: { min_score: 0, ...terms },
      // Whoever knows the right answer could seal it instead, and nobody could tell.
      sealed_truth: Binary.toHex(crypto.getRandomValues(new Uint8Array(32))),
    });
    const sent = await call.signAndSubmit(signer);
    if (!sent.ok) {
      throw new Error(nameOf(sent.dispatchError));
    }
    const submitted = sent.events.find(
      ({ type, value }) => type === 'Rounds' && value.type === 'Submitted',
    );
    if (!submitted) {
      throw new Error('the transaction is in a block, but the round is not there');
    }
    const round: bigint = submitted.value.value.round;
    await firstValueFrom(
      happened.pipe(
        filter(({ value }) => value.round === round),
        tap(onEvent),
        filter(({ type }) => ['Settled', 'NobodyWon', 'Cancelled'].includes(type)),
      ),
    );
    const view = (await api.apis.WaggleApi.round(round)) as RoundView;
    const answer = view.winning_answer && Binary.toText(view.winning_answer);
    return {
      round,
      settled: view.state.type === 'Settled',
      ...(answer !== undefined && { answer }),
    };
  } finally {
    watching.unsubscribe();
  }
}

/**
 * Which answers of a round are equal: see the function of the same name for polkadot.js. Reads the
 * last finalised block.
 */
export async function candidates(
  client: PolkadotClient,
  round: bigint,
): Promise<(number | undefined)[]> {
  const api = client.getUnsafeApi();
  return (await api.apis.WaggleApi.candidates(round)) as (number | undefined)[];
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
