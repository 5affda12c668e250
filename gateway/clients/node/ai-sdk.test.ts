// Vercel's AI SDK of npm, unchanged, with its provider for servers that speak OpenAI's protocol.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, streamText } from 'ai';
import { keys, timeout, url } from './setting.ts';

function modelWith(apiKey: string) {
  const waggle = createOpenAICompatible({ name: 'waggle', baseURL: `${url}/v1`, apiKey });
  return waggle.chatModel('waggle');
}

/** What every question here has; none is asked twice by the package itself. */
const asking = () => ({
  model: modelWith(keys.plenty),
  maxRetries: 0,
  abortSignal: AbortSignal.timeout(timeout),
});

test('AI SDK should have the answer as text', async () => {
  const { text, finishReason } = await generateText({
    ...asking(),
    system: 'Answer with a number.',
    prompt: '37+12',
  });
  assert.ok(text.trim());
  assert.equal(finishReason, 'stop');
});

test('AI SDK should have the answer in a stream', async () => {
  let whole = '';
  for await (const part of streamText({ ...asking(), prompt: 'sort 3 1 2' }).textStream) {
    whole += part;
  }
  assert.ok(whole.trim());
});

test('AI SDK should answer conversations', async () => {
  const { text } = await generateText({
    ...asking(),
    messages: [
      { role: 'user', content: '37+12' },
      { role: 'assistant', content: '49' },
      { role: 'user', content: [{ type: 'text', text: 'max 4 19 2' }] },
    ],
  });
  assert.ok(text.trim());
});

test('AI SDK should tell of failures with their status and not ask again', async () => {
  const asked = generateText({ ...asking(), model: modelWith(keys.poor), prompt: '1+1' });
  await assert.rejects(asked, (error) => {
    assert.ok(APICallError.isInstance(error));
    assert.equal(error.statusCode, 429);
    assert.match(error.responseBody ?? '', /insufficient_quota/);
    return true;
  });
});
