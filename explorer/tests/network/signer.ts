/**
 * What signs behind a wallet's window, as the extension of polkadot.js does it: from the payload in
 * JSON that the page hands over, and with that extension's own libraries. They put together what is
 * signed by themselves, so that a page that prepared something else gets a signature that is no
 * good.
 */

import { Keyring } from '@polkadot/keyring';
import { Metadata, TypeRegistry } from '@polkadot/types';
import type { SignerPayloadJSON } from '@polkadot/types/types';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';

/** The chain's token, as the hash of its metadata has it. */
const TOKEN = { decimals: 12, tokenSymbol: 'WAG' };
/** That metadata of version 15 is asked for, encoded. */
const VERSION_15 = '0x0f000000';

/** What a page gets back. */
export interface Signed {
  signature: string;
  /** The whole transaction, if the wallet changed what was to be signed. */
  signedTransaction?: string;
}

/** Sign for this account, as a wallet that knows nothing of the chain. */
export async function signPayload(suri: string, payload: SignerPayloadJSON): Promise<Signed> {
  await cryptoWaitReady();
  const registry = new TypeRegistry();
  registry.setSignedExtensions(payload.signedExtensions);
  return signWith(registry, suri, payload);
}

/**
 * Sign for this account, and let the signature cover the hash of the metadata of the chain at
 * `node`, as wallets do that show what they sign without a network. The page did not ask for that,
 * so the whole transaction comes back.
 */
export async function signWithHash(
  suri: string,
  payload: SignerPayloadJSON,
  node: string,
): Promise<Signed> {
  await cryptoWaitReady();
  const ask = asking(node);
  const hashed = await ask('state_call', ['Metadata_metadata_at_version', VERSION_15]);
  const digest = merkleizeMetadata(hashed, TOKEN).digest();
  const metadataHash: `0x${string}` = `0x${Buffer.from(digest).toString('hex')}`;
  const covered: SignerPayloadJSON = { ...payload, mode: 1, metadataHash };
  const registry = new TypeRegistry();
  const metadata = new Metadata(registry, (await ask('state_getMetadata', [])) as `0x${string}`);
  registry.setMetadata(metadata, payload.signedExtensions);
  const { signature } = signWith(registry, suri, covered);
  const method = registry.createType('Call', payload.method);
  const transaction = registry.createType('Extrinsic', { method }, { version: payload.version });
  transaction.addSignature(payload.address, signature as `0x${string}`, covered);
  return { signature, signedTransaction: transaction.toHex() };
}

function signWith(registry: TypeRegistry, suri: string, payload: SignerPayloadJSON): Signed {
  const pair = new Keyring({ type: 'sr25519' }).addFromUri(suri);
  return registry.createType('ExtrinsicPayload', payload, { version: payload.version }).sign(pair);
}

/** Questions to a node, whose port takes them by HTTP too. */
function asking(node: string): (method: string, params: unknown[]) => Promise<string> {
  return async (method, params) => {
    const reply = await fetch(node.replace(/^ws/, 'http'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result } = (await reply.json()) as { result?: string };
    if (result === undefined) {
      throw new Error(`the node does not answer ${method}`);
    }
    return result;
  };
}
