/**
 * What happened in a block, as far as it changes what a page shows: which rounds, which domains,
 * and which agents. The events say that something changed; the state says how it is.
 */

import type { Session } from './session.ts';
import type { Address, Hex32 } from './views.ts';

/** What a block changed. */
export interface Changes {
  rounds: Set<number>;
  domains: Set<number>;
  /** Domains whose audit went on. */
  audits: Set<number>;
  /** Owners of agents. */
  agents: Set<Address>;
  /** How many transactions and steps of the chain said something. */
  events: number;
}

/** An event as the chain stores it. */
interface SystemEvent {
  event: { type: string; value: { type: string; value: unknown } };
}

/** The fields by which events name what they are about. */
interface Named {
  round?: bigint;
  domain?: number;
  owner?: Address;
}

/** The pallets whose events count. */
const OURS = new Set(['Rounds', 'Tickets', 'Domains', 'Agents', 'Ratings', 'Examinations']);
/** What of audits changes members. All else is for the pages about audits: it comes often. */
const SUSPENSIONS = new Set(['MemberSuspended', 'SuspensionLifted']);

/** No changes. */
export function nothing(): Changes {
  const [rounds, domains, audits] = [new Set<number>(), new Set<number>(), new Set<number>()];
  return { rounds, domains, audits, agents: new Set(), events: 0 };
}

/** What these events change. */
export function changesOf(events: SystemEvent[]): Changes {
  const changes = nothing();
  for (const { event } of events) {
    changes.events += 1;
    const { round, domain, owner } = (event.value.value ?? {}) as Named;
    if (event.type === 'Audits' && typeof domain === 'number') {
      changes.audits.add(domain);
    }
    const isSuspension = event.type === 'Audits' && SUSPENSIONS.has(event.value.type);
    if (!OURS.has(event.type) && !isSuspension) {
      continue;
    }
    if (typeof round === 'bigint') {
      changes.rounds.add(Number(round));
    }
    if (typeof domain === 'number') {
      changes.domains.add(domain);
    }
    if (typeof owner === 'string') {
      changes.agents.add(owner);
    }
  }
  return changes;
}

/** What a block changed. */
export async function changesIn({ api }: Session, block: Hex32): Promise<Changes> {
  const events = await api.query.System?.Events?.getValue({ at: block });
  return changesOf((events ?? []) as SystemEvent[]);
}

/** What several blocks changed. */
export function together(changes: Changes[]): Changes {
  const all = nothing();
  for (const { rounds, domains, audits, agents, events } of changes) {
    for (const id of rounds) {
      all.rounds.add(id);
    }
    for (const id of domains) {
      all.domains.add(id);
    }
    for (const id of audits) {
      all.audits.add(id);
    }
    for (const owner of agents) {
      all.agents.add(owner);
    }
    all.events += events;
  }
  return all;
}
