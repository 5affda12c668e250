/** A node that goes away and returns, and one that returns as another chain. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from './network/client.ts';
import { Node } from './network/node.ts';
import { at, look, serve, stopSites } from './network/site.ts';
import { SUMS, startWorker, type Worker } from './network/worker.ts';

const ROUND_MS = 60_000;

describe('a node that goes away', () => {
  let worker: Worker;
  let node: Node;
  let site: string;

  before(async () => {
    worker = await startWorker(SUMS);
    node = await Node.start({ agents: 7, worker: worker.url });
    site = await serve();
  });
  after(async () => {
    await stopSites();
    await node?.stop();
    await worker?.stop();
  });

  /** Ask as somebody else. */
  async function ask(prompt: string): Promise<number> {
    const client = new Client(node.url);
    try {
      return await client.ask('//Alice', prompt);
    } finally {
      client.close();
    }
  }

  test('page should say so, keep what it has, and go on when the node is back', async () => {
    const first = await ask('1+2');
    const { page, complaints } = await look(at(site, node.url));
    await page.locator('.row-item', { hasText: '1+2' }).locator('.pill-settled').waitFor({
      timeout: ROUND_MS,
    });
    await node.kill();
    await page.getByText('The node is away.').waitFor({ timeout: 15_000 });
    assert.equal(await page.locator('main.stale').count(), 1);
    assert.equal(await page.locator('.row-item', { hasText: '1+2' }).count(), 1, 'data stays');
    const { page: late } = await look(at(site, node.url));
    await late.getByText('There is nothing from this node').waitFor({ timeout: 15_000 });

    await node.begin();
    await page.locator('main:not(.stale)').waitFor({ timeout: 30_000 });
    assert.equal(await page.getByText('The node is away.').isVisible(), false);
    const second = await ask('30+4');
    assert.equal(second, first + 1);
    for (const one of [page, late]) {
      await one.locator('.row-item', { hasText: '30+4' }).locator('.pill-settled').waitFor({
        timeout: ROUND_MS,
      });
    }
    assert.deepEqual(complaints, []);
  });

  test('page should forget everything when another chain is in its place', async () => {
    const other = await Node.start({ agents: 0, worker: worker.url });
    try {
      const { page } = await look(at(site, node.url));
      await page.locator('.row-item').first().waitFor();
      await page.getByRole('button', { name: /best/ }).click();
      await page.getByLabel('Address of the node').fill(other.url);
      await page.getByRole('button', { name: 'Connect' }).click();
      await page.getByText('Nobody has asked this chain anything yet.').waitFor();
      assert.equal(await page.locator('.row-item').count(), 0);
      assert.match(page.url(), new RegExp(`rpc=${encodeURIComponent(other.url)}`));
    } finally {
      await other.stop();
    }
  });
});
