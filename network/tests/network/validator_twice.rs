//! Two nodes with one validator's keys make two blocks in one slot. The other nodes notice, report
//! it, and the validator is disabled, loses bond and its place: no program but the nodes has a hand
//! in it. Before, another validator joins, and afterwards all are paid for the blocks that they
//! made ([`newcomer`]). What the new ones finalise is proven from genesis on ([`receipts`]).

use crate::{
    blocks::Node,
    faketime::Clock,
    faults::{
        ledger::{Ledger, Money},
        skipped,
        swarm::VALIDATORS,
    },
    newcomer::{self, BOND},
    receipts,
    scenario::{plan, start},
};
use std::time::{Duration, Instant};
use subxt::ext::scale_decode::{self, DecodeAsType};
use waggle_client::{
    account::{account_id, development},
    AccountId,
};
use waggle_local_network::{Plan, Preset, Surroundings};

/// How long the validator may have no slot, and the report no block.
const DEADLINE: Duration = Duration::from_secs(40);
/// The number of the validator that runs twice, Dave, among the authorities.
const DAVE: u32 = 3;

/// The event of this name.
#[derive(Debug, PartialEq, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct OffenderSlashed {
    validator: AccountId,
    amount: u128,
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn validator_should_be_disabled_and_lose_its_place_when_it_runs_twice() {
    let clock = Clock::find();
    let surroundings: Surroundings = clock.as_ref().map(Clock::surroundings).unwrap_or_default();
    let surroundings = VALIDATORS.map(|name| (name.to_owned(), surroundings.clone())).into();
    let roles = Vec::new();
    let plan = Plan { preset: Preset::Local, roles, surroundings, ..plan() };
    let mut network = start(plan).await;
    let alice = Node::connect(&network.url()).await;
    alice.until("the network begins", DEADLINE, |_, finalised| finalised >= 2).await;
    assert!(disabled(&alice).await.is_empty());
    assert_eq!(set(&alice).await, VALIDATORS.len());
    let session = match &clock {
        Ok(clock) => Some((clock, newcomer::join(&mut network, &alice, clock).await)),
        Err(reason) => {
            skipped("a validator joins and is paid", reason);
            None
        }
    };
    let sitting = VALIDATORS.len() + usize::from(session.is_some());
    assert_eq!(set(&alice).await, sitting);
    if session.is_some() {
        receipts::check_after_change(&network, sitting).await;
    }

    let (from, before) = (alice.best().await, Ledger::now(&network.url()).await);
    let dave = account_id(&development("//Dave").unwrap());
    let held = Money::of(&alice.chain, &dave).await.reserved;
    let begin = Instant::now();
    network.add_double("dave").await.unwrap();
    while disabled(&alice).await.is_empty() {
        network.check_running().unwrap();
        assert!(begin.elapsed() < DEADLINE, "nobody has reported it");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!("disabled {:.1} s after its second node was started", begin.elapsed().as_secs_f64());
    assert_eq!(disabled(&alice).await, vec![DAVE]);
    assert_eq!(set(&alice).await, sitting - 1);

    // Its nodes go on trying, and nobody takes what they make.
    let next = alice.best().await + 2;
    alice
        .until("the others go on", DEADLINE, |best, finalised| best > next + 20 && finalised > next)
        .await;
    for number in next..next + 20 {
        assert_ne!(alice.made(number).await.author, DAVE);
    }
    assert_eq!((disabled(&alice).await, set(&alice).await), (vec![DAVE], sitting - 1));

    // (3·k/n)² of the bond, once, for one of n.
    let amount = BOND * 9 / (sitting * sitting) as u128;
    let slashed = alice.events_since(from, "Validators", "OffenderSlashed").await;
    let slashed: Vec<OffenderSlashed> = slashed.into_iter().map(|(_, event)| event).collect();
    assert_eq!(slashed, [OffenderSlashed { validator: dave, amount }]);
    assert_eq!(held - Money::of(&alice.chain, &dave).await.reserved, amount);
    let after = Ledger::now(&network.url()).await;
    assert_eq!((after.issuance, before.held - after.held), (before.issuance, amount));
    if let Some((clock, began)) = session {
        newcomer::end_first_session(&alice, clock, began).await;
    }
    network.check_running().unwrap();
    network.stop().await;
}

/// The numbers of the disabled authorities.
async fn disabled(node: &Node) -> Vec<u32> {
    let disabled: Vec<(u32, u32)> =
        node.value("Session", "DisabledValidators").await.unwrap_or_default();
    disabled.into_iter().map(|(number, _severity)| number).collect()
}

/// How many validators governance has in its set.
async fn set(node: &Node) -> usize {
    let set: Vec<(AccountId, u32)> =
        node.value("Validators", "Validators").await.expect("there is a set");
    set.len()
}
