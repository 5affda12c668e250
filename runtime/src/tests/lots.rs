//! Seats by lot on the real runtime: whose they are, and that neither speed nor a lone author of
//! blocks gets more of them.

use super::{
    chain::Chain,
    swarm::{submit, transaction, Agent},
};
use crate::{
    genesis_config_presets::{dev_owner, DEV_AGENTS, DEV_PRESET, LOCAL_PRESET},
    Balance, Domains, Ratings, Rounds, Runtime, DRAW_BLOCKS, WAG,
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::UnknownTransaction;
use waggle_primitives::{
    domain::GENERAL,
    lots::{Lots, Seats, MAX_DRAW_BLOCKS},
    traits::Domains as _,
    view::RoundState,
    RoundId,
};

const REWARD: Balance = 20 * WAG;

/// A chain whose agents are all on the roster.
fn chain(preset: &str) -> Chain {
    let present = |genesis: &mut serde_json::Value| genesis["agents"]["away"] = false.into();
    match preset {
        DEV_PRESET => Chain::with_genesis(present),
        _ => Chain::local_with_genesis(present),
    }
}

/// Offer `reward` for the answer of `seats` agents. Returns the round.
fn ask(chain: &mut Chain, reward: Balance, seats: u32) -> RoundId {
    ask_by(chain, Sr25519Keyring::Bob, reward, seats)
}

fn ask_by(chain: &mut Chain, client: Sr25519Keyring, reward: Balance, seats: u32) -> RoundId {
    let round = chain.ask(pallet_waggle_rounds::NextRound::<Runtime>::get);
    let call = chain.signed(client, submit("37+12", reward, seats));
    chain.block_of(vec![call]);
    round
}

fn seats(chain: &mut Chain, round: RoundId) -> Seats {
    chain.ask(|| Rounds::round(round)).unwrap().seats.unwrap()
}

/// The development agents that have a seat, and those that have none.
fn drawn(chain: &mut Chain, round: RoundId, wanted: u32) -> (Vec<u32>, Vec<u32>) {
    let Seats::Drawn { members, seed } = seats(chain, round) else { panic!("not drawn") };
    let lots = Lots::new(seed, members);
    (0..DEV_AGENTS).partition(|agent| {
        let number =
            chain.ask(|| Domains::number_of(GENERAL, &dev_owner(*agent), u32::MAX)).unwrap();
        lots.lot_of(number).unwrap() < wanted
    })
}

#[test]
fn a_round_should_be_played_by_those_whose_lots_are_drawn() {
    let mut chain = chain(DEV_PRESET);
    let round = ask(&mut chain, REWARD, 7);
    let early = Agent::dev(0).commit_answer(&mut chain, round, "49");
    for _ in 0..DRAW_BLOCKS {
        let refused = chain.validate(transaction(early.clone())).unwrap_err();
        assert_eq!(refused, UnknownTransaction::Custom(17).into(), "too early");
        chain.block_of(vec![]);
    }
    let (inside, outside) = drawn(&mut chain, round, 7);
    assert_eq!((inside.len(), outside.len()), (7, 9));
    for agent in outside {
        let agent = Agent::dev(agent);
        assert!(agent.duties(&mut chain).is_empty());
        let entry = agent.commit_answer(&mut chain, round, "49");
        let refused = chain.validate(transaction(entry)).unwrap_err();
        assert_eq!(refused, UnknownTransaction::Custom(20).into(), "not drawn");
    }
    for _ in 0..4 {
        let acts: Vec<_> = inside
            .iter()
            .map(|agent| Agent::dev(*agent).act(&mut chain, "49", "49").unwrap())
            .collect();
        chain.block_of(acts.into_iter().map(transaction).collect());
    }
    let view = chain.ask(|| Rounds::round(round)).unwrap();
    assert!(matches!(view.state, RoundState::Settled { .. }), "{:?}", view.state);
    // Three blocks more than without a draw.
    assert_eq!(view.blocks.ended, Some(view.blocks.submitted + 4 + DRAW_BLOCKS));
    // It has taught something: most of those who had a seat came, and graded.
    let members = chain.ask(|| Domains::members::<Ratings>(GENERAL, None, u32::MAX));
    assert_eq!(members.iter().filter(|(_, agent)| agent.rounds > 0).count(), 7);
}

/// Alice makes blocks and asks: she could withdraw and ask again until her agents are drawn, or
/// leave out blocks, if she knew the draw.
#[test]
fn one_validator_should_not_draw_alone_where_there_are_four() {
    let mut chain = chain(LOCAL_PRESET);
    let alice = Sr25519Keyring::Alice;
    let round = ask_by(&mut chain, alice, REWARD, 7);
    for _ in 0..DRAW_BLOCKS + 2 {
        let call = pallet_waggle_rounds::Call::<Runtime>::withdraw { round };
        let withdrawal = chain.signed(alice, call);
        let (results, _) = chain.block(vec![withdrawal]);
        let refused = pallet_waggle_rounds::Error::<Runtime>::SeatsTaken.into();
        assert_eq!(results, [Ok(Err(refused))]);
        assert!(matches!(seats(&mut chain, round), Seats::Drawing { .. }), "Alice alone");
    }
    chain.set_author(Sr25519Keyring::Bob.pair());
    chain.block_of(vec![]);
    assert!(matches!(seats(&mut chain, round), Seats::Drawn { .. }));

    // Nor does she for ever keep others from drawing.
    let round = ask(&mut chain, REWARD, 7);
    for _ in 0..MAX_DRAW_BLOCKS {
        assert!(matches!(seats(&mut chain, round), Seats::Drawing { .. }));
        chain.block_of(vec![]);
    }
    assert!(matches!(seats(&mut chain, round), Seats::Drawn { .. }));
}

/// Alice makes blocks, asks, and has agents 0 to 4 of sixteen, all under names of their own. What
/// she knows before another author has contributed is worth nothing; and of what the others leave
/// to her she can take one draw, or leave it.
#[test]
fn an_author_that_asks_and_answers_should_not_choose_its_own_seats() {
    let mut chain = chain(LOCAL_PRESET);
    let round = ask_by(&mut chain, Sr25519Keyring::Charlie, REWARD, 7);
    let entry = Agent::dev(0).commit_answer(&mut chain, round, "49");

    // She leaves out whatever slots she likes: her blocks alone draw nothing, and let nobody in.
    for left_out in 0..4 {
        let fork = chain.snapshot();
        for block in 0..DRAW_BLOCKS + 1 {
            chain.miss_slots(u64::from(block * left_out));
            chain.block_of(vec![]);
            let early = chain.validate(transaction(entry.clone())).unwrap_err();
            assert_eq!(early, UnknownTransaction::Custom(17).into());
        }
        assert!(matches!(seats(&mut chain, round), Seats::Drawing { .. }), "{left_out}");
        chain.return_to(fork);
    }

    // The draw is another author's, whose output only he knows before.
    for _ in 0..DRAW_BLOCKS {
        chain.block_of(vec![]);
    }
    let mut draws = Vec::new();
    for author in [Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave] {
        let fork = chain.snapshot();
        chain.set_author(author.pair());
        chain.block_of(vec![]);
        draws.push(drawn(&mut chain, round, 7));
        chain.return_to(fork);
    }
    assert!(draws[0] != draws[1] && draws[1] != draws[2] && draws[0] != draws[2], "{draws:?}");

    // A draw that she does not like she may build beside: there the others have not contributed.
    chain.set_author(Sr25519Keyring::Alice.pair());
    chain.block_of(vec![]);
    assert!(matches!(seats(&mut chain, round), Seats::Drawing { .. }), "her own branch");
}

#[test]
fn an_author_that_has_the_last_word_should_take_its_draw_or_leave_it_to_another() {
    let mut chain = chain(LOCAL_PRESET);
    let round = ask_by(&mut chain, Sr25519Keyring::Charlie, REWARD, 7);
    chain.set_author(Sr25519Keyring::Bob.pair());
    for _ in 1..DRAW_BLOCKS {
        chain.block_of(vec![]);
    }
    // She makes the last block of the draw, in her slot …
    let fork = chain.snapshot();
    chain.set_author(Sr25519Keyring::Alice.pair());
    chain.block_of(vec![]);
    let hers = drawn(&mut chain, round, 7);
    assert_eq!(Agent::dev(hers.0[0]).duties(&mut chain).len(), 1, "it may enter at once");
    chain.return_to(fork);
    // … in which she can change nothing, whatever she puts into it …
    let fork = chain.snapshot();
    let remark = frame_system::Call::<Runtime>::remark { remark: vec![1] };
    let call = chain.signed(Sr25519Keyring::Alice, remark);
    chain.block_of(vec![call]);
    assert_eq!(drawn(&mut chain, round, 7), hers);
    chain.return_to(fork);
    // … or leaves it out, and somebody else draws.
    chain.miss_slots(1);
    chain.set_author(Sr25519Keyring::Dave.pair());
    chain.block_of(vec![]);
    assert_ne!(drawn(&mut chain, round, 7), hers);
}

/// Agents 0 to 4 of sixteen are bots: they commit in the first block in which they can, before any
/// model has thought. Before seats were drawn they had as many as there were.
#[test]
fn bots_should_have_their_part_of_the_seats_and_no_more() {
    let mut chain = chain(DEV_PRESET);
    // Too little to be absent from: nobody leaves the roster.
    let (mut taken, rounds, seats, reward) = (0, 24, 7, WAG / 2);
    for _ in 0..rounds {
        let round = ask(&mut chain, reward, seats);
        for _ in 0..DRAW_BLOCKS {
            chain.block_of(vec![]);
        }
        let acts: Vec<_> = (0..5)
            .map(Agent::dev)
            .flat_map(|bot| {
                let duties = bot.duties(&mut chain);
                duties
                    .into_iter()
                    .filter(|duty| duty.round() == round)
                    .map(|duty| bot.act_on(&mut chain, duty, "0", "0"))
                    .collect::<Vec<_>>()
            })
            .collect();
        taken += acts.len();
        chain.block_of(acts.into_iter().map(transaction).collect());
        // It is left alone, and ends by its deadlines.
        chain.skip(1_000);
        for _ in 0..4 {
            chain.block_of(vec![]);
        }
    }
    let fair = f64::from(rounds * seats) * 5.0 / 16.0;
    // A round's count spreads by .95.
    let spread = (f64::from(rounds) * 7.0 * (5.0 / 16.0) * (11.0 / 16.0) * (9.0 / 15.0)).sqrt();
    eprintln!("bots: {taken} of {} seats; their part is {fair}", rounds * seats);
    assert!((taken as f64 - fair).abs() < 4.0 * spread, "{taken} seats, and {fair} were fair");
}
