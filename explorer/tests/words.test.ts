/** Texts, conversations, numbers and addresses, without a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardAddress } from '../src/chain/address.ts';
import { faultOf } from '../src/chain/asking.ts';
import { byMargin, flagsOf, greatestMargin, type StandingView } from '../src/chain/audits.ts';
import { messagesOf, promptOf } from '../src/chain/conversation.ts';
import { changesOf, together } from '../src/chain/happenings.ts';
import { duration, parseWag, shortWag, WAG, wag } from '../src/chain/numbers.ts';
import { inert, line, pieces } from '../src/chain/text.ts';
import type { Constants } from '../src/chain/views.ts';

test('text should name its characters when nobody can see them', () => {
  assert.deepEqual(pieces('a\u202eb'), [{ text: 'a' }, { hidden: 'U+202E' }, { text: 'b' }]);
  assert.deepEqual(pieces('\u200b\u200b\u200bx\u0000'), [
    { hidden: 'U+200B ×3' },
    { text: 'x' },
    { hidden: 'U+0000' },
  ]);
  assert.deepEqual(pieces('\u{e0041}\u{e0042}'), [{ hidden: 'U+E0041' }, { hidden: 'U+E0042' }]);
  assert.equal(inert('\u2066a\u2069'), '⟨U+2066⟩a⟨U+2069⟩');
});

test('text should stay as it is when its characters are seen', () => {
  for (const text of ['', 'plain\n\ttext', 'می‌خواهم', '👩‍🚀 ✔️', '<img onerror=alert(1)>']) {
    assert.equal(inert(text), text);
  }
  assert.equal(inert('a\r\nb\rc'), 'a\nb⟨U+000D⟩c', 'a lone carriage return hides a line');
});

test('line should be one and short when the text is neither', () => {
  assert.equal(line('a\n b\t c', 80), 'a b c');
  assert.equal(line('x'.repeat(16_384), 10), `${'x'.repeat(10)}…`);
  assert.equal(line('👩👩👩', 2), '👩👩…', 'characters are not cut in halves');
});

test('prompt should be a conversation when it is written exactly as one', () => {
  const envelope =
    '{"waggle":1,"messages":[{"role":"system","content":"Be brief."},' +
    '{"role":"user","content":"2+2"}]}';
  assert.deepEqual(messagesOf(envelope), [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: '2+2' },
  ]);
  const spelt = promptOf('{"waggle":\\ud800');
  assert.equal(messagesOf(spelt)?.[0]?.content, '{"waggle":\\ud800', 'a backslash is a character');
  for (const plain of [
    '2+2',
    '{"waggle":1}',
    '{"waggle":2,"messages":[{"role":"user","content":"a"}]}',
    '{"waggle":1, "messages":[{"role":"user","content":"a"}]}',
    '{"waggle":1,"messages":[{"role":"robot","content":"a"}]}',
    '{"waggle":1,"messages":[{"role":"user","content":" \\n"}]}',
    '{"waggle":1,"messages":[{"role":"user","content":"a","more":1}]}',
    '{"waggle":1,"messages":[{"role":"user","content":"\\ud800"}]}',
    `${envelope} `,
  ]) {
    assert.equal(messagesOf(plain), undefined, plain);
  }
});

test('text should be asked as it stands when it begins like an envelope', () => {
  assert.equal(promptOf('2+2'), '2+2');
  const text = '{"waggle":1,"messages":[]}';
  assert.deepEqual(messagesOf(promptOf(text)), [{ role: 'user', content: text }]);
});

test('amounts should be exact, and read as they are written', () => {
  for (const [amount, text] of [
    [0n, '0'],
    [20n * WAG, '20'],
    [WAG / 2n, '0.5'],
    [1n, '0.000000000001'],
    [-WAG, '-1'],
  ] as const) {
    assert.equal(wag(amount), text);
  }
  assert.equal(parseWag(' 0.5 '), WAG / 2n);
  assert.equal(parseWag('20'), 20n * WAG);
  for (const wrong of ['', '-1', '1e3', '1.0000000000001', '.5', 'x']) {
    assert.equal(parseWag(wrong), undefined, wrong);
  }
  assert.equal(shortWag(1_234_567_890_000_000_000n), '1\u202f234\u202f567.89');
  assert.equal(shortWag(1n), '< 0.0001', 'little is not nothing');
});

test('address should be the standard one when it is an account, and none when it is not', () => {
  const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
  assert.equal(standardAddress(alice), alice);
  const asPolkadotHasIt = '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5';
  assert.equal(standardAddress(asPolkadotHasIt), alice);
  for (const wrong of ['', alice.replace(/Y$/, 'Z'), alice.slice(0, -2), '0x00', '%E0', 'F7Hs']) {
    assert.equal(standardAddress(wrong), undefined, wrong);
  }
});

test('durations should be in the unit that fits', () => {
  const said = [250, 3_500, 42_000, 120_000, 7_200_000, 604_800_000].map(duration);
  assert.deepEqual(said, ['250 ms', '3.5 s', '42 s', '2 min', '2 h', '7 days']);
});

test('events should say what changed when they are of our pallets', () => {
  const event = (type: string, value: unknown) => ({
    event: { type, value: { type: 'Some', value } },
  });
  const { rounds, domains, agents } = together([
    changesOf([event('Rounds', { round: 3n }), event('Tickets', { round: 3n, owner: '5A' })]),
    changesOf([event('Domains', { domain: 2 }), event('Balances', { round: 9n })]),
    changesOf([event('Agents', undefined)]),
  ]);
  assert.deepEqual([[...rounds], [...domains], [...agents]], [[3], [2], ['5A']]);
});

test('audits should change members only when they suspend somebody', () => {
  const event = (type: string) => ({
    event: { type: 'Audits', value: { type, value: { domain: 2, owner: '5A' } } },
  });
  const { domains, audits, agents } = changesOf([event('FindingsOpened')]);
  assert.deepEqual([[...domains], [...audits], [...agents]], [[], [2], []]);
  const suspended = together([changesOf([event('MemberSuspended')])]);
  assert.deepEqual([...suspended.domains, ...suspended.audits, ...suspended.agents], [2, 2, '5A']);
});

test('members should be in the order of the margins that speak against them', () => {
  const one = 10n ** 18n;
  const standing = (...margins: bigint[]): StandingView => ({
    epoch: 1,
    prompts: 20,
    margins: margins.map((margin): [string, bigint, number] => ['0x08', margin, 20]),
    distance: 0n,
    tokens: 0,
    conduct: { seats: 20, timeouts: 0, slow: 0, exceptions: 1 },
    verdicts: [
      [{ type: 'Contrast' }, { type: 'Flag' }, 2],
      [{ type: 'Conduct', value: { type: 'Exception' } }, { type: 'Pass' }, 0],
    ],
  });
  const sorted = byMargin([
    ['5A', standing()],
    ['5B', standing(-one, -one / 4n)],
    ['5C', standing(one / 2n)],
    ['5D', standing(-one)],
  ]);
  assert.deepEqual(
    sorted.map(([owner]) => owner),
    ['5C', '5B', '5D', '5A'],
  );
  assert.equal(greatestMargin(standing(-one, -one / 4n)), -0.25);
  assert.deepEqual(flagsOf(standing()), ['contrast 2\u202f×']);
});

test('question should be at fault when the chain would refuse it', () => {
  const rules = {
    max_prompt_bytes: 10,
    minimum_reward: WAG,
    answering_blocks: [4, 100],
    swarm: [4, 100],
  } as unknown as Constants;
  const terms = {
    reward: WAG,
    answering_blocks: 4,
    min_agents: 4,
    max_agents: 7,
    min_score: 0,
  };
  const fault = (text: string, changed: Partial<typeof terms> = {}) =>
    faultOf({ text, domain: 0, terms: { ...terms, ...changed } }, rules);
  assert.equal(fault('2+2'), undefined);
  assert.equal(fault(' \u200b\n'), 'prompt');
  assert.equal(fault('\u2800'), 'prompt', 'braille without dots');
  assert.equal(fault('ééééé'), undefined);
  assert.equal(fault('éééééé'), 'length');
  assert.equal(fault('2+2', { reward: WAG - 1n }), 'reward');
  assert.equal(fault('2+2', { answering_blocks: Number.NaN }), 'time');
  assert.equal(fault('2+2', { max_agents: 3 }), 'agents');
  assert.equal(fault('2+2', { min_agents: Number.NaN }), 'agents');
  assert.equal(fault('2+2', { min_score: 10_001 }), 'score');
});
