/** A receipt, saved from the page of a round, and verified by the page that does that. */

import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { networkWith } from '../../clients/tests/network/network.ts';
import { Client } from './network/client.ts';
import { waggle } from './network/node.ts';
import { at, look, serve, stopSites } from './network/site.ts';

/** How long a round may take on a busy machine, in milliseconds. */
const ROUND_MS = 60_000;
/** What a receipt of a round of seven may have, in bytes, beyond its answer. */
const MOST_BYTES = 8 * 1024;

describe('a receipt', () => {
  let site: string;
  let node: string;
  let round: number;
  let receipt: Buffer;

  before(async () => {
    node = await networkWith({ agents: 7 });
    site = await serve();
    const client = new Client(node);
    round = await client.ask('//Ferdie', 'max 4 19 2');
    client.close();
  });
  after(stopSites);

  /** Hand in a file, as somebody does. */
  async function verify(page: Page, bytes: Buffer): Promise<void> {
    const file = { name: 'some.receipt', mimeType: 'application/octet-stream', buffer: bytes };
    await page.getByLabel('Receipt', { exact: true }).setInputFiles(file);
    await page.getByRole('button', { name: 'Verify' }).click();
  }

  test('receipt should be saved when the round is final', async () => {
    const { page, complaints } = await look(at(site, node, `#/rounds/${round}`));
    const button = page.getByRole('button', { name: 'Save a receipt' });
    await button.waitFor({ timeout: ROUND_MS });
    const saving = page.waitForEvent('download');
    await button.click();
    const path = await (await saving).path();
    receipt = await readFile(path);
    await rm(path);
    await page.getByText(/^Saved: \d+ bytes, verified here at block \d+/).waitFor();
    assert.ok(receipt.length <= MOST_BYTES, `${receipt.length} bytes`);
    assert.deepEqual(complaints, []);
  });

  test('page should show what the receipt does when it is verified', async () => {
    const { page, complaints } = await look(at(site, node, '#/verify'));
    await page.getByText('This one the node above names.').waitFor();
    await verify(page, receipt);
    await page.getByRole('heading', { name: `Round ${round}, as its chain has it` }).waitFor();
    const report = (await waggle(node, 'watch', String(round))) as { winner_text: string };
    assert.equal(await page.locator('.answer .text').textContent(), report.winner_text);
    assert.equal(await page.locator('table.judged tbody tr').count(), 7);
    assert.deepEqual(complaints, []);
  });

  test('verification should take less than 20 ms when the program is loaded', async () => {
    const { page } = await look(at(site, node, '#/verify'));
    await page.getByText('This one the node above names.').waitFor();
    await verify(page, receipt);
    await page.locator('table.judged').waitFor();
    // The same as the page does, without the page.
    const wasm = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    const program = wasm.find((name) => name.endsWith('.wasm'));
    assert.ok(program, 'the program is a file of its own');
    const genesis = await page.getByLabel('Genesis hash').inputValue();
    const times = await page.evaluate(
      async ({ program, hash, bytes }) => {
        const module = await WebAssembly.compile(await (await fetch(program)).arrayBuffer());
        const imported = WebAssembly.Module.imports(module).map(({ name }) => name);
        const taken: number[] = [];
        for (let turn = 0; turn < 20; turn += 1) {
          const begin = performance.now();
          const { exports } = await WebAssembly.instantiate(module);
          const { memory, room, verify } = exports as unknown as {
            memory: WebAssembly.Memory;
            room: (length: number) => number;
            verify: (input: number, length: number) => number;
          };
          const input = [...hash, ...bytes];
          const place = room(input.length);
          new Uint8Array(memory.buffer).set(input, place);
          verify(place, input.length);
          taken.push(performance.now() - begin);
        }
        return { imported, taken: taken.sort((one, other) => one - other) };
      },
      {
        program,
        hash: [...Buffer.from(genesis.replace(/^0x/, ''), 'hex')],
        bytes: [...receipt],
      },
    );
    assert.deepEqual(times.imported, [], 'it needs nothing of the page');
    assert.ok((times.taken[10] ?? Infinity) < 20, `${times.taken} ms`);
  });

  test('page should say nothing of a file that another one has replaced', async () => {
    const { page, complaints } = await look(at(site, node, '#/verify'));
    await page.getByText('This one the node above names.').waitFor();
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.route('**/*.wasm', async (route) => {
      await held;
      await route.continue();
    });
    const loaded = page.waitForResponse('**/*.wasm');
    await verify(page, receipt);
    const other = { name: 'other', mimeType: 'application/octet-stream', buffer: Buffer.from('x') };
    await page.getByLabel('Receipt', { exact: true }).setInputFiles(other);
    go();
    await (await loaded).finished();
    await page.waitForTimeout(1_000);
    assert.equal(await page.locator('.answer').count(), 0, 'the verdict is of the first file');
    assert.deepEqual(complaints, []);
  });

  test('page should say why when there is something wrong', async () => {
    const { page, complaints } = await look(at(site, node, '#/verify'));
    await page.getByText('This one the node above names.').waitFor();
    const field = page.getByLabel('Genesis hash');
    const genesis = await field.inputValue();
    const refused = async (bytes: Buffer, words: RegExp) => {
      await verify(page, bytes);
      await page.getByRole('heading', { name: 'Not to be believed' }).waitFor();
      assert.match((await page.locator('.answer-none').textContent()) ?? '', words);
    };

    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('Choose a file.').waitFor();
    await refused(Buffer.from('nonsense'), /this is no receipt/);
    await refused(Buffer.alloc(10_000_000), /more than any receipt/);
    await refused(receipt.subarray(0, -1), /cut off or changed/);
    const changed = Buffer.from(receipt);
    changed[receipt.length - 40] = (changed[receipt.length - 40] ?? 0) ^ 1;
    await refused(changed, /does not show|cut off or changed/);
    await field.fill(genesis.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')));
    await refused(receipt, /of another chain, whose genesis hash is/);
    await field.fill('0x12');
    await verify(page, receipt);
    await page.getByText('A genesis hash is 0x and 64 digits').waitFor();
    assert.deepEqual(complaints, []);
  });
});
