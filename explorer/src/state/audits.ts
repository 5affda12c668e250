/**
 * Audits, as far as somebody looks at them: which domains are audited, what was said of members,
 * and how far the work is.
 */

import { effect } from '@preact/signals';
import type { AuditRules, AuditView, StandingView } from '../chain/audits.ts';
import * as reading from '../chain/reading.ts';
import type { Address } from '../chain/views.ts';
import { changes } from './rounds.ts';
import { kept, lookAfter, Watch } from './watch.ts';

/** What the last epoch that was judged said of a domain's members. */
export interface Standings {
  rules: AuditRules;
  members: [Address, StandingView][];
}

/** The same of one agent, in each of its domains of which something was said. */
export interface OfAgent {
  rules: AuditRules;
  domains: { domain: number; standing: StandingView }[];
}

/** All domains that are audited. */
const all = new Watch<AuditView[]>((from, at) => reading.audits(from, at));
const standings = new Map<number, Watch<Standings>>();
const agents = new Map<Address, Watch<OfAgent>>();

/** All domains that are audited. Watch them as long as they are shown. */
export const audits = { state: all.state, open: () => all.open() };

/** What was said of the members of a domain. */
export function auditsIn(domain: number): Watch<Standings> {
  return kept(standings, domain, async (from, at) => {
    const [rules, members] = await Promise.all([
      reading.auditRules(from),
      reading.standings(from, at, domain),
    ]);
    return { rules, members };
  });
}

/** What was said of an agent. */
export function auditsOf(owner: Address): Watch<OfAgent> {
  return kept(agents, owner, async (from, at) => {
    const [rules, detail] = await Promise.all([
      reading.auditRules(from),
      reading.agent(from, at, owner),
    ]);
    const said = await Promise.all(
      (detail?.memberships ?? []).map(async ({ domain }) => ({
        domain,
        standing: await reading.standing(from, at, domain, owner),
      })),
    );
    const domains = said.flatMap(({ domain, standing }) =>
      standing === undefined ? [] : [{ domain, standing }],
    );
    return { rules, domains };
  });
}

lookAfter(() => [all, ...standings.values(), ...agents.values()] as Watch<unknown>[]);

effect(() => {
  const changed = changes.value;
  if (changed && changed.audits.size > 0) {
    all.touch();
    for (const domain of changed.audits) {
      standings.get(domain)?.touch();
    }
    for (const watch of agents.values()) {
      watch.touch();
    }
  }
});
