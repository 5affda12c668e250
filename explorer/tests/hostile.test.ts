/** Texts that want to be more than text: prompts and answers of strangers, on every page. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from './network/client.ts';
import { Node } from './network/node.ts';
import { at, look, serve, stopSites } from './network/site.ts';
import { type Mind, startWorker, type Worker } from './network/worker.ts';

const ROUND_MS = 60_000;
const MOST_BYTES = 16_384;

const MARKUP =
  '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>' +
  '<a href="javascript:document.title=1">x</a>&lt;b&gt;';
const OVERRIDE = 'safe \u202eevil\u202c \u2066isolated\u2069 \u200bnothing\u0007';
const PILE = `z${'\u0301'.repeat(400)}`;
const LONG = 'long '.repeat(MOST_BYTES / 5);

/** What each agent says: one kind of malice each. */
const SAYINGS = [MARKUP, OVERRIDE, PILE, LONG, '\ufeff \u2028\u2029', '\ud83d\udc1d', 'plain'];

const MALICE: Mind = {
  answer: (_, agent) => SAYINGS[agent % SAYINGS.length] ?? 'plain',
  // The markup wins, so that it is also the swarm's answer.
  grade: (text, agent) => (text === MARKUP ? 9_500 : 500 + agent * 40),
};

describe('hostile texts', () => {
  let worker: Worker;
  let node: Node;
  let site: string;
  let client: Client;

  before(async () => {
    worker = await startWorker(MALICE);
    node = await Node.start({ agents: 7, worker: worker.url });
    site = await serve({ rpc: node.url });
    client = new Client(node.url);
  });
  after(async () => {
    client?.close();
    await stopSites();
    await node?.stop();
    await worker?.stop();
  });

  /** Ask, and wait for the end in a page of the round. */
  async function settled(prompt: string | Uint8Array) {
    const round = await client.ask('//Alice', prompt);
    const view = await look(at(site, node.url, `#/rounds/${round}`));
    await view.page.locator('.pill-settled').waitFor({ timeout: ROUND_MS });
    // What the chain forgot at the end comes a moment later.
    await view.page.locator('.question .text').first().waitFor();
    return { round, ...view };
  }

  test('markup should stay text when it is a prompt, an answer and the winner', async () => {
    const { page, complaints, round } = await settled(MARKUP);
    assert.equal(await page.locator('.question .text').textContent(), MARKUP);
    assert.equal(await page.locator('.answer .text').textContent(), MARKUP);
    assert.equal(
      await page.locator('main img, main script, main a[href^="javascript"]').count(),
      0,
    );
    assert.match(await page.title(), new RegExp(`^Round ${round} `));
    await page.goto(at(site, node.url, '#/rounds'));
    await page.locator('.row-text', { hasText: '<img' }).first().waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.deepEqual(complaints, []);
  });

  test('hidden characters should be named when they are in a text', async () => {
    const { page, complaints } = await settled(OVERRIDE);
    const question = page.locator('.question .text');
    const shown = (await question.textContent()) ?? '';
    for (const name of ['U+202E', 'U+202C', 'U+2066', 'U+2069', 'U+200B', 'U+0007']) {
      assert.ok(shown.includes(name), `${name} in ${shown}`);
    }
    for (const character of '\u202e\u202c\u2066\u2069\u200b\u0007') {
      assert.ok(!shown.includes(character), 'what is named is not there besides');
    }
    const isolated = await question.evaluate((one) => getComputedStyle(one).unicodeBidi);
    assert.match(isolated, /isolate/);
    assert.deepEqual(complaints, []);
  });

  test('long text should be folded, and shown whole when somebody wants it', async () => {
    const { page, complaints } = await settled(LONG);
    const question = page.locator('.question');
    assert.ok(((await question.locator('.text').textContent()) ?? '').length < 1_000);
    await question.getByRole('button', { name: /Show the whole question/ }).click();
    assert.equal(((await question.locator('.text').textContent()) ?? '').length, LONG.length);
    const { width, room } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      room: innerWidth,
    }));
    assert.ok(width <= room, `${width} of ${room}`);
    assert.deepEqual(complaints, []);
  });

  test('bytes should be shown as what they are not when they are no text', async () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, index) => (index * 7) % 256);
    const { page, complaints } = await settled(bytes);
    assert.match((await page.locator('.question .text').textContent()) ?? '', /\ufffd/);
    assert.deepEqual(complaints, []);
  });

  test('conversation should be shown as turns when it is one, else as text', async () => {
    const envelope =
      '{"waggle":1,"messages":[{"role":"system","content":"<b>Be brief.</b>"},' +
      '{"role":"user","content":"2+2\\u202e"}]}'.replace('\\u202e', '\u202e');
    const { page } = await settled(envelope);
    const turns = page.locator('.turn');
    assert.equal(await turns.count(), 2);
    assert.equal(await turns.first().locator('.text').textContent(), '<b>Be brief.</b>');
    assert.match((await turns.nth(1).textContent()) ?? '', /^User2\+2U\+202E/);
    const { page: other } = await settled(`${envelope} `);
    assert.equal(await other.locator('.turn').count(), 0);
  });

  test('marks that pile up should stay in their own text', async () => {
    const { page } = await settled(PILE);
    const overflow = await page
      .locator('.question .text')
      .evaluate((one) => getComputedStyle(one).overflowY);
    assert.equal(overflow, 'clip');
  });

  test('address that is none of a node should be refused', async () => {
    for (const wrong of ['javascript:alert(1)', 'http://127.0.0.1:9944', 'nonsense']) {
      const { page, complaints } = await look(at(site, wrong));
      await page.getByText('There is no node').waitFor();
      assert.deepEqual(complaints, []);
    }
  });
});
