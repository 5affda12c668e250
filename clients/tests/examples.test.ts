/**
 * The examples and the page docs/clients.md: the programs run as they stand, and the page shows the
 * code that runs.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { networkWith } from './network/network.ts';

const CLIENTS = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(CLIENTS, '..', 'docs', 'clients.md');
/** For an example to end, in milliseconds. */
const PATIENCE_MS = 120_000;

/** The lines that an example prints. */
async function run(example: string, ...args: string[]): Promise<string[]> {
  const program = ['--import', 'tsx', join('examples', example), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, program, {
    cwd: CLIENTS,
    timeout: PATIENCE_MS,
  });
  return stdout.trimEnd().split('\n');
}

describe('the examples', () => {
  test('the example for polkadot.js should print the answer', async () => {
    const lines = await run('ask.ts', await networkWith({ agents: 7 }), 'max 4 19 2');
    assert.match(lines[0], /^round \d+ begins in block \d+$/);
    assert.equal(lines.filter((line) => line.includes('PhaseChanged')).length, 3);
    assert.equal(lines.at(-1), '19');
  });

  test('the example for PAPI should print the answer', async () => {
    const lines = await run('ask-papi.ts', await networkWith({ agents: 7 }), 'max 4 19 2');
    assert.equal(lines.filter((line) => line.includes('PhaseChanged')).length, 3);
    assert.equal(lines.at(-1), '19');
  });

  test('the example with a domain should found one in which agents can be asked', async () => {
    const url = await networkWith({ agents: 7 });
    const owners = [0, 1, 2, 3, 4, 5, 6].map((number) => `//Waggle//owner//${number}`);
    const lines = await run('domain.ts', url, 'Greatest numbers', ...owners);
    assert.match(lines[0], /^domain 0: General, \d+ members$/);
    const [, domain] = lines.at(-1)?.match(/^domain (\d+): Greatest numbers, 7 members$/) ?? [];
    assert.ok(domain, `the new domain is the last one in ${lines}`);
    const asked = await run('ask.ts', url, 'max 4 19 2', domain);
    assert.equal(asked.filter((line) => line.includes('AnswerCommitted')).length, 7);
    assert.equal(asked.at(-1), '19');
  });

  test('the example with an agent should end with a named error', async () => {
    const lines = await run('register-agent.ts', await networkWith({ agents: 7 }), '//Eve');
    assert.deepEqual(lines, ['agents.Retired', 'The agent has retired.']);
  });

  test('the page should show nothing but the code that runs here', async () => {
    const page = await readFile(PAGE, 'utf8');
    const folders = ['examples', 'src/polkadot-js', 'src/papi'].map((folder) =>
      join(CLIENTS, folder),
    );
    const names = await Promise.all(
      folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
    );
    const sources = await Promise.all(names.flat().map((name) => readFile(name, 'utf8')));
    const snippets = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    assert.ok(snippets.length >= 4, `${snippets.length} snippets`);
    for (const snippet of snippets) {
      assert.ok(
        sources.some((source) => source.includes(snippet)),
        `no file has:\n${snippet}`,
      );
    }
  });
});
