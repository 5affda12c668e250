/**
 * A light client: smoldot, in this process or in a page, follows the chain by itself. It verifies
 * who made each block and who finalised it, and asks full nodes for proofs of what is read. None of
 * them has to be trusted; the chain specification does.
 */

import { createClient, type PolkadotClient } from 'polkadot-api';
import { getSmProvider } from 'polkadot-api/sm-provider';
import { start } from 'polkadot-api/smoldot';

/** Warnings and worse. */
const LOG_LEVEL = 2;

/** A light client, and how to end it. */
export interface LightClient {
  client: PolkadotClient;
  stop: () => Promise<void>;
}

/**
 * The raw chain specification `spec` with the nodes at `bootNodes` to begin with: their addresses
 * end with `/ws/p2p/…` or, for pages, `/wss/p2p/…`.
 */
export function withBootNodes(spec: string, bootNodes: string[]): string {
  return JSON.stringify({ ...JSON.parse(spec), bootNodes });
}

/**
 * Follow the chain with this raw specification, which `waggle-node export-chain-spec --raw` writes.
 * Waits for nothing: the first block comes when a node has been reached and its peers have said
 * which blocks are final, which can take half a minute.
 *
 * @throws AddChainError if the specification is none, or not a raw one.
 */
export async function connectLight(spec: string): Promise<LightClient> {
  const light = start({ maxLogLevel: LOG_LEVEL });
  const chain = await light.addChain({ chainSpec: spec }).catch(async (error) => {
    await light.terminate();
    throw error;
  });
  const client = createClient(getSmProvider(() => chain));
  const stop = async () => {
    client.destroy();
    await light.terminate();
  };
  return { client, stop };
}
