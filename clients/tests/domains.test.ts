/**
 * Domains with polkadot.js: found one, join it, ask there.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiPromise, Keyring } from '@polkadot/api';
import type { GenericEvent, Option, Struct, u32, u128, Vec } from '@polkadot/types';
import { submit, type Terms } from '../src/polkadot-js/ask.ts';
import { claim, digestOf, fund } from '../src/polkadot-js/claims.ts';
import { connect, type Sent, send } from '../src/polkadot-js/connection.ts';
import { domains, found, GENERAL, join, leave, members } from '../src/polkadot-js/domains.ts';
import { networkWith } from './network/network.ts';

const WAG = 10n ** 12n;
const TERMS: Terms = { reward: 20n * WAG, answeringBlocks: 400, minAgents: 4, maxAgents: 7 };

describe('domains', () => {
  const accounts = new Keyring({ type: 'sr25519' });
  const [charlie, owner] = ['//Charlie', '//Waggle//owner//14'].map((suri) =>
    accounts.addFromUri(suri),
  );
  let api: ApiPromise;

  before(async () => {
    const url = await networkWith({ agents: 0 });
    api = await connect(url);
  });
  after(async () => {
    await api?.disconnect();
  });

  /** The names of the events of the pallet domains. */
  function methodsOf({ events }: Sent): string[] {
    return events
      .filter(({ event }) => event.section === 'domains')
      .map(({ event }) => event.method);
  }

  /** The numbers of the domains of the agent, in the order in which it joined them. */
  async function domainsOf(address: string): Promise<number[]> {
    const agent = (await api.call.waggleApi.agent(address)) as Option<Struct>;
    const memberships = agent.unwrap().get('memberships') as Vec<Struct>;
    return memberships.map((membership) => (membership.get('domain') as u32).toNumber());
  }

  test('the general domain should be there, with every agent of the first block', async () => {
    const [general] = await domains(api);
    assert.deepEqual([general.number, general.title], [GENERAL, 'General']);
    assert.equal(general.question, 'Closed');
    assert.equal(general.members, (await members(api, GENERAL)).length);
    assert.ok((await members(api, GENERAL)).includes(owner.address));
  });

  test('founder should find its domain in the list, at the price of the fee', async () => {
    const free = async () => {
      const account = await api.query.system.account(charlie.address);
      return (account as unknown as { data: { free: u128 } }).data.free.toBigInt();
    };
    const had = await free();
    const number = await found(api, charlie, 'Haiku', '5, 7 and 5 syllables — 俳句', 'Open');
    const fee = (api.consts.domains.foundingFee as u128).toBigInt();
    assert.ok(had - (await free()) >= fee);
    assert.deepEqual((await domains(api)).at(-1), {
      number,
      title: 'Haiku',
      description: '5, 7 and 5 syllables — 俳句',
      question: 'Open',
      members: 0,
      onRoster: 0,
    });
  });

  test('owner should let its agent join a domain, for some time at least', async () => {
    const number = await found(api, charlie, 'Chess', '', 'Closed');
    assert.deepEqual(methodsOf(await join(api, owner, number)), ['MemberJoined']);
    assert.deepEqual(await members(api, number), [owner.address]);
    assert.deepEqual(await domainsOf(owner.address), [GENERAL, number]);
    const joined = (await domains(api))[number];
    assert.deepEqual([joined.members, joined.onRoster], [1, 1]);

    await assert.rejects(leave(api, owner, number), /domains\.TooEarlyToLeave/);
    assert.deepEqual(await members(api, number), [owner.address]);
  });

  test('member should claim what it answers with, as its kin does, and take it back', async () => {
    const kin = accounts.addFromUri('//Waggle//owner//13');
    const weights = `0x${'01'.repeat(32)}`;
    const model = { model: 'weaver', weights, quantisation: 'q4_k_m', temperature: 7_000 };
    for (const member of [owner, kin]) {
      assert.deepEqual(methodsOf(await claim(api, member, GENERAL, model)), ['Claimed']);
    }
    const [mine, theirs] = await Promise.all(
      [owner, kin].map(({ address }) => digestOf(api, address, GENERAL, 'nextClaim')),
    );
    assert.match(mine ?? '', /^0x[0-9a-f]{64}$/);
    assert.equal(mine, theirs);
    assert.equal(await digestOf(api, owner.address, GENERAL), undefined, 'it does not hold yet');
    await claim(api, owner, GENERAL, null);
    assert.equal(await digestOf(api, owner.address, GENERAL, 'nextClaim'), undefined);
  });

  test('anybody should fund the reward pool of a domain', async () => {
    assert.deepEqual(methodsOf(await fund(api, charlie, GENERAL, 5n * WAG)), ['PoolFunded']);
    const page = (await api.call.waggleApi.domains(GENERAL, 1)) as Vec<Struct>;
    const pool = (page[0].get('pool') as Option<Struct>).unwrap();
    assert.ok((pool.get('balance') as u128).toBigInt() >= 5n * WAG);
  });

  test('client should see in which domain a round was asked', async () => {
    const number = await found(api, charlie, 'Latin', '', 'Closed');
    const { round, block } = await submit(api, charlie, 'amo, amas, …', TERMS, { domain: number });
    const view = (await api.call.waggleApi.round(round)) as Option<Struct>;
    assert.equal((view.unwrap().get('domain') as u32).toNumber(), number);

    const at = await api.at(await api.rpc.chain.getBlockHash(block));
    const records = (await at.query.system.events()) as unknown as Vec<Struct>;
    const submitted = records
      .map((record) => record.get('event') as unknown as GenericEvent)
      .find(({ section, method }) => section === 'rounds' && method === 'Submitted');
    assert.ok(submitted, 'the round was submitted in this block');
    const { domain } = submitted.data as unknown as { domain: u32 };
    assert.equal(domain.toNumber(), number);
    await send(api, api.tx.rounds.withdraw(round), charlie);
  });
});
