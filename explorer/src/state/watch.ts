/** Things that are read when somebody looks, and again, not too often, when they changed. */

import { batch, type Signal, signal } from '@preact/signals';
import type { Session } from '../chain/session.ts';
import type { Hex32 } from '../chain/views.ts';
import { follow, heads, session } from './link.ts';

/** Between two readings of the same, in milliseconds: a list of 1 000 members is not small. */
const PAUSE_MS = 3_000;
/** Things of a kind that are kept, the longest unseen going first. */
const KEPT = 64;

/** A thing that is read now and then. */
export interface Watched<Value> {
  /** Nothing as long as it was not read. */
  value: Value | undefined;
  /** Whether the chain was asked and has no such thing. */
  isMissing: boolean;
}

/** Reads a thing again when it changed, as long as somebody looks. */
export class Watch<Value> {
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

/** The thing of this key among those that are kept, or a new one. */
export function kept<Key, Value>(
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

/** Read all of these again after blocks of which nobody told, and forget them with their chain. */
export function lookAfter(everything: () => Watch<unknown>[]): void {
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
}
