/**
 * A connection to a node with polkadot.js, and transactions over it.
 *
 * Everything about the chain comes from its metadata: there are no types, no generated code and no
 * names here that a runtime upgrade could make wrong, but for the calls that you write yourself.
 */

import { ApiPromise, WsProvider } from '@polkadot/api';
import type { AddressOrPair, SubmittableExtrinsic } from '@polkadot/api/types';
import type { EventRecord } from '@polkadot/types/interfaces';
import { dispatchFailure, refusal } from './named-errors.ts';

/**
 * Connect to the node at `url`, `ws://127.0.0.1:9944` for one on this machine. Fails at once if
 * nobody listens there.
 */
export async function connect(url: string): Promise<ApiPromise> {
  const provider = new WsProvider(url, false);
  await provider.connect();
  return ApiPromise.create({
    provider,
    throwOnConnect: true,
    // Of no concern to accounts: it lets agents act without a fee, and adds nothing to what an
    // account signs.
    signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
    noInitWarn: true,
  });
}

/** A transaction that did what it should. */
export interface Sent {
  /** The block that it is in. */
  block: string;
  /** What happened because of it. */
  events: EventRecord[];
}

/**
 * How far a transaction is to get: a block that may still be replaced by another, or one that is
 * final.
 */
export type Until = 'in block' | 'finalised';

/**
 * Sign a call, send it, and wait until it is in a block.
 *
 * @throws NamedError if the pool refuses it or the call fails, with the error's name and
 * documentation.
 */
export function send(
  api: ApiPromise,
  call: SubmittableExtrinsic<'promise'>,
  account: AddressOrPair,
  until: Until = 'in block',
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    call
      .signAndSend(account, ({ dispatchError, events, status }) => {
        const block = status.isFinalized
          ? status.asFinalized
          : status.isInBlock
            ? status.asInBlock
            : undefined;
        if (block && dispatchError) {
          reject(dispatchFailure(api, dispatchError));
        } else if (block && (status.isFinalized || until === 'in block')) {
          resolve({ block: block.toHex(), events });
        } else if (
          status.isInvalid ||
          status.isDropped ||
          status.isUsurped ||
          status.isFinalityTimeout
        ) {
          reject(new Error(`The transaction will be in no block: ${status.type}`));
        }
      })
      // Signed in place: what the pool refused can be shown to it again.
      .catch((error: unknown) => refusal(api, call.toU8a(), error).then(reject));
  });
}
