/**
 * One connection to one node, from the first try to the first trouble. It makes no second try: who
 * opened it opens another one, so that nothing of a broken connection is left.
 */

import { type BlockInfo, createClient, type PolkadotClient } from 'polkadot-api';
import { getWsProvider, WsEvent } from 'polkadot-api/ws';

/** How long a node may take to accept a connection, in milliseconds. */
const CONNECT_MS = 10_000;

/** A connection, and what it reads with. */
export interface Session {
  url: string;
  client: PolkadotClient;
  /** Reads all of the chain's own types from its metadata. */
  api: UnsafeApi;
  /** No more news; what is being read fails. */
  close: () => void;
}

export type UnsafeApi = ReturnType<PolkadotClient['getUnsafeApi']>;

/** Who is told what becomes of a session. */
export interface Listener {
  /** The chain's best blocks, from the best one down to the last final one. */
  blocks: (session: Session, blocks: BlockInfo[]) => void;
  /** It is broken, and closed. Told once. */
  broken: (session: Session, why: string) => void;
}

/**
 * Metadata by address of the node and hash of the runtime's code: a megabyte that need not be read
 * twice. The node says both the hash and the metadata, so that what one node said is not believed
 * of another: it decides what transactions are made of.
 */
const metadata = new Map<string, Uint8Array>();
const KEPT_METADATA = 2;

/** Open a connection. */
export function openSession(url: string, { blocks, broken }: Listener): Session {
  let isOver = false;
  const close = () => {
    if (!isOver) {
      isOver = true;
      watching?.unsubscribe();
      client.destroy();
    }
  };
  const fail = (why: string) => {
    if (!isOver) {
      // The library may be in the middle of telling this.
      queueMicrotask(close);
      queueMicrotask(() => broken(session, why));
    }
  };
  const provider = getWsProvider(url, {
    timeout: CONNECT_MS,
    // What the browser refuses to open at all, as ws:// for a page that came by https, it throws.
    websocketClass: class extends WebSocket {
      constructor(to: string | URL, protocols?: string | string[]) {
        try {
          super(to, protocols);
        } catch (error) {
          fail(error instanceof Error ? error.message : String(error));
          throw error;
        }
      }
    },
    onStatusChanged: ({ type }) => {
      if (type === WsEvent.CLOSE || type === WsEvent.ERROR) {
        fail('the node does not answer');
      }
    },
  });
  const client = createClient(provider, {
    getMetadata: async (code) => metadata.get(`${url} ${code}`) ?? null,
    setMetadata: (code, bytes) => {
      metadata.set(`${url} ${code}`, bytes);
      for (const old of [...metadata.keys()].slice(0, -KEPT_METADATA)) {
        metadata.delete(old);
      }
    },
  });
  const session: Session = { url, client, api: client.getUnsafeApi(), close };
  const watching = client.bestBlocks$.subscribe({
    next: (best) => {
      if (!isOver) {
        blocks(session, best);
      }
    },
    error: (error) => fail(String(error)),
  });
  return session;
}
