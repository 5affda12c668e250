//! Validators of the chain `local` bond, join, are paid, leave and rotate their keys, over whole
//! sessions.

use super::{chain::Chain, client::Client};
use crate::{
    AccountId, Babe, Balance, Balances, Block, Grandpa, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeHoldReason, Session, SessionKeys, Validators, EPOCH_SLOTS, EXISTENTIAL_DEPOSIT,
    KEY_DEPOSIT, REPORT_SESSIONS, VALIDATOR_BOND, WAG,
};
use codec::{Decode, Encode};
use frame_support::traits::fungible::InspectHold;
use sp_core::{ed25519, proof_of_possession::ProofOfPossessionGenerator, sr25519, Pair};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::DispatchError;
use sp_session::runtime_decl_for_session_keys::SessionKeys as SessionKeysApi;
use Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};

/// The accounts of well-known names.
pub(crate) fn accounts(names: &[Sr25519Keyring]) -> Vec<AccountId> {
    names.iter().map(|name| name.to_account_id()).collect()
}

/// A call as root.
pub(crate) fn as_root(chain: &mut Chain, call: impl Into<RuntimeCall>) -> Vec<RuntimeEvent> {
    let call = pallet_sudo::Call::sudo { call: Box::new(call.into()) };
    let transaction = chain.signed(Alice, call);
    let events = chain.block_of(vec![transaction]);
    let done = events.iter().any(|event| {
        matches!(event, RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result: Ok(()) }))
    });
    assert!(done, "the call as root failed: {events:?}");
    events
}

/// Put the validator's bond on hold, or what an offence has cost of it.
pub(crate) fn bond(chain: &mut Chain, name: Sr25519Keyring) {
    let transaction = chain.signed(name, pallet_waggle_validators::Call::<Runtime>::bond {});
    chain.block_of(vec![transaction]);
}

/// What is on hold as the validator's bond.
pub(crate) fn held(chain: &mut Chain, name: Sr25519Keyring) -> Balance {
    chain.ask(|| {
        let reason = pallet_waggle_validators::HoldReason::ValidatorBond.into();
        Balances::balance_on_hold(&reason, &name.to_account_id())
    })
}

/// Add a validator as root.
pub(crate) fn add(chain: &mut Chain, name: Sr25519Keyring) {
    as_root(
        chain,
        pallet_waggle_validators::Call::add_validator { validator: name.to_account_id() },
    );
}

/// New session keys that the secret `seed` yields, with the proof that `owner` has them: what
/// `author_rotateKeysWithOwner` asks the runtime for.
fn new_keys(chain: &mut Chain, owner: Sr25519Keyring, seed: &str) -> (SessionKeys, Vec<u8>) {
    chain.storage().register_extension(KeystoreExt::new(MemoryKeystore::new()));
    let owner = owner.to_account_id().encode();
    let generated = chain.ask(|| {
        <Runtime as SessionKeysApi<Block>>::generate_session_keys(owner, Some(seed.into()))
    });
    let keys = SessionKeys::decode(&mut &generated.keys[..]).unwrap();
    let babe = sr25519::Pair::from_string(seed, None).unwrap().public();
    let grandpa = ed25519::Pair::from_string(seed, None).unwrap().public();
    assert_eq!(keys, SessionKeys { babe: babe.into(), grandpa: grandpa.into() });
    (keys, generated.proof)
}

/// Have `owner` set new session keys that the secret `seed` yields.
fn set_keys(chain: &mut Chain, owner: Sr25519Keyring, seed: &str) {
    let (keys, proof) = new_keys(chain, owner, seed);
    let transaction = chain.signed(owner, pallet_session::Call::set_keys { keys, proof });
    chain.block_of(vec![transaction]);
}

/// The keys that BABE and GRANDPA go by.
fn authorities(chain: &mut Chain) -> (Vec<sr25519::Public>, Vec<ed25519::Public>) {
    chain.ask(|| {
        let authors =
            Babe::authorities().into_iter().map(|(key, _)| sr25519::Public::from(key)).collect();
        let voters = Grandpa::grandpa_authorities()
            .into_iter()
            .map(|(key, _)| ed25519::Public::from(key))
            .collect();
        (authors, voters)
    })
}

/// The keys of the well-known validators.
fn keys_of(names: &[Sr25519Keyring]) -> (Vec<sr25519::Public>, Vec<ed25519::Public>) {
    let voter = |name: &Sr25519Keyring| match name {
        Alice => Ed25519Keyring::Alice.public(),
        Bob => Ed25519Keyring::Bob.public(),
        Charlie => Ed25519Keyring::Charlie.public(),
        Dave => Ed25519Keyring::Dave.public(),
        other => panic!("{other} is no validator of the preset"),
    };
    (names.iter().map(|name| name.public()).collect(), names.iter().map(voter).collect())
}

/// The accounts of the set that governance decides.
pub(crate) fn set(chain: &mut Chain) -> Vec<AccountId> {
    let members = chain.ask(pallet_waggle_validators::Validators::<Runtime>::get);
    members.into_iter().map(|member| member.account).collect()
}

/// The validators of the running session.
pub(crate) fn sitting(chain: &mut Chain) -> Vec<AccountId> {
    chain.ask(Session::validators)
}

#[test]
fn a_session_should_be_an_epoch() {
    let mut chain = Chain::local();
    let first = chain.slot();
    for session in 1..=3 {
        chain.next_session();
        assert_eq!(chain.ask(Session::current_index), session);
        assert_eq!(chain.slot(), first + u64::from(session) * EPOCH_SLOTS);
        assert_eq!(authorities(&mut chain), keys_of(&[Alice, Bob, Charlie, Dave]));
        assert_eq!(chain.ask(Grandpa::current_set_id), 0, "nothing has changed");
    }
}

#[test]
fn a_validator_should_join_and_make_blocks_from_the_session_after_next() {
    let mut chain = Chain::local();
    set_keys(&mut chain, Eve, "//Eve//session");
    let held = chain.ask(|| {
        let reason = RuntimeHoldReason::Session(pallet_session::HoldReason::Keys);
        Balances::balance_on_hold(&reason, &Eve.to_account_id())
    });
    assert_eq!(held, KEY_DEPOSIT);
    bond(&mut chain, Eve);
    add(&mut chain, Eve);
    chain.next_session();
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Bob, Charlie, Dave]));
    assert_eq!(chain.ask(Grandpa::current_set_id), 0);
    chain.next_session();
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Bob, Charlie, Dave, Eve]));
    assert_eq!(chain.ask(Grandpa::current_set_id), 1);
    let (mut authors, mut voters) = keys_of(&[Alice, Bob, Charlie, Dave]);
    let pair = sr25519::Pair::from_string("//Eve//session", None).unwrap();
    authors.push(pair.public());
    voters.push(ed25519::Pair::from_string("//Eve//session", None).unwrap().public());
    assert_eq!(authorities(&mut chain), (authors, voters));

    chain.set_author(pair);
    chain.block_of(vec![]);
    assert!(chain.ask(Babe::author_vrf_randomness).is_some(), "BABE knows the author");
}

#[test]
fn a_validator_should_leave_from_the_session_after_next() {
    let mut chain = Chain::local();
    let validator = Bob.to_account_id();
    as_root(&mut chain, pallet_waggle_validators::Call::remove_validator { validator });
    chain.next_session();
    assert_eq!(authorities(&mut chain), keys_of(&[Alice, Bob, Charlie, Dave]));
    chain.next_session();
    assert_eq!(authorities(&mut chain), keys_of(&[Alice, Charlie, Dave]));
}

#[test]
fn membership_should_be_refused_to_all_but_root() {
    let mut chain = Chain::local();
    let add = pallet_waggle_validators::Call::add_validator { validator: Eve.to_account_id() };
    let remove =
        pallet_waggle_validators::Call::remove_validator { validator: Bob.to_account_id() };
    for call in [add, remove] {
        let transaction = chain.signed(Alice, call);
        assert_eq!(chain.block(vec![transaction]).0, [Ok(Err(DispatchError::BadOrigin))]);
    }
    assert_eq!(set(&mut chain), accounts(&[Alice, Bob, Charlie, Dave]));
}

#[test]
fn rotated_keys_should_make_blocks_from_the_session_after_next() {
    let mut chain = Chain::local();
    set_keys(&mut chain, Bob, "//Bob//second");
    chain.next_session();
    assert_eq!(authorities(&mut chain), keys_of(&[Alice, Bob, Charlie, Dave]));
    chain.next_session();
    let (mut authors, mut voters) = keys_of(&[Alice, Bob, Charlie, Dave]);
    let pair = sr25519::Pair::from_string("//Bob//second", None).unwrap();
    authors[1] = pair.public();
    voters[1] = ed25519::Pair::from_string("//Bob//second", None).unwrap().public();
    assert_eq!(authorities(&mut chain), (authors, voters));
    assert_eq!(chain.ask(Grandpa::current_set_id), 1);
    chain.set_author(pair);
    chain.block_of(vec![]);
    assert!(chain.ask(Babe::author_vrf_randomness).is_some(), "BABE knows the author");
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Bob, Charlie, Dave]));
}

#[test]
fn session_keys_should_be_refused_when_they_are_not_proved() {
    let mut chain = Chain::local();
    let (keys, proof) = new_keys(&mut chain, Eve, "//Eve//session");
    let (_, others_proof) = new_keys(&mut chain, Eve, "//Eve//other");
    // Proved for another account, with other keys, with nothing, with a byte too many.
    let long = [&proof[..], &[0]].concat();
    for (name, proof) in [(Dave, proof), (Eve, others_proof), (Eve, vec![]), (Eve, long)] {
        let transaction =
            chain.signed(name, pallet_session::Call::set_keys { keys: keys.clone(), proof });
        let refused = pallet_session::Error::<Runtime>::InvalidProof;
        assert_eq!(chain.block(vec![transaction]).0, [Ok(Err(refused.into()))], "{name}");
    }
    // Somebody else's keys: only Bob can prove them, and if he does so for Eve they are his still.
    let owner = Eve.to_account_id().encode();
    let babe = Bob.pair().generate_proof_of_possession(&owner);
    let proof = (babe, Ed25519Keyring::Bob.pair().generate_proof_of_possession(&owner)).encode();
    let keys =
        SessionKeys { babe: Bob.public().into(), grandpa: Ed25519Keyring::Bob.public().into() };
    let transaction = chain.signed(Eve, pallet_session::Call::set_keys { keys, proof });
    let refused = pallet_session::Error::<Runtime>::DuplicatedKey;
    assert_eq!(chain.block(vec![transaction]).0, [Ok(Err(refused.into()))]);
}

#[test]
fn a_validator_should_not_join_before_it_has_bonded() {
    let mut chain = Chain::local();
    set_keys(&mut chain, Eve, "//Eve//session");
    let validator = Eve.to_account_id();
    let refused = chain.ask(|| Validators::add_validator(crate::RuntimeOrigin::root(), validator));
    assert_eq!(refused, Err(pallet_waggle_validators::Error::<Runtime>::NotBonded.into()));
    bond(&mut chain, Eve);
    assert_eq!(held(&mut chain, Eve), VALIDATOR_BOND);
    add(&mut chain, Eve);
}

#[test]
fn a_validator_should_have_its_bond_back_when_nothing_can_be_proved_any_more() {
    let mut chain = Chain::local();
    let validator = Bob.to_account_id();
    as_root(&mut chain, pallet_waggle_validators::Call::remove_validator { validator });
    let unbond = |chain: &mut Chain| {
        let transaction = chain.signed(Bob, pallet_waggle_validators::Call::<Runtime>::unbond {});
        chain.block(vec![transaction]).0.remove(0).expect("Bob can pay the fee")
    };
    let refused = pallet_waggle_validators::Error::<Runtime>::StillValidator;
    assert_eq!(unbond(&mut chain), Err(refused.into()));
    // It sits in session 1.
    for _ in 0..1 + REPORT_SESSIONS {
        chain.next_session();
    }
    let refused = pallet_waggle_validators::Error::<Runtime>::BondLocked;
    assert_eq!(unbond(&mut chain), Err(refused.into()));
    chain.next_session();
    assert_eq!(held(&mut chain, Bob), VALIDATOR_BOND);
    assert_eq!(unbond(&mut chain), Ok(()));
    assert_eq!(held(&mut chain, Bob), 0);
}

#[test]
fn authors_should_share_fees_and_tips_by_their_blocks_when_the_session_is_over() {
    let mut chain = Chain::local();
    let issued = chain.ask(Balances::total_issuance);
    // The first block was Alice's.
    chain.set_author(Bob.pair());
    let remark = frame_system::Call::<Runtime>::remark { remark: vec![7] };
    let tipped = Client::known(Sr25519Keyring::Ferdie).sign(&mut chain, remark, 3 * WAG);
    chain.block_of(vec![tipped]);
    chain.block_of(vec![]);
    let pot = chain.ask(|| Balances::free_balance(Validators::pot())) - EXISTENTIAL_DEPOSIT;
    assert!(pot > 3 * WAG, "the tip, and half of the fee: {pot}");
    let free = |chain: &mut Chain| {
        chain.ask(|| [Alice, Bob, Charlie].map(|name| Balances::free_balance(name.to_account_id())))
    };
    let before = free(&mut chain);
    let events = chain.next_session();
    let of_block = pot / 3;
    let paid = pallet_waggle_validators::Event::ValidatorsPaid {
        session: 0,
        blocks: 3,
        amount: 3 * of_block,
    };
    assert!(events.contains(&RuntimeEvent::Validators(paid)), "{events:?}");
    let expected = [before[0] + of_block, before[1] + 2 * of_block, before[2]];
    assert_eq!(free(&mut chain), expected);
    // The first block of the new session counts for that.
    let authored: Vec<(AccountId, u32)> =
        chain.ask(|| pallet_waggle_validators::Authored::<Runtime>::iter().collect());
    assert_eq!(authored, [(Bob.to_account_id(), 1)]);
    assert_eq!(chain.ask(Balances::total_issuance), issued);
}
