/** What the form is told of a question, with a chain that is played, without a browser. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Account } from '../src/chain/accounts.ts';
import type { Session } from '../src/chain/session.ts';
import { again, progress, send } from '../src/state/asking.ts';
import { connect, heads, session } from '../src/state/link.ts';

const BLOCK = { hash: '0x00', number: 1, parent: '0x00', hasNewRuntime: false };
const QUESTION = {
  text: '2+2',
  domain: 0,
  terms: { reward: 1n, answering_blocks: 40, min_agents: 4, max_agents: 7, min_score: 0 },
};
/** That the transaction is in a block. */
const IN_BLOCK = {
  type: 'txBestBlocksState',
  found: true,
  ok: true,
  block: { number: 2 },
  events: [{ type: 'Rounds', value: { type: 'Submitted', value: { round: 5n } } }],
};

/** Ask by a connection of which only these events come, and which cannot be told to stop. */
function asked(...events: object[]): void {
  const subscribe = ({ next }: { next: (event: object) => void }) => {
    events.forEach(next);
    return {
      unsubscribe: () => {
        throw new Error('Not connected');
      },
    };
  };
  const submit = () => ({ signSubmitAndWatch: () => ({ subscribe }) });
  session.value = { api: { tx: { Rounds: { submit } } } } as unknown as Session;
  heads.value = { best: BLOCK, final: BLOCK, seen: 0 };
  send({} as Account, QUESTION);
}

afterEach(() => {
  again();
  session.value = undefined;
});

test('question should be unsure when the connection breaks after it was sent', () => {
  asked({ type: 'signed' }, { type: 'broadcasted' });
  assert.equal(progress.value?.step, 'sent');
  session.value = undefined;
  const { step, isUnsure } = progress.value as { step: string; isUnsure: boolean };
  assert.deepEqual({ step, isUnsure }, { step: 'failed', isUnsure: true });
});

test('question should name what the chain lacks when a wallet signs its metadata', () => {
  const subscribe = ({ error }: { error: (thrown: unknown) => void }) => {
    error({ error: { type: 'Unknown', value: { type: 'CannotLookup', value: undefined } } });
    return { unsubscribe: () => {} };
  };
  const submit = () => ({ signSubmitAndWatch: () => ({ subscribe }) });
  session.value = { api: { tx: { Rounds: { submit } } } } as unknown as Session;
  heads.value = { best: BLOCK, final: BLOCK, seen: 0 };
  send({} as Account, QUESTION);
  const { why, isUnsure } = progress.value as { why: string; isUnsure: boolean };
  assert.match(why, /hash of the chain’s metadata/);
  assert.equal(isUnsure, false);
});

test('question should not be asked when the connection breaks before it was sent', () => {
  asked();
  assert.equal(progress.value?.step, 'signing');
  session.value = undefined;
  const { step, isUnsure } = progress.value as { step: string; isUnsure: boolean };
  assert.deepEqual({ step, isUnsure }, { step: 'failed', isUnsure: false });
});

test('round of a question should stay when the connection breaks, and end with its chain', () => {
  asked({ type: 'broadcasted' }, IN_BLOCK);
  session.value = undefined;
  assert.equal(progress.value?.step, 'in-block');
  connect('no address', false);
  assert.equal(progress.value, undefined);
});

test('form should be free again when what was asked by is closed', () => {
  asked({ type: 'broadcasted' }, IN_BLOCK);
  session.value = undefined;
  again();
  assert.equal(progress.value, undefined);
});
