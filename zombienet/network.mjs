/**
 * What ./scripts/network runs: the workers, then zombienet with the nodes of local.toml, then whoever wants to know
 * where they are; and the end of them all.
 *
 * Every child runs in a process group of its own, so that Ctrl-C reaches this program alone, which then stops the
 * groups: whatever a child has started goes with it. The one argument that is not an option is the folder for logs and
 * databases, which must be empty; it is removed at the end, unless something went wrong.
 *
 * The environment says which programs: WAGGLE_NODE, WAGGLE_WORKER and, for --check, WAGGLE. Standard output carries the
 * endpoints; progress goes to standard error.
 */

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NETWORK = join(HERE, 'local.toml');
const ZOMBIENET = join(HERE, 'node_modules', '.bin', 'zombienet');

/** For all workers to load their models, for all nodes to come up, and for the first block to be final, in seconds. */
const WORKERS_PATIENCE = 120;
const NODES_PATIENCE = 240;
const FINALITY_PATIENCE = 60;
/** For a child to end when it is asked to, in seconds. */
const STOP_PATIENCE = 20;
/** For the swarm to answer the question of --check, in seconds. */
const ANSWER_PATIENCE = 60;
/** Between two looks, in milliseconds. */
const PAUSE = 200;
/** Lines of a log that a failure shows. */
const SHOWN_LINES = 15;
/** How much of a child's output is looked at, in characters: what it says when it starts. The log has all. */
const KEPT_OUTPUT = 1_000_000;
/** What --check asks, and what is right. */
const QUESTION = { prompt: '37+12', answer: '49' };

const options = new Set(process.argv.slice(2).filter((argument) => argument.startsWith('--')));
const [directory] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const children = [];
let isStopping = false;

/** A failure that the user is told in its own words, without a stack. */
class Failure extends Error {}

function say(line) {
  process.stderr.write(`${line}\n`);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));

/** Wait until `look` finds something, while the children live. */
async function until(what, seconds, look) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (isStopping) {
      throw new Failure('interrupted');
    }
    const found = await look();
    if (found) {
      return found;
    }
    const dead = children.find((child) => child.hasEnded);
    if (dead) {
      throw new Failure(`${dead.name} has ended:\n${endOf(dead.log)}`);
    }
    if (Date.now() > deadline) {
      throw new Failure(`${what}: not after ${seconds} s`);
    }
    await pause();
  }
}

function endOf(log) {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return lines.slice(-SHOWN_LINES).join('\n');
}

/** Start a program in a process group of its own, with its output in a log. */
function start(name, file, args, environment = {}) {
  const log = join(directory, `${name}.log`);
  const child = spawn(file, args, {
    cwd: HERE,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const entry = { name, log, child, output: '', hasEnded: false };
  const file_ = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      file_.write(bytes);
      entry.output = (entry.output + bytes).slice(0, KEPT_OUTPUT);
    });
  }
  entry.ended = new Promise((resolve) => {
    const end = () => {
      entry.hasEnded = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      file_.write(`${error}\n`);
      end();
    });
  });
  children.push(entry);
  return entry;
}

/** Send a signal to a child's process group. False if there is no such group any more. */
function signal(entry, name) {
  try {
    process.kill(-entry.child.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** End all children, politely first, and remove what they wrote, unless it is wanted to find out what went wrong. */
async function stop(keepsLogs) {
  isStopping = true;
  // Zombienet ends its nodes itself when it gets SIGINT; the group gets SIGKILL afterwards, if anything is left of it.
  await Promise.all(
    children.map(async (entry) => {
      if (entry.child.pid === undefined) {
        return;
      }
      entry.child.kill('SIGINT');
      const late = new Promise((resolve) => setTimeout(resolve, STOP_PATIENCE * 1000).unref());
      await Promise.race([entry.ended, late]);
      signal(entry, 'SIGKILL');
      while (signal(entry, 0)) {
        await pause();
      }
    }),
  );
  if (keepsLogs) {
    say(`the logs are in ${directory}`);
  } else {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whether somebody listens on this port of this machine. */
function isTaken(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Fail if a port of the network is taken: the files say which ports those are. */
async function checkPorts(workers) {
  const texts = [NETWORK, ...workers].map((file) => readFileSync(file, 'utf8'));
  const ports = texts.flatMap((text) => [...text.matchAll(/^(?:rpc_port = |listen = ".*:)(\d+)/gm)]);
  for (const [, port] of ports) {
    if (await isTaken(Number(port))) {
      throw new Failure(
        `port ${port} of this machine is taken: end what listens there, or change zombienet/local.toml`,
      );
    }
  }
}

/** What a node says to a method over JSON-RPC; nothing while it does not listen. */
async function ask(url, method, ...params) {
  const body = JSON.stringify({ id: 1, jsonrpc: '2.0', method, params });
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(url.replace('ws:', 'http:'), { method: 'POST', headers, body }).catch(() => undefined);
  return reply?.ok ? (await reply.json()).result : undefined;
}

/** Start a worker for each file of workers/, and wait until their models are loaded. */
async function startWorkers(files) {
  say(`starting ${files.length} workers: they load the models`);
  const workers = files.map((file) => {
    const name = basename(file, '.toml');
    return { name, entry: start(`worker-${name}`, process.env.WAGGLE_WORKER, ['--config', file]) };
  });
  for (const worker of workers) {
    worker.url = await until(`worker ${worker.name}`, WORKERS_PATIENCE, async () => {
      const [, url] = worker.entry.output.match(/listening on (http:\S+)/) ?? [];
      const reply = url && (await fetch(`${url}/healthz`).catch(() => undefined));
      return reply?.ok && url;
    });
    say(`  worker ${worker.name} is ready on ${worker.url}`);
  }
  return workers;
}

/** Have zombienet spawn the nodes, and wait until all are up. Returns what it says of them. */
async function startNodes() {
  say('spawning the nodes with zombienet');
  // Zombienet looks for the program in PATH, by the name that local.toml gives.
  const programs = join(directory, 'bin');
  await mkdir(programs);
  await symlink(process.env.WAGGLE_NODE, join(programs, 'waggle-node'));
  const place = join(directory, 'nodes');
  const args = ['--provider', 'native', '--logType', 'text', '--dir', place, '--force', 'spawn', NETWORK];
  const zombienet = start('zombienet', ZOMBIENET, args, { PATH: `${programs}${delimiter}${process.env.PATH}` });
  const told = new Set();
  await until('the nodes', NODES_PATIENCE, () => {
    const text = zombienet.output.replace(/\x1b\[\d+m/g, '');
    for (const [, name] of text.matchAll(/Pod : (\w+)\nStatus : Running/g)) {
      if (!told.has(name)) {
        told.add(name);
        say(`  node ${name} is up`);
      }
    }
    // It writes this when everything is up.
    return text.includes('Node Information') && existsSync(join(place, 'zombie.json'));
  });
  const { nodesByName } = JSON.parse(readFileSync(join(place, 'zombie.json'), 'utf8'));
  const inOrder = Object.values(nodesByName).sort((a, b) => a.wsUri.localeCompare(b.wsUri));
  return inOrder.map(({ name, wsUri, prometheusUri, spec }) => ({
    name,
    url: wsUri,
    metrics: prometheusUri,
    log: join(place, `${name}.log`),
    isValidator: spec.validator,
  }));
}

/** Wait until a block is final, which needs three of the four validators. */
async function untilFinal(url) {
  say('waiting for the first final block');
  return until('a final block', FINALITY_PATIENCE, async () => {
    const hash = await ask(url, 'chain_getFinalizedHead');
    const header = hash && (await ask(url, 'chain_getHeader', hash));
    return header && Number(header.number) > 0;
  });
}

/** Where everything is. */
function endpoints(nodes, workers) {
  const shown = ({ name, url, metrics, log }) => ({ name, url, metrics, log });
  const validators = nodes.filter(({ isValidator }) => isValidator).map(shown);
  const agent_nodes = nodes
    .filter(({ isValidator }) => !isValidator)
    .map((node) => ({ ...shown(node), worker: workers.find(({ name }) => name === node.name)?.url ?? null }));
  const [first] = validators;
  const apps = `https://polkadot.js.org/apps/?rpc=${encodeURIComponent(first.url)}#/explorer`;
  return { validators, agent_nodes, apps, directory };
}

function show({ validators, agent_nodes, apps }) {
  const line = ({ name, url, metrics, worker }) =>
    `  ${name.padEnd(8)} ${url}   ${metrics}${worker ? `   worker ${worker}` : ''}`;
  console.log(['Validators (RPC, metrics)', ...validators.map(line)].join('\n'));
  console.log(['Agent nodes', ...agent_nodes.map(line)].join('\n'));
  console.log(`\npolkadot.js Apps: ${apps}`);
  console.log(`Ask the swarm:    waggle ask '${QUESTION.prompt}' --url ${validators[0].url}`);
  console.log(`Logs:             ${directory}`);
  console.log('\nCtrl-C stops everything and removes the logs.');
}

/** Ask a question with `waggle`, and see it answered right. */
async function check(url) {
  say(`asking '${QUESTION.prompt}'`);
  const asking = start('waggle', process.env.WAGGLE, ['ask', QUESTION.prompt, '--url', url, '--json']);
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_PATIENCE * 1000).unref());
  await Promise.race([asking.ended, late]);
  children.splice(children.indexOf(asking), 1);
  const line = asking.output.split('\n').find((text) => text.startsWith('{'));
  if (!line) {
    signal(asking, 'SIGKILL');
    throw new Failure(`no answer:\n${endOf(asking.log)}`);
  }
  const { status, winner_text, answers } = JSON.parse(line);
  say(`  ${status}: '${winner_text}', chosen of ${answers.length} answers`);
  if (status !== 'settled' || winner_text !== QUESTION.answer) {
    throw new Failure(`'${QUESTION.answer}' was expected`);
  }
}

async function main() {
  const folder = join(HERE, 'workers');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.toml')).sort();
  const paths = files.map((name) => join(folder, name));
  await checkPorts(paths);
  const workers = await startWorkers(paths);
  const nodes = await startNodes();
  const found = endpoints(nodes, workers);
  await untilFinal(found.validators[0].url);
  if (options.has('--json')) {
    console.log(JSON.stringify(found));
  } else {
    show(found);
  }
  if (options.has('--check')) {
    // Over another node than the agents' own, so that everything crosses the network.
    await check(found.validators.at(-1).url);
    return;
  }
  await until('the end', Infinity, () => false);
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    if (!isStopping) {
      isStopping = true;
      say('\nstopping');
    }
  });
}

let status = 0;
try {
  await main();
} catch (error) {
  if (!isStopping) {
    status = 1;
    say(error instanceof Failure ? error.message : error.stack);
  }
}
await stop(status !== 0 && children.length > 0);
process.exit(status);
