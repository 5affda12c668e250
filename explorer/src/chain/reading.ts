/**
 * Reading the chain's state as of a block. Of blocks of the last minute a node has everything at
 * hand; older ones it is asked for by the older calls, as far as it keeps their state.
 *
 * However much is to be read, only a few questions are under way at once: the others wait, the
 * newest first, because that is what somebody looks at.
 */

import type { AuditRules, AuditView, StandingView } from './audits.ts';
import type { Session } from './session.ts';
import type {
  Address,
  AgentDetail,
  Constants,
  DomainView,
  Hex32,
  MemberView,
  RoundView,
} from './views.ts';

/** Questions to the node that may be under way at once. */
const AT_ONCE = 8;
/** Most members and domains that the chain lists in one answer. */
const PAGE = 1_000;
/** Pages that are read at most: what is shown of a domain is bounded, whatever a node says. */
const MOST_PAGES = 10;

let running = 0;
const waiting: (() => void)[] = [];

/** Do a piece of reading when it is its turn. */
async function inTurn<Result>(read: () => Promise<Result>): Promise<Result> {
  if (running >= AT_ONCE) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await read();
  } finally {
    running -= 1;
    waiting.pop()?.();
  }
}

/** Call a function of one of the chain's runtime APIs as of a block. */
function callOf<Result>(
  { api }: Session,
  at: Hex32,
  [group, name]: [string, string],
  ...args: unknown[]
): Promise<Result> {
  return inTurn(async () => {
    const method = api.apis[group]?.[name];
    if (!method) {
      throw new Error(`no function ${group}.${name}`);
    }
    return (await method(...args, { at })) as Result;
  });
}

/** Call a function of the chain's own runtime API as of a block. */
function call<Result>(
  session: Session,
  at: Hex32,
  name: string,
  ...args: unknown[]
): Promise<Result> {
  return callOf(session, at, ['WaggleApi', name], ...args);
}

/** A round as of a block. Nothing if there is none, or its result was removed. */
export function round(session: Session, at: Hex32, id: number): Promise<RoundView | undefined> {
  return call(session, at, 'round', BigInt(id));
}

/** Which answers of a round are equal, by index. */
export function candidates(
  session: Session,
  at: Hex32,
  id: number,
): Promise<(number | undefined)[]> {
  return call(session, at, 'candidates', BigInt(id));
}

/** The newest rounds, newest first, without texts: 100 at most. */
export function recentRounds(session: Session, at: Hex32, most: number): Promise<RoundView[]> {
  return call(session, at, 'recent_rounds', most);
}

/** How many rounds there have been: the number of the next one. */
export function roundCount({ api }: Session, at: Hex32): Promise<number> {
  return inTurn(async () => {
    const count = await api.query.Rounds?.NextRound?.getValue({ at });
    return Number(count as bigint);
  });
}

/** All domains, as of a block. */
export async function domains(session: Session, at: Hex32): Promise<DomainView[]> {
  const found: DomainView[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const from = (found.at(-1)?.id ?? -1) + 1;
    const more = await call<DomainView[]>(session, at, 'domains', from, PAGE);
    found.push(...more);
    if (more.length < PAGE) {
      break;
    }
  }
  return found;
}

/** The members of a domain, as of a block, in an order of no meaning. */
export async function members(session: Session, at: Hex32, domain: number): Promise<MemberView[]> {
  const found: MemberView[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const after = found.at(-1)?.agent.owner;
    const more = await call<MemberView[]>(session, at, 'agents', domain, after, PAGE);
    found.push(...more);
    if (more.length < PAGE) {
      break;
    }
  }
  return found;
}

/** The agent of this owner. */
export function agent(
  session: Session,
  at: Hex32,
  owner: Address,
): Promise<AgentDetail | undefined> {
  return call(session, at, 'agent', owner);
}

/** The domains that are audited. */
export function audits(session: Session, at: Hex32): Promise<AuditView[]> {
  return callOf(session, at, ['AuditsApi', 'audits']);
}

/** What the last epoch that was judged said of a member. */
export function standing(
  session: Session,
  at: Hex32,
  domain: number,
  owner: Address,
): Promise<StandingView | undefined> {
  return callOf(session, at, ['AuditsApi', 'standing'], domain, owner);
}

/** The same of all members of a domain, in an order of no meaning. */
export async function standings(
  session: Session,
  at: Hex32,
  domain: number,
): Promise<[Address, StandingView][]> {
  const found: [Address, StandingView][] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const after = found.at(-1)?.[0];
    const more = await callOf<[Address, StandingView][]>(
      session,
      at,
      ['AuditsApi', 'standings'],
      domain,
      after,
      PAGE,
    );
    found.push(...more);
    if (more.length < PAGE) {
      break;
    }
  }
  return found;
}

/** Above what evidence flags a member. */
export function auditRules({ api }: Session): Promise<AuditRules> {
  return inTurn(async () => (await api.constants.Audits?.Rules?.()) as AuditRules);
}

/** The chain's rules. */
export function constants(session: Session, at: Hex32): Promise<Constants> {
  return call(session, at, 'constants');
}

/** What agents were paid and lost in all their rounds. */
export interface Earned {
  paid: bigint;
  forfeited: bigint;
}

/** The same of many agents at once, in their order, as of a block. */
export function earned(
  { api }: Session,
  at: Hex32,
  owners: Address[],
): Promise<(Earned | undefined)[]> {
  return inTurn(async () => {
    const pasts = api.query.Ratings?.Pasts;
    if (!pasts) {
      return [];
    }
    const keys = owners.map((owner): [Address] => [owner]);
    return (await pasts.getValues(keys, { at })) as Earned[];
  });
}

/** What of an account may be spent, roughly: free and not frozen. */
export function spendable({ api }: Session, at: Hex32, owner: Address): Promise<bigint> {
  return inTurn(async () => {
    const account = (await api.query.System?.Account?.getValue(owner, { at })) as {
      data: { free: bigint; frozen: bigint };
    };
    const { free, frozen } = account.data;
    return free > frozen ? free - frozen : 0n;
  });
}

/** When a block was made, in milliseconds of the Unix epoch. */
export function blockTime({ api }: Session, at: Hex32): Promise<number> {
  return inTurn(async () => {
    const now = await api.query.Timestamp?.Now?.getValue({ at });
    return Number(now as bigint);
  });
}

/** The hash of the block of this number on the best chain, if there is one. */
export function blockHash({ client }: Session, number: number): Promise<Hex32 | undefined> {
  return inTurn(async () => {
    const hash = await client._request<Hex32 | null>('chain_getBlockHash', [number]);
    return hash ?? undefined;
  });
}

/** What a node says of its chain. */
export interface ChainIdentity {
  name: string;
  genesis: Hex32;
  /** Whether everybody knows the keys of its accounts. */
  isDevelopment: boolean;
}

/** Which chain this is. */
export async function identity({ client }: Session): Promise<ChainIdentity> {
  const { name, genesisHash } = await client.getChainSpecData();
  const kind = await client._request<unknown>('system_chainType', []).catch(() => 'Live');
  return {
    name: String(name),
    genesis: String(genesisHash),
    isDevelopment: kind === 'Development' || kind === 'Local',
  };
}
