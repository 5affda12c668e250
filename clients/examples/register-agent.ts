/**
 * Register an agent, give it another key, let it retire, and see an error as a client shows it:
 * `npx tsx examples/register-agent.ts ws://127.0.0.1:9944 //Ferdie`
 */

import { Keyring } from '@polkadot/api';
import { register, retire, rotateKey } from '../src/polkadot-js/agent.ts';
import { connect } from '../src/polkadot-js/connection.ts';
import { NamedError } from '../src/polkadot-js/named-errors.ts';

const [url = 'ws://127.0.0.1:9944', account = '//Ferdie'] = process.argv.slice(2);

const api = await connect(url);
const owner = new Keyring({ type: 'sr25519' }).addFromUri(account);
const keys = new Keyring({ type: 'ed25519' });
const [first, second] = [
  keys.addFromUri(`${account}//agent//1`),
  keys.addFromUri(`${account}//agent//2`),
];

try {
  await register(api, owner, first, 'my model', 'sums');
  await rotateKey(api, owner, second);
  await retire(api, owner);
  await retire(api, owner);
} catch (error) {
  if (!(error instanceof NamedError)) {
    throw error;
  }
  console.log(error.title);
  console.log(error.documentation);
}
await api.disconnect();
