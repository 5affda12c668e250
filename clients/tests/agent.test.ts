/**
 * An agent's owner with polkadot.js: register, rotate the key, change the profile, retire.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiPromise, Keyring } from '@polkadot/api';
import type { Bool, Bytes, Option, Struct, u32, u128, Vec } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';
import { register, retire, rotateKey } from '../src/polkadot-js/agent.ts';
import { connect, type Sent, send } from '../src/polkadot-js/connection.ts';
import { networkWith } from './network/network.ts';

describe('the owner of an agent', () => {
  let api: ApiPromise;

  before(async () => {
    const url = await networkWith({ agents: 0 });
    api = await connect(url);
  });
  after(async () => {
    await api?.disconnect();
  });

  /** The fields of the only event of the pallet agents with this name, as text. */
  function event({ events }: Sent, method: string): Record<string, string> {
    const found = events.filter(
      ({ event }) => event.section === 'agents' && event.method === method,
    );
    assert.equal(found.length, 1, method);
    const { data } = found[0].event;
    const names = data.names ?? [];
    return Object.fromEntries(names.map((name, index) => [name, data[index].toString()]));
  }

  /** What the chain knows of the agent of `owner`. */
  async function agentOf(owner: string): Promise<Option<Struct>> {
    return (await api.call.waggleApi.agent(owner)) as Option<Struct>;
  }

  /** The numbers of the domains of which the agent is a member, and its absences in each. */
  async function membershipsOf(owner: string): Promise<[number, number | undefined][]> {
    const memberships = (await agentOf(owner)).unwrap().get('memberships') as Vec<Struct>;
    return memberships.map((membership): [number, number | undefined] => {
      const absences = membership.get('absences') as Option<u32>;
      const domain = (membership.get('domain') as u32).toNumber();
      return [domain, absences.isSome ? absences.unwrap().toNumber() : undefined];
    });
  }

  test('owner should register an agent, give it another key and let it retire', async () => {
    const owner = new Keyring({ type: 'sr25519' }).addFromUri('//Ferdie');
    const keys = new Keyring({ type: 'ed25519' });
    const [first, second] = [
      keys.addFromUri('//Ferdie//agent//1'),
      keys.addFromUri('//Ferdie//agent//2'),
    ];
    assert.ok((await agentOf(owner.address)).isNone);

    const registered = event(
      await register(api, owner, first, 'a model of mine', 'sums'),
      'AgentRegistered',
    );
    const bond = (api.consts.agents.bond as u128).toString();
    assert.deepEqual(registered, { owner: owner.address, key: u8aToHex(first.publicKey), bond });
    const agent = (await agentOf(owner.address)).unwrap().get('agent') as Struct;
    assert.equal((agent.get('model') as Bytes).toUtf8(), 'a model of mine');
    assert.equal((agent.get('topics') as Bytes).toUtf8(), 'sums');
    const general = await membershipsOf(owner.address);
    assert.deepEqual(general, [[0, 0]], 'who registers is on the roster of the general domain');

    // polkadot.js writes `new_` for the field `new`, because that is a word of JavaScript.
    const rotated = event(await rotateKey(api, owner, second), 'KeyRotated');
    const expected = {
      owner: owner.address,
      old: u8aToHex(first.publicKey),
      new_: u8aToHex(second.publicKey),
    };
    assert.deepEqual(rotated, expected);
    assert.ok(((await api.call.waggleApi.agentOfKey(first.publicKey)) as Option<Struct>).isNone);
    assert.ok(((await api.call.waggleApi.agentOfKey(second.publicKey)) as Option<Struct>).isSome);

    event(
      await send(api, api.tx.agents.setProfile('a better one', 'sums, sorting'), owner),
      'ProfileSet',
    );
    const changed = (await agentOf(owner.address)).unwrap().get('agent') as Struct;
    assert.equal((changed.get('model') as Bytes).toUtf8(), 'a better one');

    const retired = event(await retire(api, owner), 'AgentRetired');
    const last = (await agentOf(owner.address)).unwrap();
    assert.ok(((last.get('agent') as Struct).get('retired') as Bool).isTrue);
    const left = await membershipsOf(owner.address);
    assert.deepEqual(left, [[0, undefined]], 'who retires leaves the roster, and not the domain');
    assert.equal(String(last.get('bond')), bond, 'the bond stays on hold until it is taken back');
    assert.equal(String(last.get('unbondFrom')), retired.unbondFrom ?? retired.unbond_from);
  });
});
