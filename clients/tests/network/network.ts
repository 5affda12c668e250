/**
 * A real network for a test: a development node and, if agents are to act, a worker with the
 * bundled models. Everything is on loopback, on ports that the system chooses, and in a temporary
 * directory.
 *
 * `WAGGLE_NODE`, `WAGGLE_WORKER` and `WAGGLE_MODELS` say where the programs and models are; without
 * them they are looked for where `./scripts/build` puts them.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Program, readyWorker } from '../../../zombienet/program.mjs';

const CACHE = process.env.WAGGLE_CACHE ?? join(homedir(), '.cache', 'waggle');
const NODE = process.env.WAGGLE_NODE ?? join(CACHE, 'target', 'release', 'waggle-node');
const WORKER =
  process.env.WAGGLE_WORKER ?? join(CACHE, 'target-worker', 'release', 'waggle-worker');
const MODELS =
  process.env.WAGGLE_MODELS ??
  fileURLToPath(new URL('../../../offchain-worker/models', import.meta.url));

/** How long a node may take to listen, and a worker to load its models, in milliseconds. */
const NODE_PATIENCE_MS = 60_000;
const WORKER_PATIENCE_MS = 120_000;
/** How long a program may take to end when it is asked to, in milliseconds. */
const STOP_PATIENCE_MS = 10_000;
/** A raw specification has the runtime in hex: some megabytes. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/** A running network. */
interface Network {
  /** Where clients connect. */
  url: string;
  /** Stop everything and remove what it wrote. */
  stop: () => Promise<void>;
}

/** The networks of this process, by how many agents act on them. */
const networks = new Map<number, Promise<Network>>();

after(async () => {
  await Promise.all([...networks.values()].map((network) => network.then(({ stop }) => stop())));
});

/**
 * Where clients connect to a network on which `agents` (0 to 16) of the development chain's act.
 * The first who asks starts it; it is stopped when all tests of this process are over. What one
 * test does there, the next one finds.
 */
export async function networkWith({ agents }: { agents: number }): Promise<string> {
  const running = networks.get(agents) ?? startNetwork(agents);
  networks.set(agents, running);
  return (await running).url;
}

/** The raw specification of one of the chains that the node knows, as JSON. */
export async function rawSpecification(chain: string): Promise<string> {
  const asking = ['export-chain-spec', '--chain', chain, '--raw'];
  const { stdout } = await promisify(execFile)(NODE, asking, { maxBuffer: MOST_OUTPUT });
  return stdout;
}

/** Where light clients reach the node at `url`. */
export async function webSocketAddresses(url: string): Promise<string[]> {
  const asked = { jsonrpc: '2.0', id: 1, method: 'system_localListenAddresses', params: [] };
  const reply = await fetch(url.replace(/^ws/, 'http'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  const { result } = (await reply.json()) as { result: string[] };
  return result.filter((address) => /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws\//.test(address));
}

/** Start a node, and a worker if there are agents. */
async function startNetwork(agents: number): Promise<Network> {
  const directory = await mkdtemp(join(tmpdir(), 'waggle-clients-'));
  const programs: Program[] = [];
  const start = (name: string, file: string, args: string[]) => {
    const program = new Program(name, file, args);
    programs.push(program);
    return program;
  };
  const stop = async () => {
    await Promise.all(programs.map((program) => program.stop('SIGTERM', STOP_PATIENCE_MS)));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const hosting: string[] = [];
    if (agents > 0) {
      const worker = start('worker', WORKER, [`--bundled=${MODELS}`, '--listen', '127.0.0.1:0']);
      const url = await readyWorker(worker, WORKER_PATIENCE_MS);
      hosting.push('--dev-agents', String(agents), '--worker-url', url);
    }
    // Other nodes come by TCP, light clients by WebSocket.
    const addresses = ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws'];
    const listening = addresses.flatMap((address) => ['--listen-addr', address]);
    const ports = ['--rpc-port', '0', ...listening];
    const quiet = ['--no-prometheus', '--no-telemetry', '--no-mdns'];
    const base = ['--dev', '--base-path', directory];
    const node = start('node', NODE, [...base, ...ports, ...quiet, ...hosting]);
    const [, port] = await node.says(/JSON-RPC server: addr=127\.0\.0\.1:(\d+)/, NODE_PATIENCE_MS);
    return { url: `ws://127.0.0.1:${port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
