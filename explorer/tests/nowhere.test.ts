/** Addresses of pages that name nothing: each says so, and none goes on reading for ever. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { networkWith } from '../../clients/tests/network/network.ts';
import { at, look, serve, stopSites } from './network/site.ts';

/** What each says. */
const PAGES = [
  ['#/agents/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQz', /a character of it is wrong/],
  ['#/agents/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKut', /a character of it is wrong/],
  ['#/agents/0x00', /a character of it is wrong/],
  // A good address, of an account that is no agent's.
  ['#/agents/5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM', /No agent is registered/],
  // The same as Polkadot writes it.
  ['#/agents/111111111111111111111111111111111HC1', /No agent is registered/],
  ['#/rounds/999999999999999', /has no round 999999999999999/],
  ['#/rounds/9999999999999999', /No round has such a number/],
  ['#/rounds/-1', /No round has such a number/],
  ['#/rounds/0x12', /No round has such a number/],
  ['#/domains/4294967295', /There is no domain 4294967295/],
  ['#/domains/4294967296', /No domain has such a number/],
  ['#/domains/verses', /No domain has such a number/],
  ['#/blocks/0x12', /names nothing here/],
  ['#/rounds/1/2', /names nothing here/],
  ['#/ask/%E0%A4%A', /names nothing here/],
] as const;

describe('an address that names nothing', () => {
  let site: string;
  let node: string;

  before(async () => {
    node = await networkWith({ agents: 7 });
    site = await serve();
  });
  after(stopSites);

  test('page should say what is wrong when its address names nothing', async () => {
    const { page, complaints } = await look(at(site, node));
    for (const [hash, says] of PAGES) {
      await page.goto(at(site, node, hash));
      const said = page.locator('main').filter({ hasText: says });
      await said.waitFor({ timeout: 10_000 }).catch(async () => {
        assert.fail(`${hash} says: ${await page.locator('main').textContent()}`);
      });
      assert.equal(await page.locator('main .waiting').count(), 0, hash);
    }
    assert.deepEqual(complaints, []);
  });

  test('agent should be found when its address is written as another chain does', async () => {
    const { page } = await look(
      at(site, node, '#/agents/15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'),
    );
    await page.locator('.owner').waitFor();
    assert.equal(
      await page.locator('.owner').textContent(),
      '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
    );
  });
});
