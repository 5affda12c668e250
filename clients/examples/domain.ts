/**
 * Found a domain of closed questions, let agents join it, and list all domains:
 * `npx tsx examples/domain.ts ws://127.0.0.1:9944 Sums //Waggle//owner//{0..6}`
 */

import { Keyring } from '@polkadot/api';
import { connect } from '../src/polkadot-js/connection.ts';
import { domains, found, join } from '../src/polkadot-js/domains.ts';

const [url = 'ws://127.0.0.1:9944', title = 'Sums', ...owners] = process.argv.slice(2);

const api = await connect(url);
const accounts = new Keyring({ type: 'sr25519' });
const alice = accounts.addFromUri('//Alice');

const number = await found(api, alice, title, 'What the example asks.', 'Closed');
await Promise.all(owners.map((owner) => join(api, accounts.addFromUri(owner), number)));
for (const domain of await domains(api)) {
  console.log(`domain ${domain.number}: ${domain.title}, ${domain.members} members`);
}
await api.disconnect();
