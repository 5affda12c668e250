/**
 * A thousand rounds and a thousand agents on a real chain: the page makes few rows, keeps up with
 * the blocks, and never works for long at a stretch. `WAGGLE_EXPLORER_ROUNDS` says how many rounds.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Client } from './network/client.ts';
import { Node } from './network/node.ts';
import { at, look, serve, stopSites } from './network/site.ts';
import { SUMS, startWorker, type Worker } from './network/worker.ts';

const ROUNDS = Number(process.env.WAGGLE_EXPLORER_ROUNDS ?? '1000');
const IDLE = 1_000;
const ACCOUNTS = ['//Alice', '//Bob', '//Charlie', '//Dave', '//Eve', '//Ferdie'];
/** Rounds that run at once: the chain allows an account eight. */
const AT_ONCE = 36;
/** After so long without a new round, those under way are taken for lost, in milliseconds. */
const STALLED_MS = 5_000;
/** How long the page may work at a stretch, in milliseconds, beside a chain on the same cores. */
const LONGEST_TASK_MS = 400;
const FILLING_MS = 20 * 60_000;

describe('a thousand rounds and agents', () => {
  let worker: Worker;
  let node: Node;
  let site: string;
  let client: Client;

  before(async () => {
    worker = await startWorker(SUMS);
    node = await Node.start({ agents: 7, worker: worker.url, idle: IDLE });
    site = await serve({ rpc: node.url });
    client = new Client(node.url);
  });
  after(async () => {
    client?.close();
    await stopSites();
    await node?.stop();
    await worker?.stop();
  });

  /** Ask until there have been so many rounds, as many at once as the accounts may. */
  async function fill(): Promise<void> {
    let sent = 0;
    let last = { all: 0, at: Date.now() };
    for (;;) {
      const { all, running } = await client.rounds();
      if (all >= ROUNDS) {
        return;
      }
      if (all > last.all) {
        last = { all, at: Date.now() };
      } else if (Date.now() - last.at > STALLED_MS) {
        // Some were refused in a block: they count no more.
        sent = all;
        last.at = Date.now();
      }
      for (let room = AT_ONCE - running - (sent - all); room > 0; room -= 1) {
        await client.send(ACCOUNTS[sent % ACCOUNTS.length], `${sent}+${sent}`);
        sent += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Note how long the page works at a stretch. */
  async function timeTasks(page: Page): Promise<() => Promise<number>> {
    await page.evaluate(() => {
      const tasks: number[] = [];
      (window as unknown as { tasks: number[] }).tasks = tasks;
      new PerformanceObserver((list) => {
        tasks.push(...list.getEntries().map(({ duration }) => duration));
      }).observe({ entryTypes: ['longtask'] });
    });
    return () =>
      page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks));
  }

  test('page should keep up when a thousand rounds run', { timeout: FILLING_MS }, async () => {
    const { page, complaints } = await look(`${site}/#/rounds`);
    await page.getByText('best').first().waitFor();
    const longest = await timeTasks(page);
    await fill();
    const { all } = await client.rounds();
    assert.ok(all >= ROUNDS);
    await page
      .locator('.row-link', { hasText: new RegExp(`^Round ${all - 1}$`) })
      .waitFor({ timeout: 10_000 });
    assert.ok((await page.locator('.row-item').count()) < 80, 'few rows are made');
    const worst = await longest();
    console.log(`${all} rounds; longest task ${worst.toFixed(0)} ms`);
    assert.ok(worst < LONGEST_TASK_MS, `it worked for ${worst} ms at a stretch`);
    assert.deepEqual(complaints, []);
  });

  test('list should be read to its end when somebody scrolls through it', async () => {
    const { page, complaints } = await look(`${site}/#/rounds`);
    await page.locator('.row-item').first().waitFor();
    const longest = await timeTasks(page);
    await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
    });
    const row = page.locator('.row-item', {
      has: page.locator('.row-link', { hasText: /^Round 0$/ }),
    });
    await row.filter({ hasText: '+' }).waitFor({ timeout: 20_000 });
    for (let step = 0; step < 30; step += 1) {
      await page.mouse.wheel(0, -1_500);
      await page.waitForTimeout(30);
    }
    const worst = await longest();
    console.log(`scrolling: longest task ${worst.toFixed(0)} ms`);
    assert.ok(worst < LONGEST_TASK_MS, `it worked for ${worst} ms at a stretch`);
    assert.deepEqual(complaints, []);
  });

  test('leaderboard should be sorted at once when it has a thousand members', async () => {
    const { page, complaints } = await look(at(site, node.url, '#/domains/0'));
    await page.locator('table.leaderboard tbody th').first().waitFor();
    const heading = page.getByRole('heading', { name: /^Members/ });
    assert.match((await heading.textContent()) ?? '', /10\d\d/);
    const longest = await timeTasks(page);
    assert.ok((await page.locator('table.leaderboard tbody tr').count()) < 90, 'few rows are made');
    await page.getByRole('button', { name: 'Rounds' }).click();
    await page.getByRole('button', { name: 'Earned' }).click();
    await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
    });
    await page.locator('tr[aria-rowindex="1000"]').waitFor();
    const worst = await longest();
    console.log(`1 000 members: longest task ${worst.toFixed(0)} ms`);
    assert.ok(worst < LONGEST_TASK_MS, `it worked for ${worst} ms at a stretch`);
    assert.deepEqual(complaints, []);
  });
});
