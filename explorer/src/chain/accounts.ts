/**
 * Who can sign here: the accounts of a wallet in the browser and, on development chains, those
 * whose keys everybody knows. This page never sees a key that is worth something.
 */

import type { PolkadotSigner } from 'polkadot-api';
import {
  connectInjectedExtension,
  getInjectedExtensions,
  type InjectedExtension,
} from 'polkadot-api/pjs-signer';
import type { Address } from './views.ts';

/** An account that can sign. */
export interface Account {
  address: Address;
  /** What its owner calls it: foreign text. */
  name: string;
  signer: PolkadotSigner;
}

/** The accounts that every development chain has. */
const DEVELOPMENT = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];

/** The wallets that this browser has, by name. */
export function wallets(): string[] {
  return getInjectedExtensions();
}

/** Ask a wallet for its accounts: it asks its owner. */
export async function open(wallet: string): Promise<{ accounts: Account[]; close: () => void }> {
  const extension: InjectedExtension = await connectInjectedExtension(wallet, 'Waggle explorer');
  const accounts = extension.getAccounts().map(
    ({ address, name, polkadotSigner }): Account => ({
      address,
      name: name ?? '',
      signer: polkadotSigner,
    }),
  );
  return { accounts, close: () => extension.disconnect() };
}

/** The accounts of a development chain. What makes their keys is loaded only here. */
export async function developmentAccounts(): Promise<Account[]> {
  const [{ sr25519CreateDerive }, { DEV_MINI_SECRET, ss58Address }, { getPolkadotSigner }] =
    await Promise.all([
      import('@polkadot-labs/hdkd'),
      import('@polkadot-labs/hdkd-helpers'),
      import('polkadot-api/signer'),
    ]);
  const derive = sr25519CreateDerive(DEV_MINI_SECRET);
  return DEVELOPMENT.map((name) => {
    const { publicKey, sign } = derive(`//${name}`);
    return {
      address: ss58Address(publicKey),
      name,
      signer: getPolkadotSigner(publicKey, 'Sr25519', sign),
    };
  });
}
