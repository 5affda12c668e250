/**
 * A round from the form to its settlement, with a real swarm: seven agents with the bundled models.
 * What the page shows is what `waggle` says.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { networkWith } from '../../clients/tests/network/network.ts';
import { Client } from './network/client.ts';
import { waggle } from './network/node.ts';
import { at, look, serve, stopSites, type View } from './network/site.ts';

/** How long a round may take on a busy machine, in milliseconds. */
const ROUND_MS = 60_000;

/** What is compared of the report of `waggle watch --json`. */
interface Report {
  round: number;
  status: string;
  winner_text: string;
  answers: { agent: string; text: string; score: number; candidate: number }[];
  grades: { grader: string; author: string; grade: number }[];
  payments: { returned: string; treasury: string; agents: { paid: string; forfeited: string }[] };
  [field: string]: unknown;
}

describe('a live round', () => {
  let site: string;
  let node: string;
  let round = -1;
  let report: Report;

  before(async () => {
    node = await networkWith({ agents: 7 });
    site = await serve({ rpc: node });
  });
  after(stopSites);

  /** Fill in the form, as somebody with a development account does. */
  async function ask(page: Page, prompt: string): Promise<void> {
    await page.getByRole('button', { name: 'Development accounts' }).click();
    await page.getByRole('textbox', { name: 'Question' }).fill(prompt);
    await page.getByRole('button', { name: /^Ask for 20/ }).click();
  }

  test('question should be answered when it is asked by the form', async () => {
    const watcher: View = await look(`${site}/#/rounds`);
    await watcher.page.getByText('Nobody').first().waitFor();
    await watcher.page.evaluate(() => {
      const seen: string[] = [];
      (window as unknown as { seen: string[] }).seen = seen;
      new MutationObserver(() => {
        const step = document.querySelector('.live .step-current .step-name')?.textContent;
        if (step && seen.at(-1) !== step) {
          seen.push(step);
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });

    const { page, complaints } = await look(`${site}/#/ask`);
    await ask(page, '37+12');
    const told = page.getByRole('status').filter({ hasText: /Round \d+ begins in block/ });
    await told.waitFor({ timeout: ROUND_MS });
    round = Number((await told.textContent())?.match(/Round (\d+)/)?.[1]);
    await page.locator('.progress .answer .text').waitFor({ timeout: ROUND_MS });

    const raw = await waggle(node, 'watch', String(round));
    report = raw as Report;
    assert.equal(report.status, 'settled');
    assert.equal(await page.locator('.progress .answer .text').textContent(), report.winner_text);

    const phases = await watcher.page.evaluate(
      () => (window as unknown as { seen: string[] }).seen,
    );
    const all = ['Answering', 'Opening answers', 'Grading', 'Opening grades'];
    assert.deepEqual(
      phases.filter((phase) => all.includes(phase)),
      all.filter((phase) => phases.includes(phase)),
      'phases come in their order',
    );
    assert.ok(phases.length >= 2, `the list followed the round: ${phases}`);
    const row = watcher.page.locator('.row-item').filter({ hasText: '37+12' });
    await row.filter({ hasText: 'Settled' }).waitFor();
    assert.match((await row.textContent()) ?? '', new RegExp(report.winner_text));
    assert.deepEqual([...complaints, ...watcher.complaints], []);
  });

  test('page of a round should say what waggle says when somebody comes by a link', async () => {
    // A window of its own knows nothing of the round but its number.
    const { page, complaints } = await look(at(site, node, `#/rounds/${round}`));
    await page.getByRole('heading', { name: 'Grades' }).waitFor();
    assert.match(await page.title(), new RegExp(`Round ${round}`));
    await page.locator('.question .text', { hasText: '37+12' }).waitFor();
    assert.equal(await page.locator('.answer .text').textContent(), report.winner_text);

    const names = report.answers.map(({ agent }) => agent);
    const shown = await page
      .locator('table.matrix tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('td')].map((cell) =>
            cell.classList.contains('grade') ? Number(cell.textContent) : null,
          ),
        ),
      );
    const expected = names.map((grader) =>
      names.map((author) => {
        const found = report.grades.find((one) => one.grader === grader && one.author === author);
        return found ? Number(found.grade.toFixed(2)) : null;
      }),
    );
    assert.deepEqual(shown, expected);

    const paid = await page
      .locator('table.judged tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('td .number[title]')].map((amount) =>
            amount.getAttribute('title'),
          ),
        ),
      );
    assert.deepEqual(
      paid,
      report.payments.agents.map((one) => [`${one.paid} WAG`, `${one.forfeited} WAG`]),
    );
    assert.deepEqual(complaints, []);
  });

  test('equal answers should stand together', async () => {
    const { page } = await look(at(site, node, `#/rounds/${round}`));
    await page.locator('.candidate').first().waitFor();
    await page.locator('.one-answer .text').nth(6).waitFor();
    const groups = await page
      .locator('.candidate')
      .evaluateAll((all) =>
        all.map((one) =>
          [...one.querySelectorAll('.index')].map((index) => Number(index.textContent)),
        ),
      );
    const numbers = report.answers.map(({ candidate }) => candidate);
    const expected = [...new Set(numbers)].map((number) =>
      numbers.flatMap((one, index) => (one === number ? [index] : [])),
    );
    const ordered = (some: number[][]) => some.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
    assert.deepEqual(ordered(groups), ordered(expected));
  });

  test('file should hold what waggle says when a round is downloaded', async () => {
    const { page } = await look(at(site, node, `#/rounds/${round}`));
    await page.locator('.one-answer .text').nth(6).waitFor();
    await page.locator('.one-answer .model').nth(6).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as JSON' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `round-${round}.json`);
    const file = JSON.parse(await readFile(await download.path(), 'utf8')) as Report;
    // Times are measured by clocks, the rule is the chain's, and the last commit is an event.
    const left = ['phases_ms', 'rule', 'blocks'];
    const rest = (some: Report) =>
      Object.fromEntries(Object.entries(some).filter(([name]) => !left.includes(name)));
    assert.deepEqual(rest(file), rest(report));
    const blocks = report.blocks as Record<string, unknown>;
    for (const [name, value] of Object.entries(file.blocks as object)) {
      assert.equal(value, blocks[name], name);
    }
  });

  test('leaderboard should be in the order of ratings, and of what one chooses', async () => {
    // The first round found nobody on the roster, so that it taught nothing.
    const client = new Client(node);
    for (const prompt of ['8+15', 'sort 9 4 7']) {
      await client.ask('//Bob', prompt);
      while ((await client.rounds()).running > 0) {
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    client.close();
    // So high that all rows are made.
    const viewport = { width: 1280, height: 2_000 };
    const { page } = await look(at(site, node, '#/domains/0'), { viewport });
    const members = (await waggle(node, 'agents')) as { agent: string; rating: number }[];
    const rows = page.locator('table.leaderboard tbody tr:not(.gap)');
    await rows.first().waitFor();
    const owners = () =>
      rows.locator('th a').evaluateAll((all) => all.map((one) => one.getAttribute('title')));
    const expected = members
      .toSorted((a, b) => b.rating - a.rating || (a.agent < b.agent ? -1 : 1))
      .map(({ agent }) => agent);
    assert.deepEqual(await owners(), expected);
    assert.ok(new Set(members.map(({ rating }) => rating)).size > 1, 'ratings differ');

    await page.getByRole('button', { name: 'Rating' }).click();
    const column = page.getByRole('columnheader', { name: 'Rating' });
    assert.equal(await column.getAttribute('aria-sort'), 'ascending');
    assert.notDeepEqual(await owners(), expected);
  });

  test('page of an agent should say whose it is and how its round went', async () => {
    const [{ agent } = { agent: '' }] = report.answers;
    const { page, complaints } = await look(at(site, node, `#/agents/${agent}`));
    await page.getByRole('heading', { name: 'Last rounds' }).waitFor();
    await page.getByRole('link', { name: `Round ${round}`, exact: true }).waitFor();
    assert.ok((await page.locator('.owner').textContent())?.includes(agent));
    assert.deepEqual(complaints, []);
  });

  test('address should lead back when somebody goes back', async () => {
    const { page } = await look(at(site, node, `#/rounds/${round}`));
    await page.getByRole('link', { name: 'Domain 0' }).click();
    await page.getByRole('heading', { name: 'Domain 0' }).waitFor();
    assert.match(await page.title(), /^Domain 0 /);
    await page.goBack();
    await page.getByRole('heading', { name: `Round ${round}`, level: 1 }).waitFor();
    assert.match(await page.title(), new RegExp(`^Round ${round} `));
  });

  test('form should say what is wrong when the chain would refuse', async () => {
    const { page } = await look(at(site, node, '#/ask'));
    await ask(page, '  ');
    await page.getByText('Ask something.').waitFor();
    const focused = page.locator(':focus');
    assert.equal(await focused.getAttribute('name'), 'prompt');
    assert.equal(await focused.getAttribute('aria-invalid'), 'true');
    await page.getByRole('textbox', { name: 'Question' }).fill('1+1');
    await page.getByLabel('Reward in WAG').fill('0');
    await page.getByText('This is less than the least reward').waitFor();
  });
});
