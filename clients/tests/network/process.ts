/**
 * A child process whose output is watched: for a line that says where it listens, and for a report if it fails.
 */

import { type ChildProcess, spawn } from 'node:child_process';

/** Lines of its output that a failure shows. */
const SHOWN_LINES = 20;

/** How long a process may take to end when it is asked to, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A running program. It is killed when this one ends. */
export class Program {
  private output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly watchers = new Set<() => void>();
  private readonly name: string;

  constructor(name: string, file: string, args: string[]) {
    this.name = name;
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = () => this.child.kill('SIGKILL');
    process.once('exit', kill);
    const read = (bytes: Buffer) => {
      this.output += bytes.toString();
      this.watchers.forEach((watcher) => watcher());
    };
    this.child.stdout?.on('data', read);
    this.child.stderr?.on('data', read);
    this.ended = new Promise((resolve) => {
      const end = () => {
        process.off('exit', kill);
        resolve();
        this.watchers.forEach((watcher) => watcher());
      };
      this.child.once('error', (error) => {
        this.output += `${error}\n`;
        end();
      });
      this.child.once('exit', end);
    });
  }

  /**
   * Wait for output that matches `pattern`. Fails, with the end of the output, if the program ends or time runs out.
   */
  async says(pattern: RegExp, patienceMs: number): Promise<RegExpMatchArray> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = this.output.match(pattern);
      if (found) {
        return found;
      }
      const left = deadline - Date.now();
      if (this.hasEnded || left <= 0) {
        const end = this.output.split('\n').slice(-SHOWN_LINES).join('\n  ');
        throw new Error(`the ${this.name} ${this.hasEnded ? 'ended' : `did not say ${pattern}`}:\n  ${end}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        const watcher = () => {
          clearTimeout(timer);
          this.watchers.delete(watcher);
          resolve();
        };
        this.watchers.add(watcher);
      });
    }
  }

  /** Ask it to end, and kill it if it does not. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }
}
