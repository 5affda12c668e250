/**
 * Ask the swarm with polkadot.js: `npx tsx examples/ask.ts ws://127.0.0.1:9944 '37+12'`. A number
 * after the prompt is that of a domain, if not all agents are asked.
 */

import { Keyring } from '@polkadot/api';
import { ending, follow, submit } from '../src/polkadot-js/ask.ts';
import { connect } from '../src/polkadot-js/connection.ts';

const [url = 'ws://127.0.0.1:9944', prompt = '37+12', domain = '0'] = process.argv.slice(2);
const WAG = 10n ** 12n;

const api = await connect(url);
const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
const terms = { reward: 20n * WAG, answeringBlocks: 40, minAgents: 4, maxAgents: 7 };

const { round, block } = await submit(api, alice, prompt, terms, { domain: Number(domain) });
console.log(`round ${round} begins in block ${block}`);
for await (const { block: number, event } of follow(api, round, block)) {
  console.log(`block ${number}: ${event.method} ${event.data.slice(1)}`);
}
const { answer } = await ending(api, round);
console.log(answer ?? 'the round was cancelled');
await api.disconnect();
