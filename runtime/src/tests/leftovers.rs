//! What rounds leave in the state of the real runtime when their results are pruned: compared with
//! a chain on which nobody ever asked.

use super::{
    chain::Chain,
    swarm::{submit, transaction, Agent},
};
use crate::{
    AllPalletsWithSystem, Runtime, GRADING_BLOCKS, OPENING_ANSWERS_BLOCKS, OPENING_GRADES_BLOCKS,
    RESULT_RETENTION, WAG,
};
use frame_support::traits::StorageInfoTrait;
use sp_keyring::Sr25519Keyring;
use std::collections::BTreeMap;
use waggle_primitives::Act;

/// What a chain with rounds has more of than one without, and why.
const MAY_GROW: &[(&str, &str, &str)] = &[
    ("Rounds", "NextRound", "ids are never given twice"),
    ("Rounds", "CounterForRounds", "a zero is written out once the first round has come and gone"),
    ("Ratings", "Standings", "what is known of agents goes when they leave"),
    ("Ratings", "Pasts", "what is known of agents goes when they leave"),
];

/// Long enough to be found nowhere by chance.
const QUESTION: &str = "which of the following towns lies furthest north, and how do you know?";

fn answer(agent: u32) -> String {
    format!(
        "agent {agent} thinks it is Tromso, because of the midnight sun and what it read in an \
         atlas"
    )
}

/// Blocks in which every round must have come to its end.
fn longest_round() -> u32 {
    // Where nobody comes, answers have their time twice.
    2 * 40 + OPENING_ANSWERS_BLOCKS + GRADING_BLOCKS + OPENING_GRADES_BLOCKS + 5
}

/// All keys and values of the newest block's state.
fn state(chain: &mut Chain) -> Vec<(Vec<u8>, Vec<u8>)> {
    chain.ask(|| {
        let mut pairs = Vec::new();
        let mut last = Vec::new();
        while let Some(key) = sp_io::storage::next_key(&last) {
            let value = sp_io::storage::get(&key).expect("a listed key has a value").to_vec();
            pairs.push((key.clone(), value));
            last = key;
        }
        pairs
    })
}

/// Keys and bytes of each storage item but those that may grow, by pallet and item.
fn census(chain: &mut Chain) -> BTreeMap<(String, String), (usize, usize)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let items: Vec<_> = AllPalletsWithSystem::storage_info()
        .into_iter()
        .map(|info| (info.prefix, (text(&info.pallet_name), text(&info.storage_name))))
        .collect();
    let mut census = BTreeMap::<_, (usize, usize)>::new();
    for (key, value) in state(chain) {
        let item = items
            .iter()
            .find(|(prefix, _)| key.starts_with(prefix))
            .map(|(_, names)| names.clone());
        let size = census
            .entry(item.unwrap_or_else(|| (String::new(), format!("{key:02x?}"))))
            .or_default();
        size.0 += 1;
        size.1 += key.len() + value.len();
    }
    census.retain(|(pallet, item), _| {
        !MAY_GROW.iter().any(|(p, i, _)| (p, i) == (&pallet.as_str(), &item.as_str()))
    });
    census
}

fn is_in_state(chain: &mut Chain, bytes: &[u8]) -> bool {
    let contains = |text: &[u8]| text.windows(bytes.len()).any(|window| window == bytes);
    state(chain).iter().any(|(key, value)| contains(key) || contains(value))
}

/// The ciphertext of an agent's answer to round 0.
fn ciphertext(chain: &mut Chain, agent: u32) -> Vec<u8> {
    let Act::CommitAnswer { sealed, .. } =
        Agent::dev(agent).commit_answer(chain, 0, &answer(agent)).act
    else {
        unreachable!()
    };
    sealed.ciphertext.into_inner()
}

/// One block in which the first `count` agents do their first duty.
fn all_act(chain: &mut Chain, count: u32) {
    let acts: Vec<_> = (0..count)
        .filter_map(|agent| Agent::dev(agent).act(chain, &answer(agent), &answer(1)))
        .map(transaction)
        .collect();
    chain.block_of(acts);
}

/// Ask, and let five agents go this many steps; then wait until the round is over.
fn round(chain: &mut Chain, steps: u32) {
    let call = chain.signed(Sr25519Keyring::Bob, submit(QUESTION, WAG, 5));
    chain.block_of(vec![call]);
    for _ in 0..steps {
        all_act(chain, 5);
    }
    for _ in 0..longest_round() {
        chain.block_of(vec![]);
    }
    chain.ask(|| assert_eq!(pallet_waggle_rounds::Rounds::<Runtime>::count(), 0));
}

/// Let the retention of all results pass, and the hooks catch up with the blocks that were skipped.
fn outlast_results(chain: &mut Chain) {
    chain.skip(RESULT_RETENTION);
    for _ in 0..80 {
        chain.block_of(vec![]);
    }
    chain.ask(|| {
        let next = crate::System::block_number() + 1;
        assert_eq!(pallet_waggle_rounds::ExpiryCursor::<Runtime>::get(), next);
        assert_eq!(pallet_waggle_rounds::AgendaCursor::<Runtime>::get(), next);
    });
}

#[test]
fn state_should_be_that_of_a_chain_without_rounds_when_all_results_are_pruned() {
    let (mut chain, mut control) = (Chain::dev(), Chain::dev());
    // Settled, the first time by agents that were not on the roster before; settled for want of
    // grades; cancelled for want of openings, of answers.
    for steps in [4, 4, 3, 2, 1, 0] {
        round(&mut chain, steps);
    }
    while control.height() < chain.height() {
        control.block_of(vec![]);
    }
    assert_ne!(census(&mut chain), census(&mut control), "results are still there");
    outlast_results(&mut chain);
    outlast_results(&mut control);
    assert_eq!(chain.height(), control.height());
    let (mut left, mut expected) = (census(&mut chain), census(&mut control));
    // Whoever has come stays on the roster.
    let item = |name: &str| ("Domains".to_string(), name.to_string());
    assert_eq!(left.remove(&item("Rosters")).map(|size| size.0), Some(5));
    let keys = |size: Option<(usize, usize)>| size.map(|(keys, _)| keys);
    let members = |sizes: &mut BTreeMap<_, _>| keys(sizes.remove(&item("Memberships")));
    assert_eq!(members(&mut left), members(&mut expected), "they were members before");
    for (item, size) in &left {
        assert_eq!(Some(size), expected.get(item), "{item:?}");
    }
    assert_eq!(left.len(), expected.len());
    chain.ask(|| {
        // Only the second round was rated, all had members but the last.
        assert_eq!(pallet_waggle_ratings::Standings::<Runtime>::iter_keys().count(), 5);
        assert_eq!(pallet_waggle_ratings::Pasts::<Runtime>::iter_keys().count(), 5);
    });
}

#[test]
fn prompt_and_answers_should_not_outlive_their_round() {
    // Cancelled before anything was opened, and settled from each later phase.
    for steps in 0..=4 {
        let mut chain = Chain::dev();
        round(&mut chain, steps);
        let winner =
            chain.ask(|| pallet_waggle_rounds::Results::<Runtime>::get(0)).unwrap().winning_answer;
        assert_eq!(winner.is_some(), steps >= 2, "what was opened is paid");
        assert!(!is_in_state(&mut chain, QUESTION.as_bytes()), "the prompt, after {steps} steps");
        for agent in 0..5 {
            let sealed = ciphertext(&mut chain, agent);
            assert!(
                !is_in_state(&mut chain, &sealed),
                "what agent {agent} sealed, after {steps} steps"
            );
            let answer = answer(agent).into_bytes();
            let has_won = winner.as_ref().is_some_and(|winner| winner.to_vec() == answer);
            assert_eq!(
                is_in_state(&mut chain, &answer),
                has_won,
                "agent {agent}, after {steps} steps"
            );
        }
        outlast_results(&mut chain);
        assert!(
            (0..5).all(|agent| !is_in_state(&mut chain, answer(agent).as_bytes())),
            "the winning answer"
        );
    }
}
