/**
 * Receipts: asked of a node, and verified here, by what `waggle verify` is made of
 * (`receipt/wasm`). The node that gave one need not be trusted.
 */

import verifierUrl from 'receipt-verifier.wasm?url';
import { AccountId } from 'polkadot-api';
import { bytesOf } from './bytes.ts';
import type { Session } from './session.ts';

/** No receipt is longer, in bytes. */
export const MAX_RECEIPT_BYTES = 1024 * 1024;

/** Bytes of a block's hash. */
const HASH_BYTES = 32;

/** What a receipt shows, as docs/receipts.md describes it. Amounts are decimal texts in WAG. */
export interface Verdict {
  valid: true;
  genesis: string;
  block: number;
  block_hash: string;
  validators: number;
  validator_changes: number;
  round: number;
  status: 'settled' | 'nobody_won' | 'cancelled';
  cancelled_because: string | null;
  prompt_hash: string;
  client: string;
  domain: number;
  winner: string | null;
  best: string | null;
  winner_text: string | null;
  answers: Answer[];
  reward: string;
  returned: string;
  ended: number | null;
}

/** An agent's part in it. */
export interface Answer {
  agent: string;
  index: number;
  candidate: number | null;
  score: number | null;
  paid: string;
  forfeited: string;
}

/** Why a receipt is not believed. */
export interface Refused {
  valid: false;
  reason: string;
  message: string;
}

/** What the verifier's program offers. */
interface Verifier {
  memory: WebAssembly.Memory;
  room: (length: number) => number;
  verify: (input: number, length: number) => number;
}

const address = AccountId();
let program: Promise<WebAssembly.Module> | undefined;

/** A verifier of its own for each receipt: nothing of one is left for the next. */
async function verifier(): Promise<Verifier> {
  program ??= fetch(verifierUrl)
    .then((reply) => reply.arrayBuffer())
    .then((bytes) => WebAssembly.compile(bytes));
  try {
    const { exports } = await WebAssembly.instantiate(await program);
    return exports as unknown as Verifier;
  } catch (error) {
    program = undefined;
    throw error;
  }
}

/** The bytes of a genesis hash that somebody typed. Nothing if it is none. */
export function genesisOf(text: string): Uint8Array | undefined {
  const bytes = bytesOf(text.trim());
  return bytes?.length === HASH_BYTES ? bytes : undefined;
}

/** What a receipt shows, on the chain with this genesis hash. */
export async function verify(receipt: Uint8Array, genesis: Uint8Array): Promise<Verdict | Refused> {
  const { memory, room, verify: run } = await verifier();
  const length = HASH_BYTES + receipt.length;
  // Addresses are numbers without a sign there.
  const input = room(length) >>> 0;
  const to = new Uint8Array(memory.buffer, input, length);
  to.set(genesis);
  to.set(receipt, HASH_BYTES);
  const reply = run(input, length) >>> 0;
  const size = new DataView(memory.buffer).getUint32(reply, true);
  const json = new TextDecoder().decode(new Uint8Array(memory.buffer, reply + 4, size));
  return withAddresses(JSON.parse(json) as Verdict | Refused);
}

/** A receipt of a round, from the node, at its next final block. */
export async function receiptOf({ client }: Session, round: number): Promise<Uint8Array> {
  const hex = await client._request<string, [number]>('waggle_receipt', [round]);
  const bytes = bytesOf(hex);
  if (bytes === undefined) {
    throw new Error('the node’s reply is no receipt');
  }
  return bytes;
}

/** The verifier writes accounts in hex. */
function withAddresses(of: Verdict | Refused): Verdict | Refused {
  if (!of.valid) {
    return of;
  }
  const named = (hex: string) => address.dec(hex);
  return {
    ...of,
    client: named(of.client),
    winner: of.winner && named(of.winner),
    best: of.best && named(of.best),
    answers: of.answers.map((answer) => ({ ...answer, agent: named(answer.agent) })),
  };
}
