/** Wallets in the browser: what the page asks of them, and when it offers them at all. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { networkWith } from '../../clients/tests/network/network.ts';
import { at, look, serve, stopSites, type View } from './network/site.ts';

/** What puts it into the page. */
const WALLET = fileURLToPath(new URL('./network/wallet.js', import.meta.url));
/** Whose account it has. */
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

describe('a wallet', () => {
  let site: string;
  let node: string;

  before(async () => {
    node = await networkWith({ agents: 7 });
    site = await serve();
  });
  after(stopSites);

  /** Open the form in a browser that has a wallet, which notes what it is asked and refuses. */
  async function withWallet(url: string): Promise<View> {
    const view = await look('about:blank');
    await view.context.addInitScript({ path: WALLET });
    await view.page.goto(url);
    return view;
  }

  test('wallet should be asked to sign a question, and nothing asked when it refuses', async () => {
    const { page } = await withWallet(at(site, node, '#/ask'));
    await page.getByRole('button', { name: 'honeycomb' }).click();
    const account = page.getByLabel('Account');
    await account.waitFor();
    assert.match((await account.textContent()) ?? '', /mine ⟨U\+202E⟩<b> · 5Grwv…utQY/);
    await page.getByRole('textbox', { name: 'Question' }).fill('1+2');
    await page.getByRole('button', { name: /^Ask for 20/ }).click();
    await page.getByText('Nothing was asked: Cancelled.').waitFor();
    const asked = (await page.evaluate(() => (window as unknown as { asked: object[] }).asked)) as {
      address: string;
      method: string;
    }[];
    assert.equal(asked.length, 1);
    assert.equal(asked[0].address, ALICE);
    assert.ok(asked[0].method.includes(Buffer.from('1+2').toString('hex')));
  });

  test('wallet should not be offered when a link chose the node, until it is trusted', async () => {
    const elsewhere = node.replace('127.0.0.1', 'node.example');
    const { page } = await withWallet(at(site, elsewhere, '#/ask'));
    await page.getByText('The link that led here chose the node.').waitFor();
    const trust = page.getByRole('button', { name: 'I trust this node' });
    await trust.waitFor();
    assert.equal(await page.getByRole('button', { name: 'honeycomb' }).count(), 0);
    await trust.click();
    await page.getByRole('button', { name: 'honeycomb' }).waitFor();
  });
});
