/**
 * Every error that a client or an agent can cause, as polkadot.js shows it: with its name and its
 * documentation. On a real node, without agents of its own: what agents do here, the test does for
 * them.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Enum, Option, Struct, u32 } from '@polkadot/types';
import { randomAsHex } from '@polkadot/util-crypto';
import { proof, register, retire, rotateKey } from '../src/polkadot-js/agent.ts';
import { submit, type Terms } from '../src/polkadot-js/ask.ts';
import { claim, collect, fund } from '../src/polkadot-js/claims.ts';
import { connect, send } from '../src/polkadot-js/connection.ts';
import { found, GENERAL, join, leave, rejoin } from '../src/polkadot-js/domains.ts';
import { NamedError, refusal } from '../src/polkadot-js/named-errors.ts';
import { type Act, STEP, seal, sendAct, sendBatch, sign } from './acts.ts';
import { networkWith } from './network/network.ts';

const WAG = 10n ** 12n;
/** Long enough for all that happens here. */
const TERMS: Terms = { reward: 20n * WAG, answeringBlocks: 1_000, minAgents: 4, maxAgents: 4 };
/** Attempts to hit the one block in which a deadline has passed and the round still waits. */
const TRIES = 6;
/** Seats for all agents that are on a roster here, so that none are drawn. */
const FOR_ALL = 16;

/** What no client or agent can cause here, and why. */
const OUT_OF_REACH: Record<string, string> = {
  'tickets.RewardAlreadyHeld': 'only the rounds pallet holds rewards, once for each round',
  'tickets.TicketAlreadyBought':
    'only the rounds pallet buys tickets, and refuses a second one before',
  'tickets.TicketUnaffordable': 'the pool refuses such an act with rounds.CannotPayTicket before',
  'agents.RoundsOpen': 'needs a round that outlasts the three hours after its agent retired',
  'domains.RoundsOpen': 'needs an agent in a round three hours after it joined a domain',
  'domains.Suspended': 'needs auditors with a sentence model, and two epochs of flags',
  'examinations.TooManyExaminers': 'only governance appoints, and sudo tells it in an event',
  'examinations.NothingSealed': 'needs a settled round, and so grades that the chain can read',
  'examinations.WrongTruth': 'needs a settled round',
  'examinations.EmptyTruth': 'needs a settled round',
};

const sr25519 = new Keyring({ type: 'sr25519' });
const ed25519 = new Keyring({ type: 'ed25519' });
const [alice, bob, charlie, dave, eve] = ['//Alice', '//Bob', '//Charlie', '//Dave', '//Eve'].map(
  (suri) => sr25519.addFromUri(suri),
) as [KeyringPair, KeyringPair, KeyringPair, KeyringPair, KeyringPair];
/** Have nothing. */
const pauper = sr25519.addFromUri('//Pauper');
const beggar = sr25519.addFromUri('//Beggar');
/** Agents of the development chain; nobody else acts for them. */
const agent = (number: number) => ed25519.addFromUri(`//Waggle//agent//${number}`);
const owner = (number: number) => sr25519.addFromUri(`//Waggle//owner//${number}`);
const [first, second, third] = [agent(0), agent(1), agent(2)];
const stranger = ed25519.addFromUri('//Stranger');
const [key, otherKey] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];

describe('errors', () => {
  const seen = new Set<string>();
  let provider: WsProvider;
  let api: ApiPromise;

  before(async () => {
    const url = await networkWith({ agents: 0 });
    api = await connect(url);
    provider = new WsProvider(url);
    await provider.isReady;
  });
  after(async () => {
    await provider?.disconnect();
    await api?.disconnect();
  });

  /** That this fails with the error of this name, documented in the metadata. */
  async function fails(doing: Promise<unknown>, title: string): Promise<void> {
    const error = await doing.then(
      () => assert.fail(`${title} was expected, and nothing went wrong`),
      (error: unknown) => error,
    );
    assert.ok(error instanceof NamedError, `${title} was expected: ${error}`);
    assert.equal(error.title, title);
    assert.ok(error.documentation.length > 10, `${title} has no documentation`);
    const [pallet, name] = title.split('.');
    if (name && api.errors[pallet]) {
      assert.ok(api.errors[pallet][name], `the pallet ${pallet} has an error of that name`);
    }
    seen.add(title);
  }

  const ask = (account: KeyringPair, terms: Partial<Terms>, prompt = '1+1') =>
    submit(api, account, prompt, { ...TERMS, ...terms });
  const act = async (agent: KeyringPair, act: Act | Promise<Act>, signer?: KeyringPair) =>
    sendAct(api, provider, await sign(api, agent, await act, signer));
  const commitment = async (
    agent: KeyringPair,
    round: bigint,
    ciphertext = [1, 2, 3],
  ): Promise<Act> => ({
    CommitAnswer: {
      round,
      sealed: await seal(api, agent, round, STEP.answer, key, new Uint8Array(ciphertext)),
    },
  });
  const opening = (round: bigint, withKey = key): Act => ({ OpenAnswer: { round, key: withKey } });
  const grades = async (agent: KeyringPair, round: bigint, bytes: number): Promise<Act> => ({
    CommitGrades: {
      round,
      sealed: await seal(api, agent, round, STEP.grades, key, new Uint8Array(bytes)),
    },
  });
  const gradesOpening = (round: bigint): Act => ({ OpenGrades: { round, key } });

  /** Wait until a round is in this phase. */
  async function untilPhase(round: bigint, phase: string): Promise<void> {
    for (;;) {
      const view = (await api.call.waggleApi.round(round)).toString();
      if (view.toLowerCase().includes(`"phase":"${phase.toLowerCase()}"`)) {
        return;
      }
      assert.match(view, /"running"/, `round ${round} never gets to ${phase}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Wait until the seats of a round are drawn. */
  async function untilDrawn(round: bigint): Promise<void> {
    for (;;) {
      const view = (await api.call.waggleApi.round(round)) as Option<Struct>;
      const seats = (view.unwrap().get('seats') as Option<Enum>).unwrap();
      if (seats.type === 'Drawn') {
        return;
      }
      assert.equal(seats.type, 'Drawing', `the seats of round ${round} are never drawn`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test('a client should learn by name what is wrong with its question', async () => {
    await fails(ask(alice, {}, ''), 'rounds.EmptyPrompt');
    await fails(ask(alice, { answeringBlocks: 1 }), 'rounds.AnsweringTimeOutOfBounds');
    await fails(ask(alice, { minAgents: 3 }), 'rounds.SwarmOutOfBounds');
    await fails(ask(alice, { reward: 1n }), 'rounds.RewardTooSmall');
    await fails(ask(alice, { reward: 10n ** 9n * WAG }), 'tickets.RewardUnaffordable');
    await fails(send(api, api.tx.rounds.poke(10_000), alice), 'rounds.NoSuchRound');
    const { round } = await ask(alice, {});
    await fails(send(api, api.tx.rounds.poke(round), alice), 'rounds.NotDue');
    await fails(send(api, api.tx.rounds.withdraw(round), bob), 'rounds.NotTheClient');
    await send(api, api.tx.rounds.withdraw(round), alice);
    await fails(send(api, api.tx.rounds.withdraw(round), alice), 'rounds.NoSuchRound');
    // Enough for the fee of the transaction, too little for a hundred seats.
    await send(api, api.tx.balances.transferKeepAlive(beggar.address, WAG / 10n), alice);
    await fails(ask(beggar, { maxAgents: 100 }), 'tickets.FeeUnaffordable');
  });

  test('an owner should learn by name what is wrong with its agent', async () => {
    const mine = ed25519.addFromUri('//Dave//agent');
    const call = (agentKey: KeyringPair, signature: Uint8Array) =>
      api.tx.agents.register(agentKey.publicKey, signature, 'model', 'topics');
    await fails(register(api, dave, first, 'model', ''), 'agents.KeyTaken');
    await fails(send(api, call(mine, proof(api, stranger, dave)), dave), 'agents.BadProof');
    await fails(rotateKey(api, dave, mine), 'agents.NotRegistered');
    await fails(rejoin(api, dave, GENERAL), 'domains.NotAnAgent');
    await fails(send(api, api.tx.agents.unbond(), owner(9)), 'agents.NotRetired');
    await register(api, dave, mine, 'model', '');
    await fails(register(api, dave, stranger, 'model', ''), 'agents.AlreadyRegistered');
    await fails(rejoin(api, dave, GENERAL), 'domains.OnRoster');
    await rotateKey(api, dave, ed25519.addFromUri('//Dave//second'));
    const third = ed25519.addFromUri('//Dave//third');
    await fails(rotateKey(api, dave, third), 'agents.RotatedTooRecently');
    await retire(api, dave);
    await fails(retire(api, dave), 'agents.Retired');
    await fails(rejoin(api, dave, GENERAL), 'domains.NotAnAgent');
    await fails(send(api, api.tx.agents.unbond(), dave), 'agents.BondLocked');
    // Enough for fees, too little for the bond.
    await send(api, api.tx.balances.transferKeepAlive(pauper.address, WAG), alice);
    await fails(register(api, pauper, stranger, 'model', ''), 'agents.BondUnaffordable');
  });

  test('who founds a domain, and its members, should learn by name what is wrong', async () => {
    const member = owner(8);
    await fails(found(api, bob, '', 'Has no title.', 'Open'), 'domains.EmptyTitle');
    await fails(found(api, pauper, 'Beyond reach', '', 'Open'), 'domains.FeeUnaffordable');
    const domain = await found(api, bob, 'Sums', 'Of whole numbers.', 'Closed');
    await fails(join(api, bob, domain), 'domains.NotAnAgent');
    await fails(join(api, member, 10_000), 'domains.NoSuchDomain');
    await fails(leave(api, member, domain), 'domains.NotMember');
    await fails(rejoin(api, member, domain), 'domains.NotMember');
    await fails(submit(api, bob, '1+1', TERMS, { domain: 10_000 }), 'rounds.NoSuchDomain');

    const { round } = await submit(api, bob, '1+1', TERMS, { domain });
    await fails(act(agent(8), commitment(agent(8), round)), 'rounds.JoinedTooLate');
    await join(api, member, domain);
    await fails(act(agent(8), commitment(agent(8), round)), 'rounds.JoinedTooLate');
    await send(api, api.tx.rounds.withdraw(round), bob);
    await fails(join(api, member, domain), 'domains.AlreadyMember');
    await fails(leave(api, member, domain), 'domains.TooEarlyToLeave');
    await fails(rejoin(api, member, domain), 'domains.OnRoster');
    await fails(claim(api, member, domain, { model: '' }), 'domains.InvalidClaim');
    await fails(claim(api, member, domain, null), 'domains.NothingClaimed');
    await fails(fund(api, bob, domain, 1n), 'domains.TooLittle');
    await fails(fund(api, bob, domain, 10n ** 30n), 'domains.FundingUnaffordable');
    await fails(collect(api, bob, domain, member.address), 'domains.NothingToCollect');

    // The general domain and this one are two.
    const most = (api.consts.domains.maxMemberships as u32).toNumber();
    for (let count = 3; count <= most; count += 1) {
      await join(api, member, await found(api, bob, `Domain ${count}`, '', 'Open'));
    }
    const last = await found(api, bob, 'One too many', '', 'Open');
    await fails(join(api, member, last), 'domains.TooManyMemberships');
  });

  test('who has no seat, and who would draw once more, should learn so by name', async () => {
    // Of the agents of the development chain none is on the roster before it has come.
    const rivals = [9, 10, 11, 12, 15];
    await Promise.all(rivals.map((number) => rejoin(api, owner(number), GENERAL)));
    const { round } = await ask(alice, {});
    await untilDrawn(round);
    await fails(send(api, api.tx.rounds.withdraw(round), alice), 'rounds.SeatsTaken');
    await fails(act(agent(13), commitment(agent(13), round)), 'rounds.NotDrawn');
    // Nothing is sealed in these acts, so that they are refused even to those who have a seat.
    const attempts = rivals.map((number) =>
      act(agent(number), commitment(agent(number), round, [])),
    );
    const outcomes = await Promise.allSettled(attempts);
    const titles = outcomes.map((outcome) =>
      outcome.status === 'rejected' && outcome.reason instanceof NamedError
        ? outcome.reason.title
        : JSON.stringify(outcome),
    );
    const [empty, notDrawn] = ['rounds.EmptyAnswer', 'rounds.NotDrawn'];
    const expected = [empty, empty, empty, empty, notDrawn];
    assert.deepEqual(titles.sort(), expected, 'four seats, and five who want one');
    // What follows is open to all again.
    await Promise.all(rivals.map((number) => retire(api, owner(number))));
  });

  test('who examines should learn by name why it cannot', async () => {
    const reveal = (round: bigint | number) =>
      api.tx.examinations.reveal(round, '49', randomAsHex(32));
    const { round } = await ask(alice, {});
    await fails(send(api, reveal(round), bob), 'examinations.NotExaminer');
    const appoint = api.tx.examinations.appoint(GENERAL, bob.address, WAG);
    await send(api, api.tx.sudo.sudo(appoint), alice);
    await fails(send(api, reveal(round), bob), 'examinations.NoResult');
    await fails(send(api, reveal(10_000), bob), 'examinations.NoResult');
  });

  test('who reports a double seal should learn by name why it is none', async () => {
    const { round } = await ask(alice, {});
    const parts = (await api.call.waggleApi.scopeParts(round, STEP.answer)) as Option<Struct>;
    const scope = parts.unwrap();
    const report = async (by: KeyringPair, ciphertexts: [number[], number[]]) => {
      const [first, second] = await Promise.all(
        ciphertexts.map(async (bytes) => sign(api, by, await commitment(by, round, bytes))),
      );
      return send(api, api.tx.agents.reportDoubleSeal({ scope, first, second }), bob);
    };
    const offender = agent(14);
    await fails(report(offender, [[1], [1]]), 'agents.NoDoubleSeal');
    await fails(report(stranger, [[1], [2]]), 'agents.NobodysKey');
    await report(offender, [[1], [2]]);
    await fails(report(offender, [[1], [2]]), 'agents.AlreadyPunished');
    await fails(register(api, charlie, offender, 'model', ''), 'agents.KeyBarred');
    await send(api, api.tx.rounds.withdraw(round), alice);
  });

  test('errors of Substrate itself should have names too', async () => {
    const signed = await sign(api, first, opening(0n));
    await fails(send(api, api.tx.rounds.act(signed), alice), 'BadOrigin');
    await fails(send(api, api.tx.sudo.sudo(api.tx.system.remark('')), bob), 'sudo.RequireSudo');
    await fails(
      send(api, api.tx.balances.transferKeepAlive(bob.address, 10n ** 9n * WAG), alice),
      'Arithmetic.Underflow',
    );
    const nobody = sr25519.addFromUri('//Nobody');
    await fails(send(api, api.tx.system.remark(''), nobody), 'Invalid.Payment');
    const again = async (call: SubmittableExtrinsic<'promise'>) => {
      await call.signAsync(bob, { nonce: 0 });
      return call
        .send()
        .catch(async (error: unknown) => Promise.reject(await refusal(api, call.toU8a(), error)));
    };
    await fails(again(api.tx.system.remark('again')), 'Invalid.Stale');
  });

  test('an agent should learn by name why the pool refuses its act', async () => {
    const { round } = await ask(alice, {});
    await fails(act(stranger, commitment(stranger, round)), 'rounds.UnknownAgent');
    await fails(act(first, commitment(first, round, [])), 'rounds.EmptyAnswer');
    await fails(act(first, commitment(first, round), second), 'rounds.BadSignature');
    await fails(act(first, opening(round)), 'rounds.TooEarly');
    await fails(act(first, commitment(first, round + 1_000n)), 'rounds.TooEarly');
    await fails(sendBatch(api, provider, []), 'rounds.EmptyBatch');
    const commit = await sign(api, first, await commitment(first, round));
    await fails(sendBatch(api, provider, [commit, commit]), 'rounds.RepeatedAct');

    // Who comes late, and who may not stake so much.
    const newcomer = ed25519.addFromUri('//Eve//agent');
    await register(api, eve, newcomer, 'model', '');
    await fails(act(newcomer, commitment(newcomer, round)), 'rounds.JoinedTooLate');
    await send(api, api.tx.agents.setLimits({ ticket: 1, atStake: 1 }), owner(4));
    await fails(act(agent(4), commitment(agent(4), round)), 'rounds.BeyondLimits');

    const own = await ask(owner(0), {});
    await fails(act(first, commitment(first, own.round)), 'rounds.OwnRound');
    const costly = await ask(bob, { reward: 900_000n * WAG });
    await fails(act(first, commitment(first, costly.round)), 'rounds.CannotPayTicket');

    // Four enter and two open.
    for (const member of [first, second, third, agent(5)]) {
      await act(member, commitment(member, round));
    }
    await untilPhase(round, 'OpeningAnswers');
    await fails(send(api, api.tx.rounds.withdraw(round), alice), 'rounds.HasAnswers');
    await fails(act(first, commitment(first, round, [9])), 'rounds.AlreadyActed');
    await fails(act(agent(3), commitment(agent(3), round)), 'rounds.SwarmFull');
    await fails(act(agent(3), opening(round)), 'rounds.NotInRound');
    await fails(act(first, opening(round, otherKey)), 'rounds.WrongKey');
    await act(first, opening(round));
    await act(second, opening(round));
    await untilPhase(round, 'Grading');
    await fails(act(first, opening(round)), 'rounds.WrongPhase');
    await fails(act(first, grades(first, round, 4)), 'rounds.WrongLength');
    await fails(act(third, grades(third, round, 2)), 'rounds.MissedStep');
    await act(first, grades(first, round, 2));
    await act(second, grades(second, round, 2));
    await untilPhase(round, 'OpeningGrades');
    await act(first, gradesOpening(round));
    await act(second, gradesOpening(round));
  });

  test('an agent should learn by name that it is late, and that all is over', async () => {
    for (let attempt = 1; !seen.has('rounds.DeadlinePassed'); attempt += 1) {
      const { round, block } = await ask(charlie, { answeringBlocks: 4, maxAgents: FOR_ALL });
      const late = await sign(api, first, await commitment(first, round));
      // In the block of the deadline the pool looks ahead to the next one, which is not made yet.
      const error = await new Promise<unknown>((resolve, reject) => {
        const stop = api.rpc.chain.subscribeNewHeads((head) => {
          if (head.number.toNumber() >= block + 4) {
            stop.then((end) => end()).catch(reject);
            sendAct(api, provider, late).then(resolve, resolve);
          }
        });
      });
      if (error instanceof NamedError && error.title === 'rounds.NoSuchRound' && attempt < TRIES) {
        continue;
      }
      await fails(Promise.reject(error), 'rounds.DeadlinePassed');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await fails(act(first, commitment(first, round)), 'rounds.NoSuchRound');
    }
  });

  test('a client should learn by name that there are too many rounds', async () => {
    const limit = (api.consts.rounds.maxOpenRoundsPerClient as u32).toNumber();
    const all = (api.consts.rounds.maxOpenRounds as u32).toNumber();
    const open = () =>
      api.query.rounds.counterForRounds().then((count) => (count as u32).toNumber());
    // Nobody may offer less than room costs, which is 22 WAG when the chain is full, and nearly
    // twice as much where seats are drawn.
    const terms = { ...TERMS, reward: 30n * WAG, maxAgents: FOR_ALL };
    const names = [
      'Alice',
      'Bob',
      'Charlie',
      'Dave',
      'Eve',
      'Ferdie',
      'One',
      'Two',
      'Alice//stash',
      'Bob//stash',
    ];
    const clients = names.map((name) => sr25519.addFromUri(`//${name}`));
    assert.ok(clients.length * limit > all + limit);

    const ofEve = () =>
      api.query.rounds.openRoundsOf(eve.address).then((count) => (count as u32).toNumber());
    const askOften = async (client: KeyringPair, times: number) => {
      const nonce = (await api.rpc.system.accountNextIndex(client.address)).toNumber();
      for (let next = nonce; next < nonce + times; next += 1) {
        const call = api.tx.rounds.submit('1+1', GENERAL, { ...terms }, randomAsHex(32));
        await call.signAndSend(client, { nonce: next });
      }
    };
    await askOften(eve, limit);
    while ((await ofEve()) < limit) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await fails(ask(eve, {}), 'rounds.TooManyRoundsOfClient');
    const long = { reward: WAG / 100n, answeringBlocks: 14_400 };
    await fails(ask(owner(5), long), 'rounds.TooCrowded');

    for (const client of clients) {
      await askOften(client, limit);
    }
    while ((await open()) < all) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await fails(ask(owner(5), {}), 'rounds.TooManyOpenRounds');
  });

  test('no error of the pallets should be left out', () => {
    const errors = ['rounds', 'agents', 'domains', 'tickets', 'examinations'].flatMap((pallet) =>
      Object.keys(api.errors[pallet]).map((name) => `${pallet}.${name}`),
    );
    assert.deepEqual(
      errors.filter((title) => !seen.has(title) && !OUT_OF_REACH[title]),
      [],
    );
  });
});
