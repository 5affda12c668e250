/** Wallets in the browser: what the page asks of them, and when it offers them at all. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SignerPayloadJSON } from '@polkadot/types/types';
import type { Page } from 'playwright-core';
import { networkWith } from '../../clients/tests/network/network.ts';
import { waggle } from './network/node.ts';
import { type Signed, signPayload, signWithHash } from './network/signer.ts';
import { at, look, serve, stopSites, type View } from './network/site.ts';

/** What puts it into the page. */
const WALLET = fileURLToPath(new URL('./network/wallet.js', import.meta.url));
/** Whose account it has. */
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
/** How long a round may take on a busy machine, in milliseconds. */
const ROUND_MS = 60_000;
/** Whether the runtime was built with the hash of its metadata: as ./scripts/build has it. */
const KNOWS_HASH = (process.env.WAGGLE_METADATA_HASH ?? '') !== '';

describe('a wallet', () => {
  let site: string;
  let node: string;

  before(async () => {
    node = await networkWith({ agents: 7 });
    site = await serve();
  });
  after(stopSites);

  /**
   * Open the form in a browser that has a wallet, which notes what it is asked. It refuses, unless
   * there is something that signs.
   */
  async function withWallet(
    url: string,
    sign?: (payload: SignerPayloadJSON) => Promise<Signed>,
  ): Promise<View> {
    const view = await look('about:blank');
    if (sign) {
      await view.context.exposeFunction('signBehind', sign);
    }
    await view.context.addInitScript({ path: WALLET });
    await view.page.goto(url);
    return view;
  }

  /** Ask with the wallet. */
  async function ask(page: Page, question: string): Promise<void> {
    await page.getByRole('button', { name: 'honeycomb' }).click();
    await page.getByLabel('Account').waitFor();
    await page.getByRole('textbox', { name: 'Question' }).fill(question);
    await page.getByRole('button', { name: /^Ask for 20/ }).click();
  }

  /** What the wallet was asked to sign. */
  async function asked(page: Page): Promise<SignerPayloadJSON[]> {
    return page.evaluate(() => (window as unknown as { asked: SignerPayloadJSON[] }).asked);
  }

  /** Wait for the round of the question, and see that the swarm's answer to it is shown. */
  async function answered(page: Page): Promise<void> {
    const told = page.getByRole('status').filter({ hasText: /Round \d+ begins in block/ });
    await told.waitFor({ timeout: ROUND_MS });
    const round = (await told.textContent())?.match(/Round (\d+)/)?.[1] ?? '';
    const shown = page.locator('.progress .answer .text');
    await shown.waitFor({ timeout: ROUND_MS });
    const report = (await waggle(node, 'watch', round)) as { client: string; winner_text: string };
    assert.equal(report.client, ALICE);
    assert.equal(await shown.textContent(), report.winner_text);
  }

  test('question should be answered when a wallet signs it', async () => {
    const { page } = await withWallet(at(site, node, '#/ask'), (payload) =>
      signPayload('//Alice', payload),
    );
    await ask(page, '37+12');
    await answered(page);
    const [payload, ...more] = await asked(page);
    assert.deepEqual(more, []);
    assert.ok(payload?.signedExtensions.includes('CheckMetadataHash'));
    assert.equal(payload.mode, undefined, 'the page does not ask for the hash');
    assert.notEqual(payload.era, '0x00', 'what it signs is not good for ever');
  });

  test('question should be the chain’s to take when a wallet signs its metadata, too', async () => {
    const { page } = await withWallet(at(site, node, '#/ask'), (payload) =>
      signWithHash('//Alice', payload, node),
    );
    await ask(page, '37-12');
    if (KNOWS_HASH) {
      await answered(page);
    } else {
      await page.getByText(/^Nothing was asked: .*hash of the chain’s metadata/).waitFor();
    }
  });

  test('wallet should be asked to sign a question, and nothing asked when it refuses', async () => {
    const { page } = await withWallet(at(site, node, '#/ask'));
    await page.getByRole('button', { name: 'honeycomb' }).click();
    const account = page.getByLabel('Account');
    await account.waitFor();
    assert.match((await account.textContent()) ?? '', /mine ⟨U\+202E⟩<b> · 5Grwv…utQY/);
    await page.getByRole('textbox', { name: 'Question' }).fill('1+2');
    await page.getByRole('button', { name: /^Ask for 20/ }).click();
    await page.getByText('Nothing was asked: Cancelled.').waitFor();
    const [payload, ...more] = await asked(page);
    assert.deepEqual(more, []);
    assert.equal(payload?.address, ALICE);
    assert.ok(payload.method.includes(Buffer.from('1+2').toString('hex')));
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
