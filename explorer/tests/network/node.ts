/**
 * A real development node for a test, which can be killed and started again on the same port with
 * the same chain. Its agents think with a worker that the test itself is (`worker.ts`).
 */

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Program } from '../../../zombienet/program.mjs';

const CACHE = process.env.WAGGLE_CACHE ?? join(homedir(), '.cache', 'waggle');
const RELEASE = join(CACHE, 'target', 'release');
const NODE = process.env.WAGGLE_NODE ?? join(RELEASE, 'waggle-node');
const WAGGLE = process.env.WAGGLE ?? join(RELEASE, 'waggle');

/** How long a node may take to listen, and to end when it is asked to, in milliseconds. */
const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 10_000;
/** An answer of `waggle` may hold all texts of a round. */
const MOST_OUTPUT = 64 * 1024 * 1024;

const run = promisify(execFile);

/** What a node is to be. */
interface Plan {
  /** How many of the development agents it acts for. */
  agents: number;
  /** Where the worker listens. */
  worker: string;
  /** How many more agents there are, who never come. */
  idle?: number;
}

export class Node {
  readonly url: string;
  #arguments: string[];
  #directory: string;
  #program: Program | undefined;

  private constructor(url: string, args: string[], directory: string) {
    this.url = url;
    this.#arguments = args;
    this.#directory = directory;
  }

  /** Start a node. */
  static async start({ agents, worker, idle = 0 }: Plan): Promise<Node> {
    const directory = await mkdtemp(join(tmpdir(), 'waggle-explorer-node-'));
    const port = await freePort();
    const chain = idle === 0 ? ['--dev'] : await crowded(directory, idle);
    const args = [
      ...chain,
      ...['--base-path', join(directory, 'chain'), '--rpc-port', String(port)],
      ...['--listen-addr', '/ip4/127.0.0.1/tcp/0', '--no-prometheus', '--no-telemetry'],
      ...['--no-mdns', '--dev-agents', String(agents), '--worker-url', worker],
    ];
    const node = new Node(`ws://127.0.0.1:${port}`, args, directory);
    await node.begin();
    return node;
  }

  /** Start it, or start it again with the chain that it has. */
  async begin(): Promise<void> {
    this.#program = new Program('node', NODE, this.#arguments);
    await this.#program.says(/JSON-RPC server: addr=127\.0\.0\.1:\d+/, START_PATIENCE_MS);
  }

  /** End it at once, as a crash would; the chain stays. */
  async kill(): Promise<void> {
    await this.#program?.stop('SIGTERM', 0);
  }

  /** End it for good. */
  async stop(): Promise<void> {
    await this.#program?.stop('SIGTERM', STOP_PATIENCE_MS);
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** What `waggle` says of a chain, as JSON. */
export async function waggle(url: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(WAGGLE, ['--url', url, '--json', ...args], {
    maxBuffer: MOST_OUTPUT,
  });
  return JSON.parse(stdout);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** The development chain with this many more agents from its first block on. */
async function crowded(directory: string, idle: number): Promise<string[]> {
  const { stdout } = await run(NODE, ['export-chain-spec', '--chain', 'dev'], {
    maxBuffer: MOST_OUTPUT,
  });
  const spec = JSON.parse(stdout);
  const genesis = spec.genesis.runtimeGenesis;
  const { agents, balances } = genesis.config ?? genesis.patch;
  const { ss58Address } = await import('@polkadot-labs/hdkd-helpers');
  for (let index = 0; index < idle; index += 1) {
    const bytes = new Uint8Array(32).fill(7);
    new DataView(bytes.buffer).setUint32(4, index);
    const owner = ss58Address(bytes);
    bytes.fill(9, 8, 12);
    const name = `idle-${index}-${ALPHABET[index % ALPHABET.length]}`;
    agents.agents.push([owner, ss58Address(bytes), [...new TextEncoder().encode(name)]]);
    balances.balances.push([owner, 1_000_000_000_000_000]);
  }
  const file = join(directory, 'chain.json');
  await writeFile(file, JSON.stringify(spec));
  // What `--dev` says besides the chain.
  return [
    ...['--chain', file, '--alice', '--force-authoring', '--rpc-cors', 'all'],
    '--unsafe-force-node-key-generation',
  ];
}
