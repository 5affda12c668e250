/**
 * A client with polkadot-api (PAPI) asks a real swarm: seven agents with the bundled models.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { InvalidTxError, type PolkadotClient } from 'polkadot-api';
import { ask, candidates, connect, developmentAccount, type Happened } from '../src/papi/ask.ts';
import { networkWith } from './network/network.ts';

const WAG = 10n ** 12n;
const TERMS = { reward: 20n * WAG, answering_blocks: 40, min_agents: 4, max_agents: 7 };

describe('a client with PAPI', () => {
  let client: PolkadotClient;

  before(async () => {
    const url = await networkWith({ agents: 7 });
    client = connect(url);
  });
  after(() => client?.destroy());

  test('client should see each phase and read the chosen answer', async () => {
    const events: Happened[] = [];
    const { signer } = developmentAccount('//Alice');
    const question = { prompt: 'sort 3 1 2', terms: TERMS };
    const { answer, round, settled } = await ask(client, signer, question, (happened) =>
      events.push(happened),
    );

    assert.deepEqual({ answer, settled }, { answer: '1 2 3', settled: true });
    const phases = events
      .filter(({ type }) => type === 'PhaseChanged')
      .map(({ value }) => value.phase?.type);
    assert.deepEqual(phases, ['OpeningAnswers', 'Grading', 'OpeningGrades']);
    assert.equal(events[0]?.type, 'Submitted');
    assert.equal(events.filter(({ type }) => type === 'GradesOpened').length, 7);
    assert.equal(events.at(-1)?.type, 'Settled');

    const api = client.getUnsafeApi();
    const sealed = (await api.query.Rounds.SealedTruths.getValue(round)) as string;
    assert.match(sealed, /^0x(?!0{64})[0-9a-f]{64}$/, 'random bytes');

    const numbers = await candidates(client, round);
    assert.equal(numbers.length, 7);
    assert.equal(numbers[0], 0, 'candidates are counted in the order of their first agents');
    assert.ok(new Set(numbers).size < 7, `some models agree: ${numbers}`);
  });

  test('client should learn the name of the error when it asks nothing', async () => {
    const { signer } = developmentAccount('//Alice');
    await assert.rejects(
      ask(client, signer, { prompt: '', terms: TERMS }, () => {}),
      { message: 'Rounds.EmptyPrompt' },
    );
  });

  test('client should learn the name of the error when it asks in no domain', async () => {
    const { signer } = developmentAccount('//Alice');
    await assert.rejects(
      ask(client, signer, { prompt: '1+1', terms: TERMS, domain: 10_000 }, () => {}),
      { message: 'Rounds.NoSuchDomain' },
    );
  });

  test('client should learn the name of the error when the pool refuses', async () => {
    const { signer } = developmentAccount('//Nobody');
    await assert.rejects(
      ask(client, signer, { prompt: '1+1', terms: TERMS }, () => {}),
      (error) =>
        error instanceof InvalidTxError && JSON.stringify(error.error).includes('"Payment"'),
    );
  });
});
