// Continue's own command line, unchanged, with the configuration that docs/gateway.md has.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keys, timeout, url } from './setting.ts';

const PROGRAM = fileURLToPath(new URL('node_modules/.bin/cn', import.meta.url));

const configuration = (apiKey: string) => `name: Waggle
version: 1.0.0
schema: v1
models:
  - name: Waggle
    provider: openai
    model: waggle
    apiBase: ${url}/v1
    apiKey: ${apiKey}
    roles: [chat]
`;

/** What it prints of a question. A swarm calls no tools, so it is given none. */
async function asked(apiKey: string, question: string): Promise<{ out: string; ok: boolean }> {
  const home = await mkdtemp(join(tmpdir(), 'waggle-continue-'));
  const config = join(home, 'config.yaml');
  await writeFile(config, configuration(apiKey));
  const words = ['--print', question, '--config', config, '--exclude', '*'];
  // What it would otherwise remember, and tell its makers.
  const env = {
    ...process.env,
    HOME: home,
    CONTINUE_GLOBAL_DIR: join(home, '.continue'),
    CONTINUE_METRICS_ENABLED: '0',
  };
  try {
    return await new Promise((resolve) => {
      const child = execFile(PROGRAM, words, { env, cwd: home, timeout }, (error, out, errors) =>
        resolve({ out: `${out}${errors}`, ok: error === null }),
      );
      child.stdin?.end();
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test('Continue should print the answer', async () => {
  const { out, ok } = await asked(keys.plenty, '37+12');
  assert.ok(ok && out.trim(), out);
});

test('Continue should say why there is none', async () => {
  const { out, ok } = await asked('wg-nobody', '37+12');
  assert.ok(!ok, out);
  assert.match(out, /401|key/i);
});
