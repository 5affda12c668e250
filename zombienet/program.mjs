/**
 * A program that runs as a child of this one: its output is watched for what it says when it
 * starts, and the end of that output is shown if it fails. Shared by network.mjs and by the tests
 * of the clients.
 *
 * Out of scope: which programs there are, and in which order they start.
 */

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** Lines of its output that a failure shows. */
const SHOWN_LINES = 20;
/**
 * How much of the start of the output is searched, and how much of its end is kept, in characters.
 */
const SEARCHED = 1_000_000;
const KEPT = 20_000;
/** Between two looks, in milliseconds. */
const PAUSE_MS = 100;

/** A failure that the user is told in its own words, without a stack. */
export class Failure extends Error {}

/**
 * @typedef {object} Options
 * @property {string} [log] a file for all of its output
 * @property {string} [cwd] the folder in which it runs; that of this program if left out
 * @property {NodeJS.ProcessEnv} [env] its environment; that of this program if left out
 * @property {boolean} [ownGroup] whether it gets a process group of its own: Ctrl-C does not reach
 * it, and what it has started ends with it
 */

/** A running program. It is killed when this one ends. */
export class Program {
  /** The start of what it said. */
  output = '';
  hasEnded = false;
  #end = '';
  #child;
  #ownGroup;
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /**
   * @param {string} name what failures call it
   * @param {string} file
   * @param {string[]} args
   * @param {Options} options
   */
  constructor(name, file, args, { log, ownGroup = false, ...options } = {}) {
    this.name = name;
    this.#ownGroup = ownGroup;
    this.#child = spawn(file, args, {
      ...options,
      detached: ownGroup,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file_ = log === undefined ? undefined : createWriteStream(log);
    /** @param {Buffer | string} bytes */
    const read = (bytes) => {
      file_?.write(bytes);
      this.output = (this.output + bytes).slice(0, SEARCHED);
      this.#end = (this.#end + bytes).slice(-KEPT);
      this.#wake();
    };
    this.#child.stdout.on('data', read);
    this.#child.stderr.on('data', read);
    const kill = () => this.#signal('SIGKILL');
    process.once('exit', kill);
    /** Resolves when it has ended, or could not be started. */
    this.ended = /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const end = () => {
          process.off('exit', kill);
          this.hasEnded = true;
          resolve();
          this.#wake();
        };
        this.#child.once('exit', end);
        this.#child.once('error', (error) => {
          read(`${error}\n`);
          end();
        });
      })
    );
  }

  /** The last lines of its output. */
  get lastLines() {
    return this.#end.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n  ');
  }

  /**
   * Wait for output that matches `pattern`. Fails, with the end of the output, if the program ends
   * or time runs out.
   *
   * @param {RegExp} pattern
   * @param {number} patienceMs
   * @returns {Promise<RegExpMatchArray>}
   */
  async says(pattern, patienceMs) {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = this.output.match(pattern);
      if (found) {
        return found;
      }
      const left = deadline - Date.now();
      if (this.hasEnded || left <= 0) {
        const what = this.hasEnded ? 'has ended' : `did not say ${pattern}`;
        throw new Failure(`the ${this.name} ${what}:\n  ${this.lastLines}`);
      }
      await this.#news(left);
    }
  }

  /**
   * Ask it to end, and kill it if it does not. Of a process group nothing is left afterwards.
   *
   * @param {'SIGTERM' | 'SIGINT'} signal
   * @param {number} patienceMs
   */
  async stop(signal, patienceMs) {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#signal('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
    while (this.#ownGroup && this.#signal('SIGKILL')) {
      await pause();
    }
  }

  /**
   * Send a signal to it, or to its process group. False if there is nobody any more.
   *
   * @param {NodeJS.Signals} name
   */
  #signal(name) {
    const { pid } = this.#child;
    if (pid === undefined || !this.#ownGroup) {
      return this.#child.kill(name);
    }
    try {
      return process.kill(-pid, name);
    } catch {
      return false;
    }
  }

  #wake() {
    for (const watcher of this.#watchers) {
      watcher();
    }
  }

  /**
   * Wait until it says something or ends, but not longer than this.
   *
   * @param {number} patienceMs
   * @returns {Promise<void>}
   */
  #news(patienceMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => watcher(), patienceMs);
      const watcher = () => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }
}

/** @returns {Promise<void>} */
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/**
 * Look again and again until `look` finds something, and return that.
 *
 * @template T
 * @param {string} what what a failure calls it
 * @param {number} patienceMs
 * @param {() => T | Promise<T>} look
 * @returns {Promise<Exclude<T, false | '' | null | undefined>>}
 */
export async function until(what, patienceMs, look) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) {
      return /** @type {Exclude<T, false | '' | null | undefined>} */ (found);
    }
    if (Date.now() > deadline) {
      throw new Failure(`${what}: not after ${patienceMs} ms`);
    }
    await pause();
  }
}

/**
 * Wait until a worker has loaded its models. Returns its URL.
 *
 * @param {Program} worker
 * @param {number} patienceMs
 */
export async function readyWorker(worker, patienceMs) {
  const [, url] = await worker.says(/listening on (http:\S+)/, patienceMs);
  await until(`the models of the ${worker.name}`, patienceMs, async () => {
    const reply = await fetch(`${url}/healthz`).catch(() => undefined);
    return reply?.ok;
  });
  return url;
}
