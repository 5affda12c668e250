/** Whoever cannot see, or has no mouse, or has only a phone: axe, keyboard and widths. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { networkWith } from '../../clients/tests/network/network.ts';
import { Client } from './network/client.ts';
import { at, look, serve, stopSites } from './network/site.ts';

const ROUND_MS = 60_000;
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

describe('access', () => {
  let site: string;
  let node: string;
  let pages: { hash: string; ready: string }[];

  before(async () => {
    node = await networkWith({ agents: 7 });
    site = await serve();
    const client = new Client(node);
    const round = await client.ask('//Bob', 'sort 3 1 2');
    client.close();
    const { page } = await look(at(site, node, `#/rounds/${round}`));
    await page.locator('.pill-settled').waitFor({ timeout: ROUND_MS });
    const agent = await page.locator('.answer-head a').first().getAttribute('href');
    pages = [
      { hash: '#/rounds', ready: '.row-answer' },
      { hash: `#/rounds/${round}`, ready: 'table.judged' },
      { hash: '#/domains', ready: '.card a' },
      { hash: '#/domains/0', ready: 'table.leaderboard' },
      { hash: agent ?? '', ready: '.facts' },
      { hash: '#/audits', ready: '.cards, .nothing' },
      { hash: '#/ask', ready: 'form.ask' },
      { hash: '#/verify', ready: 'form.ask' },
      { hash: '#/nowhere', ready: 'h1' },
    ];
  });
  after(stopSites);

  /** What axe finds, in a form that a failure can show. */
  async function faults(page: Page): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe should find nothing when the system is ${colorScheme}`, async () => {
      for (const { hash, ready } of pages) {
        const { page, complaints } = await look(at(site, node, hash), { colorScheme });
        await page.locator(ready).first().waitFor();
        if (hash === '#/ask') {
          await page.getByRole('button', { name: 'Development accounts' }).click();
          await page.getByLabel('Account').waitFor();
        }
        assert.deepEqual(await faults(page), [], `${hash} in ${colorScheme}`);
        assert.deepEqual(complaints, [], hash);
      }
    });
  }

  test('colours should stay as they were chosen when the page is opened again', async () => {
    const { page } = await look(at(site, node));
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    const button = page.getByRole('button', { name: /^Colours: / });
    await button.click();
    await button.click();
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    assert.equal(await ground(), dark);
    assert.deepEqual(await faults(page), []);
  });

  test('no page should scroll sideways when it is on a phone', async () => {
    for (const { hash, ready } of pages) {
      const { page } = await look(at(site, node, hash), PHONE);
      await page.locator(ready).first().waitFor();
      const { width, room } = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        room: document.documentElement.clientWidth,
      }));
      assert.ok(width <= room, `${hash}: ${width} of ${room}`);
      assert.deepEqual(await faults(page), [], `${hash} on a phone`);
    }
  });

  test('question should be asked when there is nothing but a keyboard', async () => {
    const { page } = await look(at(site, node));
    await page.locator('.row-link').first().waitFor();
    const press = (key: string) => page.keyboard.press(key);
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: one } = document;
        return one?.getAttribute('aria-label') ?? one?.getAttribute('name') ?? one?.textContent;
      });
    /** Go on to what has this name. */
    const tabTo = async (name: RegExp) => {
      for (let step = 0; step < 60; step += 1) {
        await press('Tab');
        if (name.test((await focused()) ?? '')) {
          return;
        }
      }
      assert.fail(`no ${name} within reach of Tab`);
    };
    await press('Tab');
    assert.match((await focused()) ?? '', /Skip to the page/);
    const outline = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement ?? document.body);
      return `${style.outlineStyle} ${style.outlineWidth}`;
    });
    assert.equal(outline, 'solid 2px', 'what has the focus is seen');
    await press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');

    await page.reload();
    await page.locator('.row-link').first().waitFor();
    await tabTo(/^Ask$/);
    await press('Enter');
    await page.locator('form.ask').waitFor();
    await tabTo(/^prompt$/);
    await page.keyboard.type('20+22');
    await tabTo(/^Development accounts$/);
    await press('Enter');
    await page.getByLabel('Account').waitFor();
    await tabTo(/^Ask for/);
    await press('Enter');
    await page.locator('.progress .answer .text').waitFor({ timeout: ROUND_MS });
    assert.equal(await page.locator('.progress .answer .text').textContent(), '42');
  });

  test('listener should be told of phases, and of nothing else', async () => {
    const client = new Client(node);
    const round = await client.ask('//Charlie', '4+4');
    client.close();
    const { page } = await look(at(site, node, `#/rounds/${round}`));
    await page.evaluate(() => {
      const told: string[] = [];
      (window as unknown as { told: string[] }).told = told;
      new MutationObserver(() => {
        const words = document.querySelector('main [role="status"]')?.textContent ?? '';
        if (words !== '' && told.at(-1) !== words) {
          told.push(words);
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await page.locator('.pill-settled').waitFor({ timeout: ROUND_MS });
    await page.waitForTimeout(2_000);
    const told = await page.evaluate(() => (window as unknown as { told: string[] }).told);
    assert.ok(told.length <= 6, `${told}`);
    assert.ok(
      told.every((words) => words.startsWith(`Round ${round}`) || words.startsWith('Reading')),
      `${told}`,
    );
  });
});
