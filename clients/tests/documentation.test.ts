/**
 * What a wallet can show of Waggle: it has nothing but the metadata of a running node.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ApiPromise } from '@polkadot/api';
import { connect } from '../src/polkadot-js/connection.ts';
import { refusalOfCode } from '../src/polkadot-js/named-errors.ts';
import { SUBSTRATE_ERRORS } from '../src/polkadot-js/substrate-errors.ts';
import { networkWith } from './network/network.ts';

const OURS = [
  'agents',
  'domains',
  'tickets',
  'ratings',
  'rounds',
  'audits',
  'validators',
  'examinations',
];

/** What polkadot-sdk leaves without documentation: all of one pallet, and some events. */
const BARE_PALLETS = ['whitelist'];
const BARE = ['referenda.ConfirmStarted', 'referenda.ConfirmAborted'];

/** What is documented: a call, an event, an error, a storage item or a constant. */
interface Documented {
  meta: { docs: { toString: () => string }[] };
}

describe('the metadata', () => {
  let api: ApiPromise;

  before(async () => {
    const url = await networkWith({ agents: 0 });
    api = await connect(url);
  });
  after(async () => {
    await api?.disconnect();
  });

  /** The items of a part of the API, by `pallet.item`. */
  function items(part: object): [string, Documented][] {
    const pallets = Object.entries(part) as [string, Record<string, Documented>][];
    return pallets.flatMap(([pallet, content]) =>
      Object.entries(content).map(([name, item]): [string, Documented] => [
        `${pallet}.${name}`,
        item,
      ]),
    );
  }

  function undocumented(part: object): string[] {
    const bare = items(part).filter(([, { meta }]) => meta.docs.map(String).join('').trim() === '');
    return bare.map(([name]) => name);
  }

  test('every call, event and error of the chain should be documented', () => {
    for (const part of [api.tx, api.events, api.errors]) {
      assert.ok(items(part).length > 20, 'the metadata has pallets');
      const bare = undocumented(part).filter(
        (name) => !BARE_PALLETS.includes(name.split('.')[0]) && !BARE.includes(name),
      );
      assert.deepEqual(bare, []);
    }
  });

  test('every storage item and constant of our pallets should be documented', () => {
    const names = [...undocumented(api.query), ...undocumented(api.consts)];
    assert.deepEqual(
      names.filter((name) => OURS.includes(name.split('.')[0]) && !name.endsWith('.palletVersion')),
      [],
    );
  });

  test('every field of our events should be documented and named', () => {
    const events = items(api.events).filter(([name]) => OURS.includes(name.split('.')[0]));
    assert.ok(events.length > 25, `${events.length} events`);
    for (const [name, { meta }] of events) {
      const { fields } = meta as unknown as {
        fields: { name: { isSome: boolean }; docs: unknown[] }[];
      };
      for (const field of fields) {
        assert.ok(field.name.isSome && field.docs.length > 0, `a field of ${name}`);
      }
    }
  });

  test('every error that the documentation of our calls names should exist', () => {
    const calls = items(api.tx).filter(([name]) => OURS.includes(name.split('.')[0]));
    assert.ok(calls.length > 10, `${calls.length} calls`);
    for (const [name, { meta }] of calls) {
      const pallet = name.split('.')[0];
      for (const [, error] of meta.docs.join(' ').matchAll(/\[`Error::(\w+)`\]/g)) {
        assert.ok(api.errors[pallet]?.[error], `${name} speaks of ${error}`);
      }
    }
  });

  test('every code with which the pool refuses acts should have a name and documentation', () => {
    const codes = [
      ...(api.consts.rounds.refusals as unknown as Iterable<{ toNumber: () => number }>),
    ];
    assert.ok(codes.length >= 17, `${codes.length} codes`);
    for (let code = 1; code <= codes.length; code += 1) {
      const refusal = refusalOfCode(api, code);
      assert.ok(refusal, `code ${code}`);
      assert.match(refusal.title, /^rounds\.\w+$/, `code ${code}`);
      assert.ok(refusal.documentation.length > 10, refusal.title);
      assert.ok(
        api.errors.rounds[refusal.title.split('.')[1]],
        `a block says ${refusal.title} too`,
      );
    }
  });

  test('every error of Substrate itself should be explained', () => {
    const variants = (type: string): string[] => {
      const id = api.registry.lookup.types.findIndex(
        (candidate) => candidate.type.path.join('::') === type,
      );
      assert.ok(id >= 0, `${type} is in the metadata`);
      return api.registry.lookup.types[id].type.def.asVariant.variants.map((variant) =>
        String(variant.name),
      );
    };
    const inner: Record<string, string> = {
      Token: 'sp_runtime::TokenError',
      Arithmetic: 'sp_arithmetic::ArithmeticError',
      Transactional: 'sp_runtime::TransactionalError',
      Invalid: 'sp_runtime::transaction_validity::InvalidTransaction',
      Unknown: 'sp_runtime::transaction_validity::UnknownTransaction',
    };
    const outer = [
      'sp_runtime::DispatchError',
      'sp_runtime::transaction_validity::TransactionValidityError',
    ];
    const titles = outer.flatMap(variants).flatMap((name) => {
      const type = inner[name];
      return type ? variants(type).map((variant) => `${name}.${variant}`) : [name];
    });
    // These have names of their own: those of pallets, and the refusals.
    const named = ['Module', 'Invalid.Custom', 'Unknown.Custom'];
    assert.deepEqual(
      titles.filter((title) => !named.includes(title)).sort(),
      Object.keys(SUBSTRATE_ERRORS).sort(),
    );
  });
});
