/**
 * Claims and reward pools of domains with polkadot.js: say what an agent answers with, see what
 * others say, fund a domain's members, collect.
 */

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Option, Struct, u32, Vec } from '@polkadot/types';
import { stringToHex } from '@polkadot/util';
import { type Sent, send } from './connection.ts';

/** What an agent answers with. Hashes are SHA-256 in hex, with `0x`. */
export interface Claim {
  model: string;
  /** Of its weights. Without: nobody else can have them. */
  weights?: string;
  quantisation?: string;
  /** In basis points of 1.0, as are `topP` and `minP`. Without: greedy. */
  temperature?: number;
  topP?: number;
  topK?: number;
  minP?: number;
  /** Of the knowledge base's manifest. Without: there is none. */
  knowledge?: string;
}

/**
 * Say what the owner's agent answers with in a domain, from the next epoch on; with `null`, that it
 * claims nothing there any more.
 */
export function claim(
  api: ApiPromise,
  owner: KeyringPair,
  domain: number,
  what: Claim | null,
): Promise<Sent> {
  return send(api, api.tx.domains.claim(domain, what && encoded(what)), owner);
}

/** Put money into a domain's reward pool. It does not come back. */
export function fund(
  api: ApiPromise,
  funder: KeyringPair,
  domain: number,
  amount: bigint,
): Promise<Sent> {
  return send(api, api.tx.domains.fund(domain, amount), funder);
}

/** Pay an owner what its agent served in a domain in epochs that are over. Anybody may call it. */
export function collect(
  api: ApiPromise,
  caller: KeyringPair,
  domain: number,
  owner: string,
): Promise<Sent> {
  return send(api, api.tx.domains.collect(domain, owner), caller);
}

/**
 * The digest of what an owner's agent claims in a domain, now or (`nextClaim`) later: members with
 * the same one are kin. Nothing if it is no member, or claims nothing.
 */
export async function digestOf(
  api: ApiPromise,
  owner: string,
  domain: number,
  which: 'claim' | 'nextClaim' = 'claim',
): Promise<string | undefined> {
  const agent = (await api.call.waggleApi.agent(owner)) as Option<Struct>;
  const memberships: Struct[] = agent.isSome
    ? [...(agent.unwrap().get('memberships') as Vec<Struct>)]
    : [];
  const membership = memberships.find((one) => (one.get('domain') as u32).toNumber() === domain);
  const claimed = membership?.get(which) as Option<Struct> | undefined;
  const digest = claimed?.isSome ? (claimed.unwrap().get('digest') as Option<Struct>) : undefined;
  return digest?.isSome ? digest.unwrap().toHex() : undefined;
}

/** A claim as the chain's metadata names its parts. */
function encoded({ model, weights, quantisation = '', knowledge, ...sampling }: Claim) {
  const { temperature = 0, topP = 10_000, topK = 0, minP = 0 } = sampling;
  return {
    model: {
      name: stringToHex(model),
      weights: weights ?? null,
      quantisation: stringToHex(quantisation),
      sampling: { temperature, topP, topK, minP },
    },
    knowledge: knowledge ?? null,
  };
}
