/**
 * Ask the swarm with PAPI: `npx tsx examples/ask-papi.ts ws://127.0.0.1:9944 '37+12'`. A number
 * after the prompt is that of a domain, if not all agents are asked.
 */

import { ask, connect, developmentAccount } from '../src/papi/ask.ts';

const [url = 'ws://127.0.0.1:9944', prompt = '37+12', domain = '0'] = process.argv.slice(2);
const WAG = 10n ** 12n;

const client = connect(url);
const { signer } = developmentAccount('//Alice');
const terms = { reward: 20n * WAG, answering_blocks: 40, min_agents: 4, max_agents: 7 };
const question = { prompt, terms, domain: Number(domain) };
const { answer } = await ask(client, signer, question, ({ block, type }) => {
  console.log(`block ${block}: ${type}`);
});
console.log(answer ?? 'the round was cancelled');
client.destroy();
