/**
 * A light client, smoldot, follows a real chain of 250 ms slots from its raw specification alone,
 * reads a result with its proof, and asks. The node that it is connected to serves proofs only.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Binary, type BlockInfo, type PolkadotClient } from 'polkadot-api';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { ask, connect, developmentAccount } from '../src/papi/ask.ts';
import { connectLight, type LightClient, withBootNodes } from '../src/papi/light.ts';
import { networkWith, rawSpecification, webSocketAddresses } from './network/network.ts';

const WAG = 10n ** 12n;
const TERMS = { reward: 20n * WAG, answering_blocks: 80, min_agents: 4, max_agents: 7 };
/** How long it may take to learn the first final blocks, in milliseconds. */
const SYNC_MS = 120_000;
/** How far behind the node it may be once it follows, in blocks. */
const BEHIND = 20;
/** How long a test may take. */
const LIMIT = { timeout: 240_000 };

/** What is read here of the chain's view of a round. */
interface RoundView {
  state: { type: string };
  winning_answer?: Uint8Array;
}

describe('a light client', () => {
  let node: PolkadotClient;
  let light: LightClient | undefined;

  before(async () => {
    const url = await networkWith({ agents: 7 });
    node = connect(url);
    const bootNodes = await webSocketAddresses(url);
    assert.equal(bootNodes.length, 1, 'the node listens for WebSockets');
    const spec = withBootNodes(await rawSpecification('dev'), bootNodes);
    light = await connectLight(spec);
  }, LIMIT);
  after(async () => {
    await light?.stop();
    node?.destroy();
  });

  /** The first final block that the light client has, at this height or above. */
  function final(from: number): Promise<BlockInfo> {
    assert.ok(light);
    const reached = light.client.finalizedBlock$.pipe(
      filter(({ number }) => number >= from),
      timeout(SYNC_MS),
    );
    return firstValueFrom(reached);
  }

  test(
    'client should have the chain’s final blocks when it has only its specification',
    LIMIT,
    async () => {
      const { number } = await node.getFinalizedBlock();
      const first = await final(number);
      const begin = Date.now();
      const later = await final(first.number + 20);
      console.log(`20 blocks became final in ${Date.now() - begin} ms`);
      for (const { number, hash } of [first, later]) {
        const expected = await node._request<string>('chain_getBlockHash', [number]);
        assert.equal(hash, expected, `block ${number}`);
      }
      const best = await node.getFinalizedBlock();
      assert.ok(best.number - later.number <= BEHIND, `${later.number} of ${best.number}`);
    },
  );

  test('client should ask, follow the round and read its result with proofs', LIMIT, async () => {
    assert.ok(light);
    const phases: string[] = [];
    const { signer } = developmentAccount('//Charlie');
    const question = { prompt: 'sort 3 1 2', terms: TERMS };
    const { answer, round, settled } = await ask(light.client, signer, question, ({ type }) => {
      phases.push(type);
    });
    assert.deepEqual({ answer, settled }, { answer: '1 2 3', settled: true });
    assert.equal(phases[0], 'Submitted');
    assert.equal(phases.at(-1), 'Settled');

    // What somebody else sees of it, at a full node.
    const api = node.getUnsafeApi();
    const view = (await api.apis.WaggleApi.round(round)) as RoundView;
    assert.equal(view.winning_answer && Binary.toText(view.winning_answer), answer);
  });

  test('specification should be refused when it is none', async () => {
    await assert.rejects(connectLight('{}'), /chain|specification/i);
    await assert.rejects(connectLight('nonsense'));
  });
});
