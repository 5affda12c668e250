/**
 * Acts of agents, made by hand. A node makes them for its agents. A test makes them to see them
 * refused, or to bring a round to where the next one is refused.
 *
 * An act is signed by the agent key and travels in a *general* transaction (version 5): a call, and
 * the chain's transaction extensions with nothing in them, but no account, no nonce and no fee.
 * polkadot.js reads such transactions but does not write them, hence the bytes.
 */

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { WsProvider } from '@polkadot/rpc-provider';
import type { Option } from '@polkadot/types';
import type { Codec } from '@polkadot/types/types';
import { bnToU8a, compactAddLength, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { refusal } from '../src/polkadot-js/named-errors.ts';

/** An act, as the metadata describes it. */
export type Act =
  | { CommitAnswer: { round: bigint; sealed: Sealed } }
  | { OpenAnswer: { round: bigint; key: Uint8Array } }
  | { CommitGrades: { round: bigint; sealed: Sealed } }
  | { OpenGrades: { round: bigint; key: Uint8Array } };

/** What is sealed, and the commitment to the key that opens it. */
export interface Sealed {
  /** In hex: polkadot.js expects its length in front of bytes. */
  ciphertext: string;
  commitment: Uint8Array;
}

/** The steps of a round that are sealed, by their number in the protocol. */
export const STEP = { answer: 0, grades: 1 } as const;

/** What signatures and seals cover besides the round's number. Without a round: the chain. */
async function scope(api: ApiPromise, round: bigint, step: number): Promise<Uint8Array> {
  const scope = (await api.call.waggleApi.scope(round, step)) as Option<Codec>;
  return scope.isSome ? scope.unwrap().toU8a() : api.genesisHash.toU8a();
}

/** Bytes under the commitment that `key` opens. What they decrypt to does not matter here. */
export async function seal(
  api: ApiPromise,
  agent: KeyringPair,
  round: bigint,
  step: number,
  key: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Sealed> {
  const context = u8aConcat(
    await scope(api, round, step),
    bnToU8a(round, { bitLength: 64 }),
    agent.publicKey,
    [step],
  );
  return {
    ciphertext: u8aToHex(ciphertext),
    commitment: blake2AsU8a(u8aConcat(stringToU8a('waggle/commit'), context, key)),
  };
}

/** An act with the signature of `signer`: the agent, unless it is forged. */
export async function sign(
  api: ApiPromise,
  agent: KeyringPair,
  act: Act,
  signer = agent,
): Promise<object> {
  const type = api.tx.rounds.act.meta.fields[0].type;
  const signed = api.registry.createType(api.registry.createLookupType(type), {
    agent: agent.publicKey,
    act,
  });
  const bytes = (signed as unknown as { act: { toU8a: () => Uint8Array } }).act.toU8a();
  const [[kind, { round }]] = Object.entries(act) as [[string, { round: bigint }]];
  const step = kind.endsWith('Answer') ? STEP.answer : STEP.grades;
  const payload = blake2AsU8a(
    u8aConcat(stringToU8a('waggle/act'), await scope(api, round, step), bytes),
  );
  return { agent: agent.publicKey, act, signature: signer.sign(payload) };
}

/** Send one act. Fails with the named error if the pool refuses it. */
export function sendAct(api: ApiPromise, provider: WsProvider, signed: object): Promise<void> {
  return sendGeneral(api, provider, api.tx.rounds.act(signed).method.toU8a());
}

/** Send several acts in one transaction. */
export function sendBatch(api: ApiPromise, provider: WsProvider, signed: object[]): Promise<void> {
  return sendGeneral(api, provider, api.tx.rounds.actBatch(signed).method.toU8a());
}

async function sendGeneral(api: ApiPromise, provider: WsProvider, call: Uint8Array): Promise<void> {
  const general = 0x45;
  const extensionVersion = 0;
  const [immortal, nonce, tip, noMetadataHash] = [0, 0, 0, 0];
  const extrinsic = compactAddLength(
    u8aConcat([general, extensionVersion, immortal, nonce, tip, noMetadataHash], call),
  );
  try {
    await provider.send('author_submitExtrinsic', [u8aToHex(extrinsic)]);
  } catch (error) {
    throw await refusal(api, extrinsic, error);
  }
}
