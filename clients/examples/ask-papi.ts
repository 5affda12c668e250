/** Ask the swarm with PAPI: `npx tsx examples/ask-papi.ts ws://127.0.0.1:9944 '37+12'` */

import { ask, connect, developmentAccount } from '../src/papi/ask.ts';

const [url = 'ws://127.0.0.1:9944', prompt = '37+12'] = process.argv.slice(2);
const WAG = 10n ** 12n;

const client = connect(url);
const { signer } = developmentAccount('//Alice');
const terms = { reward: 20n * WAG, answering_blocks: 40, min_agents: 3, max_agents: 7 };
const { answer } = await ask(client, signer, prompt, terms, ({ block, type }) => {
  console.log(`block ${block}: ${type}`);
});
console.log(answer ?? 'the round was cancelled');
client.destroy();
