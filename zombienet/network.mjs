/**
 * What ./scripts/network runs: it starts the workers, then zombienet with the nodes of local.toml,
 * says where they listen, and ends them all.
 *
 * Every child runs in a process group of its own. Ctrl-C reaches this program alone, which then
 * stops the groups: whatever a child has started ends with it. The one argument that is not an
 * option is the folder for logs and databases, which must be empty. It is removed at the end,
 * unless something went wrong.
 *
 * The environment says which programs: WAGGLE_NODE, WAGGLE_WORKER and, for --check, WAGGLE.
 * Standard output carries the endpoints; progress goes to standard error.
 */

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, stripVTControlCharacters } from 'node:util';
import { Failure, Program, readyWorker, until } from './program.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NETWORK = join(HERE, 'local.toml');
const ZOMBIENET = join(HERE, 'node_modules', '.bin', 'zombienet');

/** For a worker to load its models, for all nodes to come up, and for the first final block. */
const WORKER_PATIENCE_MS = 120_000;
const NODES_PATIENCE_MS = 240_000;
const FINALITY_PATIENCE_MS = 60_000;
/** For a program to end when it is asked to. */
const STOP_PATIENCE_MS = 20_000;
/** For the swarm to answer the question of --check. */
const ANSWER_PATIENCE_MS = 60_000;
/** What --check asks, and what is right. */
const QUESTION = { prompt: '37+12', answer: '49' };

/**
 * @typedef {object} Worker
 * @property {string} name
 * @property {string} url
 */
/**
 * @typedef {object} Node
 * @property {string} name
 * @property {string} url where clients connect
 * @property {string} metrics
 * @property {string} log
 * @property {boolean} isValidator
 */

const options = new Set(process.argv.slice(2).filter((argument) => argument.startsWith('--')));
const [directory] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
/** @type {Program[]} */
const programs = [];
/** The user wants the end. */
const INTERRUPTED = new Failure('interrupted');
let isStopping = false;
/** @type {(why: Failure) => void} */
let giveUp;
/** Rejects when there is no point in going on. */
const trouble = new Promise((_, reject) => {
  giveUp = reject;
});

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * A program that the environment names.
 *
 * @param {string} variable
 */
function programOf(variable) {
  const file = process.env[variable];
  if (!file) {
    throw new Failure(`${variable} must name a program: ./scripts/network sees to that`);
  }
  return file;
}

/**
 * Start a program in a process group of its own, with its output in a log.
 *
 * @param {string} name
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} environment what differs from this program's
 */
function start(name, file, args, environment = {}) {
  if (isStopping) {
    throw INTERRUPTED;
  }
  const program = new Program(name, file, args, {
    cwd: HERE,
    env: { ...process.env, ...environment },
    log: join(directory, `${name}.log`),
    ownGroup: true,
  });
  programs.push(program);
  return program;
}

/**
 * Start a program without which there is no network.
 *
 * @param {Parameters<typeof start>} what
 */
function startNeeded(...what) {
  const program = start(...what);
  program.ended.then(() => giveUp(new Failure(`${program.name} has ended:\n${program.lastLines}`)));
  return program;
}

/**
 * End all programs, and remove what they wrote, unless it is wanted to find out what went wrong.
 *
 * @param {boolean} keepsLogs
 */
async function stop(keepsLogs) {
  isStopping = true;
  // Zombienet ends its nodes itself when it gets SIGINT.
  await Promise.all(programs.map((program) => program.stop('SIGINT', STOP_PATIENCE_MS)));
  if (keepsLogs) {
    say(`the logs are in ${directory}`);
  } else {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Whether somebody listens on this port of this machine.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isTaken(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/**
 * Fail if a port of the network is taken: the files say which ports those are.
 *
 * @param {string[]} workers
 */
async function checkPorts(workers) {
  const texts = [NETWORK, ...workers].map((file) => readFileSync(file, 'utf8'));
  const ports = texts.flatMap((text) => [
    ...text.matchAll(/^(?:rpc_port = |listen = ".*:)(\d+)/gm),
  ]);
  for (const [, port] of ports) {
    if (await isTaken(Number(port))) {
      throw new Failure(
        `port ${port} of this machine is taken: ` +
          'end what listens there, or change zombienet/local.toml',
      );
    }
  }
}

/**
 * What a node says to a method over JSON-RPC; nothing while it does not listen.
 *
 * @param {string} url
 * @param {string} method
 * @param {unknown[]} params
 */
async function ask(url, method, ...params) {
  const body = JSON.stringify({ id: 1, jsonrpc: '2.0', method, params });
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(url.replace('ws:', 'http:'), { method: 'POST', headers, body }).catch(
    () => undefined,
  );
  return reply?.ok ? (await reply.json()).result : undefined;
}

/**
 * Start a worker for each file of workers/, and wait until their models are loaded.
 *
 * @param {string[]} files
 * @returns {Promise<Worker[]>}
 */
async function startWorkers(files) {
  say(`starting ${files.length} workers: they load the models`);
  const program = programOf('WAGGLE_WORKER');
  const started = files.map((file) => {
    const name = basename(file, '.toml');
    return { name, worker: startNeeded(`worker-${name}`, program, ['--config', file]) };
  });
  const ready = [];
  for (const { name, worker } of started) {
    const url = await readyWorker(worker, WORKER_PATIENCE_MS);
    say(`  worker ${name} is ready on ${url}`);
    ready.push({ name, url });
  }
  return ready;
}

/**
 * Have zombienet spawn the nodes, and wait until all are up. Returns what it says of them.
 *
 * @returns {Promise<Node[]>}
 */
async function startNodes() {
  say('spawning the nodes with zombienet');
  // Zombienet looks for the program in PATH, by the name that local.toml gives.
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await symlink(programOf('WAGGLE_NODE'), join(bin, 'waggle-node'));
  const folder = join(directory, 'nodes');
  const how = ['--provider', 'native', '--logType', 'text', '--dir', folder, '--force'];
  const zombienet = startNeeded('zombienet', ZOMBIENET, [...how, 'spawn', NETWORK], {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  });
  const told = new Set();
  await until('the nodes', NODES_PATIENCE_MS, () => {
    const text = stripVTControlCharacters(zombienet.output);
    for (const [, name] of text.matchAll(/Pod : (\w+)\nStatus : Running/g)) {
      if (!told.has(name)) {
        told.add(name);
        say(`  node ${name} is up`);
      }
    }
    // It writes this when everything is up.
    return text.includes('Node Information') && existsSync(join(folder, 'zombie.json'));
  });
  /** @typedef {{ name: string, wsUri: string, prometheusUri: string }} Spawned */
  /** @type {{ nodesByName: Record<string, Spawned & { spec: { validator: boolean } }> }} */
  const { nodesByName } = JSON.parse(readFileSync(join(folder, 'zombie.json'), 'utf8'));
  const inOrder = Object.values(nodesByName).sort((a, b) => a.wsUri.localeCompare(b.wsUri));
  return inOrder.map(({ name, wsUri, prometheusUri, spec }) => ({
    name,
    url: wsUri,
    metrics: prometheusUri,
    log: join(folder, `${name}.log`),
    isValidator: spec.validator,
  }));
}

/**
 * Wait until a block is final, which needs three of the four validators.
 *
 * @param {string} url
 */
async function untilFinal(url) {
  say('waiting for the first final block');
  return until('a final block', FINALITY_PATIENCE_MS, async () => {
    const hash = await ask(url, 'chain_getFinalizedHead');
    const header = hash && (await ask(url, 'chain_getHeader', hash));
    return header && Number(header.number) > 0;
  });
}

/**
 * Where everything is.
 *
 * @param {Node[]} nodes
 * @param {Worker[]} workers
 */
function endpoints(nodes, workers) {
  /** @param {Node} node */
  const shown = ({ name, url, metrics, log }) => ({ name, url, metrics, log });
  const validators = nodes.filter(({ isValidator }) => isValidator).map(shown);
  const agent_nodes = nodes
    .filter(({ isValidator }) => !isValidator)
    .map((node) => ({
      ...shown(node),
      worker: workers.find(({ name }) => name === node.name)?.url ?? null,
    }));
  const [first] = validators;
  const apps = `https://polkadot.js.org/apps/?rpc=${encodeURIComponent(first.url)}#/explorer`;
  return { validators, agent_nodes, apps, directory };
}

/** @param {ReturnType<typeof endpoints>} found */
function show({ validators, agent_nodes, apps }) {
  /** @param {{ name: string, url: string, metrics: string, worker?: string | null }} node */
  const line = ({ name, url, metrics, worker }) =>
    `  ${name.padEnd(8)} ${url}   ${metrics}${worker ? `   worker ${worker}` : ''}`;
  console.log(['Validators (RPC, metrics)', ...validators.map(line)].join('\n'));
  console.log(['Agent nodes', ...agent_nodes.map(line)].join('\n'));
  console.log(`\npolkadot.js Apps: ${apps}`);
  console.log(`Ask the swarm:    waggle ask '${QUESTION.prompt}' --url ${validators[0].url}`);
  console.log(`Logs:             ${directory}`);
  console.log('\nCtrl-C stops everything and removes the logs.');
}

/**
 * Ask a question with `waggle`, and see it answered right.
 *
 * @param {string} url
 */
async function check(url) {
  say(`asking '${QUESTION.prompt}'`);
  const question = ['ask', QUESTION.prompt, '--url', url, '--json'];
  const waggle = start('waggle', programOf('WAGGLE'), question);
  const [line] = await waggle.says(/^\{.*\}$/m, ANSWER_PATIENCE_MS);
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
    await check(found.validators[found.validators.length - 1].url);
    return;
  }
  // Until the user says so, or something ends by itself.
  await trouble;
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    if (!isStopping) {
      isStopping = true;
      say('\nstopping');
      giveUp(INTERRUPTED);
    }
  });
}

let status = 0;
try {
  await Promise.race([main(), trouble]);
} catch (error) {
  if (error !== INTERRUPTED) {
    status = 1;
    say(error instanceof Failure ? error.message : inspect(error));
  }
}
await stop(status !== 0 && programs.length > 0);
process.exit(status);
