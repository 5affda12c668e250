// OpenAI's own package of npm against a gateway that runs: WAGGLE_GATEWAY_URL says where, and
// WAGGLE_GATEWAY_KEYS has the keys. The Rust test `gateway` starts both (./scripts/gateway).

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import OpenAI from 'openai';
import { keys, timeout, url } from './setting.ts';

/** The receipt that stands beside an answer; OpenAI's types do not know it. */
type Receipt = { waggle?: { round: number; winner: string; reward: string; block: number } };

function clientWith(apiKey: string, more: { maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, timeout, ...more });
}

const client = clientWith(keys.plenty, { maxRetries: 0 });

test('completion should be the chosen answer when a question is asked', async () => {
  const { data, response } = await client.chat.completions
    .create({ model: 'waggle', messages: [{ role: 'user', content: '37+12' }] })
    .withResponse();
  const [choice] = data.choices;
  assert.equal(data.object, 'chat.completion');
  assert.equal(choice?.finish_reason, 'stop');
  assert.ok(choice?.message.content?.trim());
  const receipt = (data as Receipt).waggle ?? (choice as Receipt).waggle;
  assert.ok(receipt && receipt.block > 0 && receipt.winner && Number(receipt.reward) > 0);
  assert.equal(response.headers.get('x-waggle-round'), String(receipt.round));
});

test('stream should begin with the role and bring the answer last', async () => {
  const stream = await client.chat.completions.create({
    model: 'waggle',
    messages: [{ role: 'user', content: 'max 4 19 2' }],
    stream: true,
  });
  let text = '';
  let role: string | undefined;
  let reason: string | null | undefined;
  for await (const chunk of stream) {
    const choice = chunk.choices[0];
    role ??= choice?.delta.role;
    text += choice?.delta.content ?? '';
    reason = choice?.finish_reason ?? reason;
  }
  assert.equal(role, 'assistant');
  assert.equal(reason, 'stop');
  assert.ok(text.trim());
});

test('models should be listed and found one by one', async () => {
  const names: string[] = [];
  for await (const model of client.models.list()) {
    names.push(model.id);
  }
  assert.ok(['waggle', 'waggle-fast', 'waggle-deep'].every((name) => names.includes(name)));
  assert.equal((await client.models.retrieve('waggle')).id, 'waggle');
  await assert.rejects(client.models.retrieve('gpt-4o'), OpenAI.NotFoundError);
});

test('responses should have the answer as text', async () => {
  const response = await client.responses.create({ model: 'waggle', input: '37+12' });
  assert.equal(response.status, 'completed');
  assert.ok(response.output_text.trim());
});

test('rounds should be asked once when two send the same key', async () => {
  const headers = { 'Idempotency-Key': randomUUID() };
  const ask = async () => {
    const asked = client.chat.completions.create(
      { model: 'waggle', messages: [{ role: 'user', content: '11+22' }] },
      { headers },
    );
    const { response } = await asked.withResponse();
    return response.headers.get('x-waggle-round');
  };
  const [first, second] = await Promise.all([ask(), ask()]);
  assert.ok(first);
  assert.equal(first, second);
});

test('failures should be the classes that the package has for them', async () => {
  const ask = (of: OpenAI, model: string, more: object = {}) =>
    of.chat.completions.create({ model, messages: [{ role: 'user', content: '1+1' }], ...more });
  await assert.rejects(ask(clientWith('wg-nobody'), 'waggle'), OpenAI.AuthenticationError);
  await assert.rejects(ask(client, 'gpt-4o'), OpenAI.NotFoundError);
  await assert.rejects(ask(client, 'waggle', { n: 2 }), OpenAI.BadRequestError);
  await assert.rejects(ask(clientWith(keys.poor), 'waggle'), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.code, 'insufficient_quota');
    return true;
  });
});
