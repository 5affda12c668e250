/** Somebody who asks from elsewhere, many times if need be, while a page looks on. */

import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_MINI_SECRET } from '@polkadot-labs/hdkd-helpers';
import { Binary, createClient, type PolkadotClient, type PolkadotSigner } from 'polkadot-api';
import { getPolkadotSigner } from 'polkadot-api/signer';
import { getWsProvider } from 'polkadot-api/ws';
import WebSocket from 'ws';

const WAG = 10n ** 12n;

/** A client of one node. */
export class Client {
  readonly #client: PolkadotClient;
  readonly #nonces = new Map<string, number>();

  constructor(url: string) {
    const websocketClass = WebSocket as unknown as typeof globalThis.WebSocket;
    this.#client = createClient(getWsProvider(url, { websocketClass }));
  }

  /** Ask as a development account, and return the number of the round once it is in a block. */
  async ask(account: string, prompt: string | Uint8Array): Promise<number> {
    const { signer, call, options } = await this.#prepare(account, prompt, 40);
    return new Promise((resolve, reject) => {
      call.signSubmitAndWatch(signer, options).subscribe({
        next: (event) => {
          if (event.type !== 'txBestBlocksState' || !event.found) {
            return;
          }
          const submitted = event.events.find(
            ({ type, value }) => type === 'Rounds' && value.type === 'Submitted',
          );
          if (submitted) {
            resolve(Number(submitted.value.value.round));
          } else {
            reject(new Error(`not asked: ${JSON.stringify(event.dispatchError)}`));
          }
        },
        error: reject,
      });
    });
  }

  /** Send a question with little time to answer, and do not wait for what becomes of it. */
  async send(account: string, prompt: string): Promise<void> {
    const { signer, call, options } = await this.#prepare(account, prompt, 20);
    const transaction = Binary.toHex(await call.sign(signer, options));
    await this.#client._request('author_submitExtrinsic', [transaction]);
  }

  /** How many rounds there have been, and how many run. */
  async rounds(): Promise<{ all: number; running: number }> {
    const { query } = this.#client.getUnsafeApi();
    const [all, running] = await Promise.all([
      query.Rounds?.NextRound?.getValue({ at: 'best' }),
      query.Rounds?.CounterForRounds?.getValue({ at: 'best' }),
    ]);
    return { all: Number(all), running: Number(running) };
  }

  close(): void {
    this.#client.destroy();
  }

  async #prepare(account: string, prompt: string | Uint8Array, blocks: number) {
    const api = this.#client.getUnsafeApi();
    const signer = this.#signer(account);
    const call = api.tx.Rounds.submit({
      prompt: typeof prompt === 'string' ? Binary.fromText(prompt) : prompt,
      domain: 0,
      terms: {
        reward: 20n * WAG,
        answering_blocks: blocks,
        min_agents: 4,
        max_agents: 7,
        min_score: 0,
      },
      sealed_truth: Binary.toHex(crypto.getRandomValues(new Uint8Array(32))),
    });
    const [nonce, [best]] = await Promise.all([
      this.#nonce(account, signer),
      this.#client.getBestBlocks(),
    ]);
    // On a machine that is busy with many, one may have to wait for long.
    const options = { nonce, at: best.hash, mortality: { mortal: false } } as const;
    return { signer, call, options };
  }

  #signer(account: string): PolkadotSigner {
    const pair = sr25519CreateDerive(DEV_MINI_SECRET)(account);
    return getPolkadotSigner(pair.publicKey, 'Sr25519', pair.sign);
  }

  /** The account's next nonce, counting those that are under way. */
  async #nonce(account: string, signer: PolkadotSigner): Promise<number> {
    if (!this.#nonces.has(account)) {
      const { ss58Address } = await import('@polkadot-labs/hdkd-helpers');
      const address = ss58Address(signer.publicKey);
      const next = await this.#client._request<number>('system_accountNextIndex', [address]);
      if (!this.#nonces.has(account)) {
        this.#nonces.set(account, next);
      }
    }
    const nonce = this.#nonces.get(account) ?? 0;
    this.#nonces.set(account, nonce + 1);
    return nonce;
  }
}
