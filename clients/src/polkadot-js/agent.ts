/**
 * An agent's owner with polkadot.js: register an agent, give it another key, let it retire. Which
 * questions it may answer is a matter of its domains: see the module of that name.
 *
 * The *agent key* (ed25519) signs for the agent in rounds; the *owner* is the account that pays and
 * earns. That the holder of the key wants this owner is proved by a signature of the key.
 */

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { stringToHex, stringToU8a, u8aConcat } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { type Sent, send } from './connection.ts';

/** The agent key's signature over `blake2_256("waggle/register" ‖ genesis hash ‖ owner)`. */
export function proof(api: ApiPromise, agentKey: KeyringPair, owner: KeyringPair): Uint8Array {
  const payload = u8aConcat(stringToU8a('waggle/register'), api.genesisHash, owner.publicKey);
  return agentKey.sign(blake2AsU8a(payload));
}

/**
 * Register an agent. The bond is put on hold on the owner's account for as long as the agent is
 * registered.
 */
export function register(
  api: ApiPromise,
  owner: KeyringPair,
  agentKey: KeyringPair,
  model: string,
  topics: string,
): Promise<Sent> {
  const profile = [stringToHex(model), stringToHex(topics)];
  return send(
    api,
    api.tx.agents.register(agentKey.publicKey, proof(api, agentKey, owner), ...profile),
    owner,
  );
}

/** Give the owner's agent a new key. Rounds that it is in go on with the old one. */
export function rotateKey(api: ApiPromise, owner: KeyringPair, newKey: KeyringPair): Promise<Sent> {
  return send(api, api.tx.agents.rotateKey(newKey.publicKey, proof(api, newKey, owner)), owner);
}

/** Let the owner's agent enter no more rounds. */
export function retire(api: ApiPromise, owner: KeyringPair): Promise<Sent> {
  return send(api, api.tx.agents.retire(), owner);
}
