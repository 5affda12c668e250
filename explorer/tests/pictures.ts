/**
 * The pictures of `docs/explorer.md`, of a real network: seven agents with the bundled models.
 * `pngquant`, where it is installed, makes the files small.
 */

import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { networkWith } from '../../clients/tests/network/network.ts';
import { Client } from './network/client.ts';
import { look, serve, stopSites } from './network/site.ts';

const FOLDER = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const ROUND_MS = 60_000;
/** What is asked before pictures are taken: sums and sorting, which the bundled models know. */
const QUESTIONS = [
  '37+12',
  'sort 3 1 2',
  '8+15',
  'sort 9 4 7',
  '20+22',
  '14+9',
  'sort 5 8 6',
  '63+18',
  '11+11',
  'sort 2 9 1',
  '45+54',
  '7+30',
];

const run = promisify(execFile);

describe('pictures', () => {
  let site: string;
  let client: Client;
  const rounds: number[] = [];

  before(async () => {
    const node = await networkWith({ agents: 7 });
    site = await serve({ rpc: node });
    client = new Client(node);
    for (const question of QUESTIONS) {
      rounds.push(await client.ask('//Alice', question));
      while ((await client.rounds()).running > 0) {
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  });
  after(async () => {
    client?.close();
    await stopSites();
  });

  /** Take a picture of a page that shows `ready`. */
  async function picture(
    name: string,
    hash: string,
    ready: string,
    { isDark = false, isPhone = false, to = '', act = async (_: Page) => {} } = {},
  ): Promise<void> {
    const { page } = await look(`${site}/${hash}`, {
      colorScheme: isDark ? 'dark' : 'light',
      ...(isPhone && { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }),
    });
    await page.locator(ready).first().waitFor({ timeout: ROUND_MS });
    if (to !== '') {
      await page.locator(to).evaluate((one) => {
        scrollTo(0, one.getBoundingClientRect().top - 90);
      });
    }
    await page.waitForTimeout(1_500);
    await act(page);
    const file = `${FOLDER}/explorer-${name}.png`;
    await page.screenshot({ path: file });
    await run('pngquant', ['--force', '--strip', '--speed', '1', '--output', file, file]).catch(
      () => console.log(`${file}: not made smaller, because there is no pngquant`),
    );
    await page.close();
  }

  /** Ask some questions, and wait until the page shows one on its way. */
  async function askSome(page: Page): Promise<void> {
    for (const [index, account] of ['//Bob', '//Charlie', '//Dave'].entries()) {
      void client.ask(account, `sort ${index + 1} 8 4`);
    }
    await page.locator('.live .step-done').first().waitFor();
  }

  test('pictures should be taken', async () => {
    const round = rounds.at(-1) ?? 0;
    await picture('round', `#/rounds/${round}`, 'table.judged');
    await picture('grades', `#/rounds/${round}`, 'table.judged', { isDark: true, to: '#grades' });
    await picture('domain', '#/domains/0', '.chart canvas');
    await picture('phone', `#/rounds/${round}`, 'table.judged', { isPhone: true });
    await picture('ask', '#/ask', 'form.ask');
    await picture('rounds', '#/rounds', '.row-answer', { act: askSome });
  });
});
