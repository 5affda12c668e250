/**
 * Domains, their members, and agents, as far as somebody looks at them: read when a page opens, and
 * again, not too often, when an event or the end of a round says that they changed.
 */

import { batch, effect, type Signal, signal } from '@preact/signals';
import * as reading from '../chain/reading.ts';
import type { Session } from '../chain/session.ts';
import type { AgentDetail, DomainView, Hex32, MemberView } from '../chain/views.ts';
import { follow, heads, session } from './link.ts';
import { changes, endings } from './rounds.ts';

/** Between two readings of the same, in milliseconds: a list of 1 000 members is not small. */
const PAUSE_MS = 3_000;
/** Things that are kept apart from the list of domains, the longest unseen going first. */
const KEPT = 64;
/** Owners whose earnings are read in one question. */
const OWNERS_AT_ONCE = 500;

/** A thing that is read now and then. */
export interface Watched<Value> {
  /** Nothing as long as it was not read. */
  value: Value | undefined;
  /** Whether the chain was asked and has no such thing. */
  isMissing: boolean;
}

/** A member of a domain, and what it earned in all its rounds, in all domains. */
export interface Standing {
  member: MemberView;
  earned?: reading.Earned;
}

/** Reads a thing again when it changed, as long as somebody looks. */
class Watch<Value> {
  readonly state: Signal<Watched<Value>> = signal({ value: undefined, isMissing: false });
  #read: (from: Session, at: Hex32) => Promise<Value | undefined>;
  #watchers = 0;
  #isStale = true;
  #isReading = false;
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: (from: Session, at: Hex32) => Promise<Value | undefined>) {
    this.#read = read;
  }

  get isWatched(): boolean {
    return this.#watchers > 0;
  }

  /** Somebody looks, until the function that is returned is called. */
  open(): () => void {
    this.#watchers += 1;
    this.refresh();
    return () => {
      this.#watchers -= 1;
    };
  }

  /** It may have changed. */
  touch(): void {
    this.#isStale = true;
    this.refresh();
  }

  forget(): void {
    this.#isStale = true;
    this.state.value = { value: undefined, isMissing: false };
  }

  /** Read it, if that is due and there is a connection. */
  refresh(): void {
    const from = session.peek();
    const best = heads.peek()?.best;
    if (!this.isWatched || !this.#isStale || this.#isReading || !from || !best) {
      return;
    }
    const wait = this.#last + PAUSE_MS - Date.now();
    clearTimeout(this.#timer);
    if (wait > 0) {
      this.#timer = setTimeout(() => this.refresh(), wait);
      return;
    }
    this.#isReading = true;
    this.#isStale = false;
    this.#last = Date.now();
    this.#read(from, best.hash)
      .then((value) => {
        if (session.peek() === from) {
          this.state.value = { value, isMissing: value === undefined };
        } else {
          // Half of it may be lost, or of another chain than the one that is shown now.
          this.#isStale = true;
        }
      })
      .catch(() => {
        // The connection broke, or the block is no more: once more, later.
        this.#isStale = true;
      })
      .finally(() => {
        this.#isReading = false;
        if (this.#isStale) {
          this.#timer = setTimeout(() => this.refresh(), PAUSE_MS);
        }
      });
  }
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

function kept<Key, Value>(
  map: Map<Key, Watch<Value>>,
  key: Key,
  read: (from: Session, at: Hex32) => Promise<Value | undefined>,
): Watch<Value> {
  const found = map.get(key) ?? new Watch(read);
  map.delete(key);
  map.set(key, found);
  for (const [old, watch] of map) {
    if (map.size <= KEPT) {
      break;
    }
    if (!watch.isWatched) {
      map.delete(old);
    }
  }
  return found;
}

function everything(): Watch<unknown>[] {
  return [all, ...standings.values(), ...agents.values()] as Watch<unknown>[];
}

follow({
  blocks: (_, __, isGap) => {
    if (isGap) {
      for (const watch of everything()) {
        watch.touch();
      }
    }
  },
  forget: () => {
    batch(() => {
      for (const watch of everything()) {
        watch.forget();
      }
    });
  },
});

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
