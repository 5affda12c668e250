/**
 * Domains with polkadot.js: list them and their members, found one, let an agent join one, leave
 * it, or come back on its roster.
 *
 * A domain is a field of questions with members of its own. Only they answer what is asked there,
 * and what is known of an agent is counted in each of its domains by itself.
 */

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Bytes, Enum, Struct, u32, Vec } from '@polkadot/types';
import { stringToHex, u8aToString } from '@polkadot/util';
import { type Sent, send } from './connection.ts';

/** The domain that is there from the beginning. Agents are members of it when they register. */
export const GENERAL = 0;

/** As many domains, or members, as the chain lists at once. */
const PAGE = 1_000;

/** Closed questions have one right answer. To open ones everybody writes a text of its own. */
export type KindOfQuestion = 'Closed' | 'Open';

/** A domain. */
export interface Domain {
  number: number;
  /** Free text of whoever founded it, as is the description. */
  title: string;
  description: string;
  /** What kind of questions are asked in it. */
  question: KindOfQuestion;
  /** How many agents are members. */
  members: number;
  /** Among how many of them seats are drawn. */
  onRoster: number;
}

/** All domains, by number. */
export async function domains(api: ApiPromise): Promise<Domain[]> {
  const all: Domain[] = [];
  for (;;) {
    const page = (await api.call.waggleApi.domains(all.length, PAGE)) as Vec<Struct>;
    all.push(...page.map(domainOf));
    if (page.length < PAGE) {
      return all;
    }
  }
}

/** The owners of the agents that are members of a domain, in the order of the chain's storage. */
export async function members(api: ApiPromise, domain: number): Promise<string[]> {
  const owners: string[] = [];
  for (;;) {
    const after = owners.at(-1) ?? null;
    const page = (await api.call.waggleApi.agents(domain, after, PAGE)) as Vec<Struct>;
    owners.push(...page.map((member) => String((member.get('agent') as Struct).get('owner'))));
    if (page.length < PAGE) {
      return owners;
    }
  }
}

/**
 * Found a domain, for the fee `domains.foundingFee`, which is gone. It is there for ever, as it is
 * now. Returns its number.
 */
export async function found(
  api: ApiPromise,
  founder: KeyringPair,
  title: string,
  description: string,
  question: KindOfQuestion,
): Promise<number> {
  const call = api.tx.domains.found(stringToHex(title), stringToHex(description), question);
  const { events } = await send(api, call, founder);
  const founded = events.find(
    ({ event }) => event.section === 'domains' && event.method === 'DomainFounded',
  );
  if (!founded) {
    throw new Error('the transaction is in a block, but the domain is not there');
  }
  return (founded.event.data[0] as u32).toNumber();
}

/** Let the owner's agent be a member: it may answer what is asked there in later blocks. */
export function join(api: ApiPromise, owner: KeyringPair, domain: number): Promise<Sent> {
  return send(api, api.tx.domains.join(domain), owner);
}

/**
 * Let the owner's agent be a member no more: at the soonest `domains.membershipBlocks` after it
 * joined, and not while it is in a round. What is known of it there is forgotten.
 */
export function leave(api: ApiPromise, owner: KeyringPair, domain: number): Promise<Sent> {
  return send(api, api.tx.domains.leave(domain), owner);
}

/**
 * Let seats be drawn again for the owner's agent. The chain takes a member off the roster that had
 * a seat several times in a row and did not come. Free once in three hours in each domain, if it
 * succeeds.
 */
export function rejoin(api: ApiPromise, owner: KeyringPair, domain: number): Promise<Sent> {
  return send(api, api.tx.domains.rejoin(domain), owner);
}

/** What the chain shows of a domain. */
function domainOf(view: Struct): Domain {
  const count = (field: string) => (view.get(field) as u32).toNumber();
  // Who founds a domain chooses the bytes, which may be no UTF-8.
  const text = (field: string) => u8aToString(view.get(field) as Bytes);
  return {
    number: count('id'),
    title: text('title'),
    description: text('description'),
    question: (view.get('question') as Enum).type as KindOfQuestion,
    members: count('members'),
    onRoster: count('onRoster'),
  };
}
