/**
 * Domains, their members, and agents, as far as somebody looks at them: read when a page opens, and
 * again, not too often, when an event or the end of a round says that they changed.
 */

import { effect } from '@preact/signals';
import * as reading from '../chain/reading.ts';
import type { AgentDetail, DomainView, MemberView } from '../chain/views.ts';
import { changes, endings } from './rounds.ts';
import { kept, lookAfter, Watch } from './watch.ts';

/** Owners whose earnings are read in one question. */
const OWNERS_AT_ONCE = 500;

/** A member of a domain, and what it earned in all its rounds, in all domains. */
export interface Standing {
  member: MemberView;
  earned?: reading.Earned;
}

/** All domains. */
const all = new Watch<DomainView[]>((from, at) => reading.domains(from, at));
const standings = new Map<number, Watch<Standing[]>>();
const agents = new Map<string, Watch<AgentDetail>>();

/** All domains. Watch them as long as they are shown. */
export const domains = { state: all.state, open: () => all.open() };

/** The members of a domain, with what they earned. */
export function standingsIn(domain: number): Watch<Standing[]> {
  return kept(standings, domain, async (from, at) => {
    const members = await reading.members(from, at, domain);
    const earned: (reading.Earned | undefined)[] = [];
    for (let start = 0; start < members.length; start += OWNERS_AT_ONCE) {
      const owners = members.slice(start, start + OWNERS_AT_ONCE).map(({ agent }) => agent.owner);
      // What members earned is told besides: without it, the list is still one.
      const some = await reading.earned(from, at, owners).catch(() => []);
      earned.push(...owners.map((_, index) => some[index]));
    }
    return members.map((member, index) => ({ member, earned: earned[index] }));
  });
}

/** An agent, by its owner. */
export function agentOf(owner: string): Watch<AgentDetail> {
  return kept(agents, owner, (from, at) => reading.agent(from, at, owner));
}

function everything(): Watch<unknown>[] {
  return [all, ...standings.values(), ...agents.values()] as Watch<unknown>[];
}

lookAfter(everything);

effect(() => {
  const changed = changes.value;
  if (changed && (changed.domains.size > 0 || changed.agents.size > 0)) {
    all.touch();
    for (const domain of changed.domains) {
      standings.get(domain)?.touch();
    }
    for (const owner of changed.agents) {
      agents.get(owner)?.touch();
    }
  }
});

// Ratings and earnings change when a round ends.
effect(() => {
  if (endings.value > 0) {
    for (const watch of [...standings.values(), ...agents.values()]) {
      watch.touch();
    }
  }
});
