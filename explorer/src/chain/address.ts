/** Addresses of accounts as people bring them. */

import { AccountId, getSs58AddressInfo } from 'polkadot-api';
import type { Address } from './views.ts';

/** What this chain writes in front of its accounts. */
const PREFIX = 42;
/** Bytes of an account. */
const BYTES = 32;

/**
 * The address as this chain writes it, whatever chain's way of writing it is in. Nothing if it is
 * no account's: if a character is wrong, its last two bytes do not fit the others.
 */
export function standardAddress(text: string): Address | undefined {
  const info = getSs58AddressInfo(text);
  return info.isValid && info.publicKey.length === BYTES
    ? AccountId(PREFIX).dec(info.publicKey)
    : undefined;
}
