/**
 * A client with polkadot.js asks a real swarm: seven agents with the bundled models.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiPromise, Keyring } from '@polkadot/api';
import type { Bytes, Enum, GenericEvent, Option, Struct, u32, u128, Vec } from '@polkadot/types';
import type { Codec } from '@polkadot/types/types';
import { candidates, ending, follow, submit } from '../src/polkadot-js/ask.ts';
import { connect } from '../src/polkadot-js/connection.ts';
import { networkWith } from './network/network.ts';

const WAG = 10n ** 12n;
const TERMS = { reward: 20n * WAG, answeringBlocks: 40, minAgents: 4, maxAgents: 7 };

describe('a client with polkadot.js', () => {
  let api: ApiPromise;

  before(async () => {
    const url = await networkWith({ agents: 7 });
    api = await connect(url);
  });
  after(async () => {
    await api?.disconnect();
  });

  /** The agents of a round as of a block, by index. */
  async function agentsAt(round: bigint, block: number): Promise<Vec<Struct>> {
    const at = await api.at(await api.rpc.chain.getBlockHash(block));
    const view = (await at.call.waggleApi.round(round)) as Option<Struct>;
    return view.unwrap().get('agents') as Vec<Struct>;
  }

  test('client should see each phase and read the chosen answer', async () => {
    const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
    const { round, block } = await submit(api, alice, '37+12', TERMS);

    const methods: string[] = [];
    const phases: string[] = [];
    let open = block;
    let over = block;
    let last: GenericEvent | undefined;
    for await (const { block: number, event } of follow(api, round, block)) {
      methods.push(event.method);
      over = number;
      last = event;
      if (event.method === 'PhaseChanged') {
        phases.push(event.data[1].toString());
      }
      if (event.method === 'AnswerOpened') {
        open = number;
      }
    }

    assert.equal(methods[0], 'Submitted');
    assert.deepEqual(phases, ['OpeningAnswers', 'Grading', 'OpeningGrades']);
    for (const act of ['AnswerCommitted', 'AnswerOpened', 'GradesCommitted', 'GradesOpened']) {
      assert.equal(methods.filter((method) => method === act).length, 7, `${act} in ${methods}`);
    }
    assert.equal(methods.at(-1), 'Settled');
    assert.deepEqual(await ending(api, round), { settled: true, answer: '49' });

    const answers = (await agentsAt(round, open)).map((agent) =>
      (agent.get('answer') as Option<Bytes>).unwrap().toUtf8(),
    );
    const distinct = [...new Set(answers)];
    assert.ok(distinct.length < answers.length, `some models agree: ${answers}`);
    const numbers = answers.map((answer) => distinct.indexOf(answer));
    assert.deepEqual(await candidates(api, round), numbers);

    const sealed = (await api.query.rounds.sealedTruths(round)) as Option<Codec>;
    assert.match(sealed.unwrap().toHex(), /^0x(?!0{64})[0-9a-f]{64}$/, 'random bytes');

    const judgements = (await agentsAt(round, over)).map((agent) => agent.get('judgement') as Enum);
    assert.deepEqual([...new Set(judgements.map(({ type }) => type))], ['Calibrated']);
    assert.ok(last, 'the round ended with an event');
    const { returned } = last.data as unknown as { returned: u128 };
    assert.ok([0n, (TERMS.reward * 3n) / 10n].includes(returned.toBigInt()), `${returned}`);
  });

  test('client should see the seats drawn when it wants fewer agents than there are', async () => {
    const charlie = new Keyring({ type: 'sr25519' }).addFromUri('//Charlie');
    const terms = { ...TERMS, maxAgents: 4 };
    const { round, block } = await submit(api, charlie, '37+12', terms);
    const methods: string[] = [];
    const drawn: GenericEvent[] = [];
    for await (const { event } of follow(api, round, block)) {
      methods.push(event.method);
      if (event.method === 'SeatsDrawn') {
        drawn.push(event);
      }
    }
    assert.deepEqual(methods.slice(0, 2), ['Submitted', 'SeatsDrawn'], 'nobody answers before');
    assert.equal(drawn.length, 1);
    const { members } = drawn[0].data as unknown as { members: u32 };
    assert.equal(members.toNumber(), 7, 'all who came to the first round are on the roster');
    assert.equal(methods.filter((method) => method === 'AnswerCommitted').length, 4);
    assert.equal(methods.at(-1), 'Settled');
  });

  test('client should pay a part and get no answer when none is good enough', async () => {
    const dave = new Keyring({ type: 'sr25519' }).addFromUri('//Dave');
    const { round, block } = await submit(api, dave, '37+12', { ...TERMS, minScore: 10_000 });
    let last: GenericEvent | undefined;
    for await (const { event } of follow(api, round, block)) {
      last = event;
    }
    assert.equal(last?.method, 'NobodyWon');
    assert.deepEqual(await ending(api, round), { settled: false });
    const view = ((await api.call.waggleApi.round(round)) as Option<Struct>).unwrap();
    assert.equal((view.get('terms') as unknown as { minScore: u32 }).minScore.toNumber(), 10_000);
    const returned = (view.get('returned') as u128).toBigInt();
    const saved = (TERMS.reward * 175n) / 1000n;
    assert.ok([saved, saved + (TERMS.reward * 3n) / 10n].includes(returned), `${returned}`);
  });

  test('client should get its reward back when too few agents answer', async () => {
    const bob = new Keyring({ type: 'sr25519' }).addFromUri('//Bob');
    const { round, block } = await submit(api, bob, '1+1', {
      ...TERMS,
      answeringBlocks: 4,
      minAgents: 90,
      maxAgents: 100,
    });
    let last: GenericEvent | undefined;
    for await (const { event } of follow(api, round, block)) {
      last = event;
    }
    assert.equal(last?.method, 'Cancelled');
    assert.equal(last?.data[1].toString(), 'TooFewCommitted');
    assert.deepEqual(await ending(api, round), { settled: false });
    assert.deepEqual(await candidates(api, round), [], 'nobody has opened an answer');
    const { data } = (await api.query.system.account(bob.address)) as unknown as {
      data: { reserved: bigint };
    };
    assert.equal(data.reserved.toString(), '0');
  });
});
