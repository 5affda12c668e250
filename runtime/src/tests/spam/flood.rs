//! A thousand agents that fill blocks with acts of rounds that they ask for themselves, while
//! others want to work.
//!
//! The attacker plays by the rules: its clients ask, its agents answer with the longest bodies,
//! grade and open, so that its rewards and tickets come back to it; what it pays for asking does
//! not. This is the cheapest way into a block that is known. What keeps it in bounds is that each
//! act needs a ticket at stake, that entering a round gives way to whoever tips and to rounds in
//! which more is at stake, and that every round costs its client a fee.

use super::{
    attacker::{longest_answer, Attacker, AGENTS},
    transaction_pool::Pool,
};
use crate::{
    tests::{
        chain::Chain,
        client::Client,
        swarm::{transaction, Agent, RoundsCall, NO_TRUTH},
    },
    Balance, Balances, BlockNumber, Rounds, Runtime, RuntimeCall, System, UncheckedExtrinsic,
    BLOCK_BYTES, MAX_OPEN_ROUNDS, MICRO_WAG, MINIMUM_REWARD, MINIMUM_TICKET, MIN_ANSWERING_BLOCKS,
    NORMAL_DISPATCH_RATIO, SEAT_PRICE, WAG,
};
use codec::Encode;
use frame_support::dispatch::DispatchClass;
use pallet_waggle_domains::{Memberships, Populations, Rosters};
use pallet_waggle_rounds::{types::GradesStatus, Members, Rounds as OpenRounds};
use sp_keyring::Sr25519Keyring;
use std::collections::BTreeSet;
use waggle_primitives::{
    assignment,
    domain::GENERAL,
    view::{RoundState, RoundView},
    Act, Grade, Phase, RoundId, RoundTerms, MAX_SWARM, MIN_SWARM,
};

/// An honest client asks once in this many blocks.
const ASKS_EVERY: BlockNumber = 8;
/// Agents in an honest round.
const HONEST: u32 = 7;
/// Blocks that the honest client gives for answers: ten seconds at 250 ms.
const ANSWERING: BlockNumber = 40;
/// What the honest client offers.
const REWARD: Balance = 20 * WAG;
/// Acts that the attacker likes to have in the pool: more than a block takes.
const BACKLOG: usize = 200;
/// What everybody tips: enough to go before acts that have the cheapest ticket at stake.
const TIP: Balance = 100 * MICRO_WAG;

fn ask(prompt: &str, reward: Balance, answering_blocks: u32, max_agents: u32) -> RoundsCall {
    let terms = RoundTerms {
        reward,
        answering_blocks,
        min_agents: MIN_SWARM,
        max_agents,
        min_score: Grade::MIN,
    };
    let prompt = prompt.as_bytes().to_vec().try_into().unwrap();
    RoundsCall::submit { prompt, domain: GENERAL, terms, sealed_truth: NO_TRUTH }
}

/// What room for a round costs now.
fn price_of_room(chain: &mut Chain, call: &RoundsCall) -> Balance {
    let RoundsCall::submit { terms, .. } = call else { panic!("{call:?} asks nothing") };
    chain.ask(|| Rounds::fee_now(GENERAL, terms)) - SEAT_PRICE * Balance::from(terms.max_agents)
}

/// The attacker's rounds, and who has been sent into which.
struct Flood {
    attacker: Attacker,
    reward: Balance,
    entered: BTreeSet<RoundId>,
    honest: Client,
}

impl Flood {
    /// The attacker's acts and prompts for the next block. It asks again when its `backlog` of acts
    /// runs low: another prompt would take the room of answers, and cost a fee.
    fn wave(&mut self, chain: &mut Chain, backlog: usize) -> Vec<UncheckedExtrinsic> {
        let honest = self.honest.account();
        let open: Vec<_> = chain.ask(|| OpenRounds::<Runtime>::iter().collect::<Vec<_>>());
        let mut wave = vec![];
        let next = chain.height() + 1;
        for (round, record) in open.iter().filter(|(_, record)| record.client != honest) {
            match chain.ask(|| Rounds::phase_at(record, next)) {
                Some((Phase::Answering, _)) if self.entered.insert(*round) => {
                    let first = (*round as usize * MAX_SWARM as usize) % AGENTS as usize;
                    let agents =
                        (first..first + MAX_SWARM as usize).map(|agent| agent % AGENTS as usize);
                    wave.extend(
                        self.attacker.enter(chain, *round, agents).into_iter().map(transaction),
                    );
                }
                Some((phase, _)) if phase != Phase::Answering => {
                    wave.extend(self.later_acts(chain, *round, phase))
                }
                _ => {}
            }
        }
        if open.len() < MAX_OPEN_ROUNDS as usize && backlog < BACKLOG {
            let client = &self.attacker.clients[next as usize % self.attacker.clients.len()];
            let call = |reward| ask("?", reward, MIN_ANSWERING_BLOCKS, MAX_SWARM);
            // Nobody may offer less than room costs.
            let reward = self.reward.max(price_of_room(chain, &call(self.reward)));
            wave.push(client.sign(chain, call(reward), TIP));
        }
        wave
    }

    /// What the attacker's members of `round` have not done yet in this phase.
    fn later_acts(
        &self,
        chain: &mut Chain,
        round: RoundId,
        phase: Phase,
    ) -> Vec<UncheckedExtrinsic> {
        let members: Vec<_> = chain.ask(|| Members::<Runtime>::iter_prefix(round).collect());
        let opened = members.iter().filter(|(_, member)| member.answer_key.is_some()).count();
        let grades = vec![Grade::MAX; assignment::grades_per_agent(opened)];
        let mut acts = vec![];
        for (_, member) in members {
            let Some(agent) = self.attacker.agents.iter().find(|agent| agent.key() == member.key)
            else {
                continue;
            };
            match (phase, member.grades) {
                (Phase::OpeningAnswers, _) if member.answer_key.is_none() => {
                    acts.push(agent.open_answer(chain, round))
                }
                (Phase::Grading, GradesStatus::Missing) => {
                    acts.push(agent.commit_grades(chain, round, &grades))
                }
                (Phase::OpeningGrades, GradesStatus::Committed { .. }) => {
                    acts.push(agent.open_grades(chain, round))
                }
                _ => {}
            }
        }
        acts.into_iter().map(transaction).collect()
    }
}

/// What a scenario measured.
#[derive(Debug, Default)]
struct Measured {
    /// The honest rounds, when all is over.
    honest: Vec<RoundView<crate::AccountId, Balance>>,
    /// Answers of the attacker in blocks.
    answers: u32,
    /// Bytes of free acts in blocks: all, and in the fullest block.
    free_bytes: usize,
    most_free_bytes: usize,
    /// The attacker's prompts in blocks.
    asked: u32,
    /// What the attacker has lost, and what it had on hold at most beyond the bonds.
    lost: Balance,
    locked: Balance,
    /// The fullest block's weight, as a part of what ordinary transactions may use.
    fullest: f64,
}

/// Whether a transaction is an act, and whether it enters a round.
fn is_act(transaction: &UncheckedExtrinsic) -> Option<bool> {
    match &transaction.function {
        RuntimeCall::Rounds(RoundsCall::act { signed }) => {
            Some(matches!(signed.act, Act::CommitAnswer { .. }))
        }
        _ => None,
    }
}

/// The flood, with rounds of `reward`, for this many blocks, in which the honest client asks `asks`
/// times.
fn flood(reward: Balance, blocks: BlockNumber, asks: u32) -> Measured {
    let (mut chain, attacker) = Attacker::on_chain();
    let honest = Client::known(Sr25519Keyring::Bob);
    let swarm: Vec<_> = (0..HONEST).map(Agent::dev).collect();
    let (wealth, bonds) = (attacker.wealth(&mut chain), attacker.locked(&mut chain));
    let mut flood = Flood { attacker, reward, entered: BTreeSet::new(), honest: honest.clone() };
    let (mut pool, mut measured) = (Pool::default(), Measured::default());
    let normal =
        crate::configs::RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total.unwrap();
    let issuance = chain.ask(Balances::total_issuance);

    for block in 0..blocks {
        // As if none of them had come before: seats are for all, and nobody waits for a draw. With
        // a thousand agents on the roster the attacker would have nearly all seats.
        chain.ask(|| {
            for owner in Rosters::<Runtime>::drain_prefix(GENERAL).map(|(_, owner)| owner) {
                Memberships::<Runtime>::mutate(GENERAL, owner, |membership| {
                    membership.as_mut().expect("a member").place = None;
                });
            }
            Populations::<Runtime>::mutate(GENERAL, |population| population.on_roster = 0);
        });
        // The attacker is always first.
        for transaction in flood.wave(&mut chain, pool.len()) {
            let _ = pool.submit(&mut chain, transaction);
        }
        if block % ASKS_EVERY == 0 && block / ASKS_EVERY < asks {
            let call = honest.sign(&mut chain, ask("37+12", REWARD, ANSWERING, HONEST), TIP);
            let _ = pool.submit(&mut chain, call);
        }
        for agent in &swarm {
            for duty in agent.duties(&mut chain) {
                // The attacker's rounds are not worth an answer.
                let act = agent.act_on(&mut chain, duty, "49", "49");
                let client = chain
                    .ask(|| OpenRounds::<Runtime>::get(act.act.round()))
                    .map(|record| record.client);
                if client == Some(honest.account()) {
                    let _ = pool.submit(&mut chain, transaction(act));
                }
            }
        }
        let made = pool.make_block(&mut chain);
        let mut free = 0;
        for transaction in &made.included {
            match is_act(transaction) {
                Some(enters) => {
                    free += transaction.encoded_size();
                    measured.answers +=
                        u32::from(enters && transaction.encoded_size() > longest_answer().len());
                }
                None => measured.asked += 1,
            }
        }
        measured.free_bytes += free;
        measured.most_free_bytes = measured.most_free_bytes.max(free);
        measured.locked = measured.locked.max(flood.attacker.locked(&mut chain) - bonds);
        let weight = chain.ask(System::block_weight);
        let filled = weight.get(DispatchClass::Normal).ref_time() as f64 / normal.ref_time() as f64;
        measured.fullest = measured.fullest.max(filled);
    }
    assert_eq!(chain.ask(Balances::total_issuance), issuance);
    let rounds = chain.ask(|| 0..pallet_waggle_rounds::NextRound::<Runtime>::get());
    measured.honest = rounds
        .filter_map(|round| chain.ask(|| Rounds::round(round)))
        .filter(|round| round.client == honest.account())
        .collect();
    measured.asked -= measured.honest.len() as u32;
    measured.lost = wealth - flood.attacker.wealth(&mut chain);
    measured
}

impl Measured {
    /// Say it, and check what holds of every flood.
    fn check(&self, what: &str, blocks: BlockNumber, asks: u32) {
        let Self { honest, answers, free_bytes, most_free_bytes, asked, lost, locked, fullest } =
            self;
        let wag = |amount: &Balance| *amount as f64 / WAG as f64;
        let took = honest.iter().map(|round| {
            round.blocks.ended.unwrap_or_default().saturating_sub(round.blocks.submitted)
        });
        eprintln!(
            "flood with {what}: {blocks} blocks, the fullest at {:.0} % of its weight; {asked} \
             rounds of the attacker with {answers} of the longest answers; {:.1} MiB of free acts, \
             {:.2} MiB in a block at most; it lost {:.4} WAG and had {:.1} WAG on hold at most; \
             honest rounds took {:?} blocks",
            100.0 * fullest,
            *free_bytes as f64 / 1_048_576.0,
            *most_free_bytes as f64 / 1_048_576.0,
            wag(lost),
            wag(locked),
            took.collect::<Vec<_>>(),
        );
        // The attack is one: it fills blocks.
        assert!(*fullest > 0.9, "{fullest}");
        assert!(*answers > blocks * 15, "{answers}");
        // Others go on.
        assert_eq!(honest.len() as u32, asks);
        for round in honest {
            assert!(matches!(round.state, RoundState::Settled { .. }), "{:?}", round.state);
            assert_eq!(round.agents.len(), HONEST as usize);
            assert!(round
                .agents
                .iter()
                .all(|agent| agent.opened_answer && agent.opened_grades && agent.paid > 0));
        }
        // What is free is bounded by what is at stake, and by the block.
        assert!(*most_free_bytes < NORMAL_DISPATCH_RATIO.mul_floor(BLOCK_BYTES) as usize);
        assert!(
            *free_bytes < (*answers as usize + honest.len() * 7) * (longest_answer().len() + 1_000)
        );
        assert!(*locked >= MINIMUM_TICKET * Balance::from(MAX_SWARM));
        // Half of what seats cost may come back to agents that answered in vain.
        let seats = Balance::from(*asked) * SEAT_PRICE * Balance::from(MAX_SWARM);
        assert!(*lost > seats / 2 + Balance::from(*asked) * TIP, "each of its rounds costs a fee");
    }
}

#[test]
fn honest_rounds_should_settle_in_a_dozen_blocks_when_a_thousand_agents_flood_the_pool() {
    let measured = flood(MINIMUM_REWARD, 40, 4);
    measured.check("the cheapest rounds", 40, 4);
    for round in &measured.honest {
        let took = round.blocks.ended.unwrap() - round.blocks.submitted;
        // An undisturbed one takes four. What slows these down is that the blocks are full.
        assert!(took <= 12, "{took}");
    }
}

#[test]
fn honest_rounds_should_settle_when_the_flood_has_as_much_at_stake_be_it_the_second_time() {
    // Of equals the pool takes what expires first. The attacker's rounds are the shortest that
    // there are, so they come first until the honest deadline is as near. If the steps of rounds
    // that were entered before, which go before entries, fill those few blocks, too few have
    // entered by then. The round is opened to all once more, for as long: time for a lull.
    let measured = flood(REWARD, 64, 2);
    measured.check("rounds as dear as the honest ones", 64, 2);
    for round in &measured.honest {
        let took = round.blocks.ended.unwrap() - round.blocks.submitted;
        assert!(took <= 2 * ANSWERING + 4, "{took}");
    }
    let dear = measured.locked / MINIMUM_TICKET;
    assert!(
        dear > 100 * REWARD / (10 * MINIMUM_TICKET),
        "it keeps a hundred dear tickets on hold: {dear}"
    );
}

#[test]
fn full_pool_should_drop_cheap_entries_for_tips_later_steps_and_dearer_rounds() {
    let (mut chain, attacker) = Attacker::on_chain();
    let bob = Client::known(Sr25519Keyring::Bob);
    // Rounds 0 and 1 are the attacker's; 2 is waiting for openings; 3 is one in which much is at
    // stake.
    for _ in 0..2 {
        let call = attacker.clients[0].sign(&mut chain, ask("?", MINIMUM_REWARD, 40, MAX_SWARM), 0);
        chain.block_of(vec![call]);
    }
    for agents in [MIN_SWARM, HONEST] {
        let call = bob.sign(&mut chain, ask("37+12", REWARD, 40, agents), 0);
        chain.block_of(vec![call]);
    }
    let honest: Vec<_> = (0..HONEST).map(Agent::dev).collect();
    let acts = honest[..4]
        .iter()
        .map(|agent| transaction(agent.commit_answer(&mut chain, 2, "49")))
        .collect();
    chain.block_of(acts);

    // More valid acts than the pool has room for, though a round has a hundred seats.
    let mut pool = Pool::default();
    let mut sent = 0;
    let mut flood = |chain: &mut Chain, pool: &mut Pool, round, agents: std::ops::Range<usize>| {
        for act in attacker.enter(chain, round, agents) {
            assert_eq!(
                pool.submit(chain, transaction(act)),
                Ok(()),
                "the last one pushes out the first"
            );
            sent += 1;
        }
    };
    let agents = AGENTS as usize;
    flood(&mut chain, &mut pool, 0, 0..agents);
    flood(&mut chain, &mut pool, 1, 0..agents - 10);
    // A transaction without a tip finds the room that the last act left, and loses it to the next.
    let untipped = bob.sign(&mut chain, ask("max 4 19", REWARD, 40, HONEST), 0);
    let _ = pool.submit(&mut chain, untipped.clone());
    flood(&mut chain, &mut pool, 1, agents - 10..agents);
    assert!(!pool.holds(&untipped));
    assert!(pool.len() < sent, "full: {} of {sent}", pool.len());

    let tipped = bob.sign(&mut chain, ask("max 4 19", REWARD, 40, HONEST), TIP);
    let opening = transaction(honest[0].open_answer(&mut chain, 2));
    let entry = transaction(honest[4].commit_answer(&mut chain, 3, "49"));
    for transaction in [&tipped, &opening, &entry] {
        assert_eq!(pool.submit(&mut chain, transaction.clone()), Ok(()));
    }
    // In the block they come in the order of what they are worth to others.
    let made = pool.make_block(&mut chain);
    assert_eq!(made.included[..3], [opening, entry, tipped]);
    assert!(made.included.len() > 20 && made.included.len() <= 3 + MAX_SWARM as usize * 2);
}
