//! Validators of the chain `local` contradict themselves: two blocks in one slot, two votes in one
//! round. The evidence is real, signed with their keys, and goes the way that a node sends it.

use super::{
    chain::Chain,
    validators::{accounts, add, as_root, bond, held, set, sitting},
};
use crate::{
    configs::money::TreasuryAccount, AccountId, Balance, Balances, Block, BlockNumber, Hash,
    Header, Runtime, RuntimeEvent, Session, UncheckedExtrinsic, REPORT_SESSIONS, VALIDATOR_BOND,
};
use codec::{Decode, Encode};
use finality_grandpa::{Message, Precommit, Prevote};
use pallet_waggle_validators::Event::{OffenderRemoved, OffenderSlashed};
use sp_consensus_babe::{digests::CompatibleDigestItem, runtime_decl_for_babe_api::BabeApi};
use sp_consensus_grandpa::{
    runtime_decl_for_grandpa_api::GrandpaApi, AuthoritySignature, Equivocation, RoundNumber, SetId,
};
use sp_core::{
    offchain::{testing::TestTransactionPoolExt, TransactionPoolExt},
    Pair,
};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{
    generic::DigestItem,
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
    Digest,
};
use sp_session::MembershipProof;
use Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};

/// What one offender of four loses: (3/4)² of its bond.
const ONE_OF_FOUR: Balance = VALIDATOR_BOND * 9 / 16;

type BabeEvidence = sp_consensus_babe::EquivocationProof<Header>;
type GrandpaEvidence = sp_consensus_grandpa::EquivocationProof<Hash, BlockNumber>;
type BabeError = pallet_babe::Error<Runtime>;
type GrandpaError = pallet_grandpa::Error<Runtime>;

/// A block of `author` in the slot of the newest block, sealed by `signer`. Blocks with different
/// `state` differ.
fn sealed(chain: &mut Chain, author: Sr25519Keyring, signer: Sr25519Keyring, state: u8) -> Header {
    let (slot, number) = (chain.slot(), chain.height());
    let pre_digest = chain.ask(|| Chain::pre_digest(&author.pair(), slot));
    let digest = Digest { logs: vec![DigestItem::babe_pre_digest(pre_digest)] };
    let (body, parent) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
    let mut header = Header::new(number, body, Hash::repeat_byte(state), parent, digest);
    let signature = signer.pair().sign(header.hash().as_ref());
    header.digest_mut().push(DigestItem::babe_seal(signature.into()));
    header
}

/// Two different blocks of `author` in the slot of the newest block.
fn two_blocks(chain: &mut Chain, author: Sr25519Keyring) -> BabeEvidence {
    BabeEvidence {
        offender: author.public().into(),
        slot: chain.slot().into(),
        first_header: sealed(chain, author, author, 1),
        second_header: sealed(chain, author, author, 2),
    }
}

/// The proof that the key with which `author` makes blocks is a validator's now.
fn owner_of(chain: &mut Chain, author: Sr25519Keyring) -> MembershipProof {
    let slot = chain.slot().into();
    let proof = chain.ask(|| {
        <Runtime as BabeApi<Block>>::generate_key_ownership_proof(slot, author.public().into())
    });
    proof.expect("the runtime makes proofs").decode().expect("it is a membership proof")
}

/// What a node submits that has seen `evidence`.
fn babe_report(
    chain: &mut Chain,
    evidence: BabeEvidence,
    owner: MembershipProof,
) -> UncheckedExtrinsic {
    let owner = sp_consensus_babe::OpaqueKeyOwnershipProof::new(owner.encode());
    submitted(chain, || {
        <Runtime as BabeApi<Block>>::submit_report_equivocation_unsigned_extrinsic(evidence, owner)
    })
}

/// What a node submits that has seen both blocks of `author` in the slot of the newest block.
fn babe_report_of(chain: &mut Chain, author: Sr25519Keyring) -> UncheckedExtrinsic {
    let (evidence, owner) = (two_blocks(chain, author), owner_of(chain, author));
    babe_report(chain, evidence, owner)
}

/// A vote of `voter` for one of two blocks.
fn prevote(
    voter: Ed25519Keyring,
    set: SetId,
    round: RoundNumber,
    target: u8,
) -> (Prevote<Hash, BlockNumber>, AuthoritySignature) {
    let vote = Prevote { target_hash: Hash::repeat_byte(target), target_number: 1 };
    let message = Message::Prevote(vote.clone());
    let signature = voter.sign(&sp_consensus_grandpa::localized_payload(round, set, &message));
    (vote, signature.into())
}

/// Two votes of `voter` in one round of the set `set`: for the blocks `targets`.
fn two_votes(
    voter: Ed25519Keyring,
    set: SetId,
    round: RoundNumber,
    targets: [u8; 2],
) -> GrandpaEvidence {
    let [first, second] = targets.map(|target| prevote(voter, set, round, target));
    let identity = voter.public().into();
    let equivocation =
        finality_grandpa::Equivocation { round_number: round, identity, first, second };
    GrandpaEvidence::new(set, Equivocation::Prevote(equivocation))
}

/// The proof that the key with which `voter` votes is a validator's now.
fn owner_of_vote(chain: &mut Chain, voter: Ed25519Keyring) -> MembershipProof {
    let proof = chain.ask(|| {
        <Runtime as GrandpaApi<Block>>::generate_key_ownership_proof(0, voter.public().into())
    });
    proof.expect("the runtime makes proofs").decode().expect("it is a membership proof")
}

/// What a node submits that has seen `evidence`.
fn grandpa_report(
    chain: &mut Chain,
    evidence: GrandpaEvidence,
    owner: MembershipProof,
) -> UncheckedExtrinsic {
    let owner = sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(owner.encode());
    submitted(chain, || {
        <Runtime as GrandpaApi<Block>>::submit_report_equivocation_unsigned_extrinsic(
            evidence, owner,
        )
    })
}

/// The one transaction that `submit` puts into the node's pool.
fn submitted(chain: &mut Chain, submit: impl FnOnce() -> Option<()>) -> UncheckedExtrinsic {
    let (pool, state) = TestTransactionPoolExt::new();
    chain.storage().register_extension(TransactionPoolExt::new(pool));
    assert_eq!(chain.ask(submit), Some(()));
    let transactions = std::mem::take(&mut state.write().transactions);
    assert_eq!(transactions.len(), 1);
    UncheckedExtrinsic::decode(&mut &transactions[0][..]).unwrap()
}

/// The same report, signed: anybody may send one, and pays if it is wrong.
fn signed_babe_report(
    chain: &mut Chain,
    evidence: BabeEvidence,
    owner: MembershipProof,
) -> UncheckedExtrinsic {
    let equivocation_proof = Box::new(evidence);
    chain.signed(
        Eve,
        pallet_babe::Call::report_equivocation { equivocation_proof, key_owner_proof: owner },
    )
}

/// As [`signed_babe_report`], of votes.
fn signed_grandpa_report(
    chain: &mut Chain,
    evidence: GrandpaEvidence,
    owner: MembershipProof,
) -> UncheckedExtrinsic {
    let equivocation_proof = Box::new(evidence);
    chain.signed(
        Eve,
        pallet_grandpa::Call::report_equivocation { equivocation_proof, key_owner_proof: owner },
    )
}

/// The accounts of the running session that are disabled.
fn disabled(chain: &mut Chain) -> Vec<AccountId> {
    chain.ask(|| {
        let (sitting, disabled) = (Session::validators(), Session::disabled_validators());
        disabled.into_iter().map(|index| sitting[index as usize].clone()).collect()
    })
}

/// Assert that the offence of `offender` that `events` tell of has its consequences.
#[track_caller]
fn assert_punished(
    chain: &mut Chain,
    offender: Sr25519Keyring,
    kind: &[u8; 16],
    events: &[RuntimeEvent],
) {
    let (validator, now) = (offender.to_account_id(), chain.ask(Session::current_index));
    let offence = |event: &&RuntimeEvent| match event {
        RuntimeEvent::Offences(pallet_offences::Event::Offence { kind: found, .. }) => {
            found == kind
        }
        _ => false,
    };
    assert_eq!(events.iter().filter(offence).count(), 1, "{events:?}");
    let slashed = RuntimeEvent::Validators(OffenderSlashed {
        validator: validator.clone(),
        amount: ONE_OF_FOUR,
    });
    assert!(events.contains(&slashed), "{events:?}");
    assert_eq!(held(chain, offender), VALIDATOR_BOND - ONE_OF_FOUR);
    let removed =
        RuntimeEvent::Validators(OffenderRemoved { validator: validator.clone(), until: now + 1 });
    assert!(events.contains(&removed), "{events:?}");
    let stopped = pallet_session::Event::ValidatorDisabled { validator: validator.clone() };
    assert!(events.contains(&RuntimeEvent::Session(stopped)), "{events:?}");
    assert_eq!(disabled(chain), std::slice::from_ref(&validator));
    assert!(!set(chain).contains(&validator));
    assert!(sitting(chain).contains(&validator));
}

#[test]
fn two_blocks_in_a_slot_should_disable_their_author_and_cost_it_its_place() {
    let mut chain = Chain::local();
    let report = babe_report_of(&mut chain, Bob);
    let valid = chain.validate_from(TransactionSource::Local, report.clone()).unwrap();
    assert!(!valid.propagate, "nodes keep reports to themselves until they make a block");
    let events = chain.block_of(vec![report]);
    assert_punished(&mut chain, Bob, b"babe:equivocatio", &events);

    chain.next_session();
    assert_eq!(disabled(&mut chain), accounts(&[Bob]), "it sits for one more session");
    chain.next_session();
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Charlie, Dave]));
    assert_eq!(disabled(&mut chain), []);
}

#[test]
fn two_votes_in_a_round_should_disable_their_voter_and_cost_it_its_place() {
    let mut chain = Chain::local();
    let owner = owner_of_vote(&mut chain, Ed25519Keyring::Charlie);
    let report =
        grandpa_report(&mut chain, two_votes(Ed25519Keyring::Charlie, 0, 5, [1, 2]), owner);
    assert!(chain.validate_from(TransactionSource::Local, report.clone()).is_ok());
    let events = chain.block_of(vec![report]);
    assert_punished(&mut chain, Charlie, b"grandpa:equivoca", &events);
}

#[test]
fn two_precommits_in_a_round_should_count_as_two_votes() {
    let mut chain = Chain::local();
    let owner = owner_of_vote(&mut chain, Ed25519Keyring::Charlie);
    let [first, second] = [1, 2].map(|target| {
        let vote = Precommit { target_hash: Hash::repeat_byte(target), target_number: 1u32 };
        let payload =
            sp_consensus_grandpa::localized_payload(5, 0, &Message::Precommit(vote.clone()));
        (vote, Ed25519Keyring::Charlie.sign(&payload).into())
    });
    let identity = Ed25519Keyring::Charlie.public().into();
    let equivocation = finality_grandpa::Equivocation { round_number: 5, identity, first, second };
    let report = grandpa_report(
        &mut chain,
        GrandpaEvidence::new(0, Equivocation::Precommit(equivocation)),
        owner,
    );
    let events = chain.block_of(vec![report]);
    assert_punished(&mut chain, Charlie, b"grandpa:equivoca", &events);
}

#[test]
#[should_panic(expected = "is disabled and should not be attempting to author blocks")]
fn a_disabled_validator_should_make_no_blocks() {
    let mut chain = Chain::local();
    let report = babe_report_of(&mut chain, Bob);
    chain.block_of(vec![report]);
    chain.set_author(Bob.pair());
    chain.block_of(vec![]);
}

#[test]
fn a_signed_report_should_be_free_when_it_is_right() {
    let mut chain = Chain::local();
    let before = chain.ask(|| Balances::free_balance(Eve.to_account_id()));
    let (evidence, owner) = (two_blocks(&mut chain, Bob), owner_of(&mut chain, Bob));
    let report = signed_babe_report(&mut chain, evidence, owner.clone());
    let events = chain.block_of(vec![report]);
    assert_punished(&mut chain, Bob, b"babe:equivocatio", &events);
    assert_eq!(chain.ask(|| Balances::free_balance(Eve.to_account_id())), before);
}

#[test]
fn an_offence_should_be_provable_in_later_sessions_until_it_is_too_old() {
    let mut chain = Chain::local();
    let evidence: Vec<_> = [Bob, Charlie].map(|author| two_blocks(&mut chain, author)).into();
    let owners: Vec<_> = [Bob, Charlie].map(|author| owner_of(&mut chain, author)).into();
    let votes = two_votes(Ed25519Keyring::Dave, 0, 5, [1, 2]);
    let voter = owner_of_vote(&mut chain, Ed25519Keyring::Dave);
    for _ in 0..REPORT_SESSIONS {
        chain.next_session();
    }
    let report = babe_report(&mut chain, evidence[0].clone(), owners[0].clone());
    let events = chain.block_of(vec![report]);
    assert_punished(&mut chain, Bob, b"babe:equivocatio", &events);

    chain.next_session();
    let stale = babe_report(&mut chain, evidence[1].clone(), owners[1].clone());
    let refused = TransactionValidityError::from(InvalidTransaction::BadProof);
    assert_eq!(chain.block(vec![stale]).0, [Err(refused)]);
    let stale = grandpa_report(&mut chain, votes, voter);
    assert_eq!(chain.block(vec![stale]).0, [Err(refused)]);
}

#[test]
fn a_second_report_should_be_refused_when_its_offender_is_dealt_with() {
    let mut chain = Chain::local();
    let (first, owner) = (two_blocks(&mut chain, Bob), owner_of(&mut chain, Bob));
    chain.block_of(vec![]);
    let (second, votes) =
        (two_blocks(&mut chain, Bob), two_votes(Ed25519Keyring::Bob, 0, 5, [1, 2]));
    let voter = owner_of_vote(&mut chain, Ed25519Keyring::Bob);
    let report = babe_report(&mut chain, first.clone(), owner.clone());
    chain.block_of(vec![report]);

    let stale = Err(TransactionValidityError::from(InvalidTransaction::Stale));
    for evidence in [first, second] {
        let report = babe_report(&mut chain, evidence.clone(), owner.clone());
        assert_eq!(chain.validate_from(TransactionSource::Local, report.clone()).map(drop), stale);
        assert_eq!(chain.block(vec![report]).0, [stale.map(Ok)]);
        let report = signed_babe_report(&mut chain, evidence, owner.clone());
        assert_eq!(
            chain.block(vec![report]).0,
            [Ok(Err(BabeError::DuplicateOffenceReport.into()))]
        );
    }
    let report = grandpa_report(&mut chain, votes.clone(), voter.clone());
    assert_eq!(chain.block(vec![report]).0, [stale.map(Ok)]);
    let report = signed_grandpa_report(&mut chain, votes, voter);
    assert_eq!(chain.block(vec![report]).0, [Ok(Err(GrandpaError::DuplicateOffenceReport.into()))]);
    assert_eq!(chain.ask(|| pallet_offences::Reports::<Runtime>::iter().count()), 1);
}

#[test]
fn an_offender_should_come_back_when_root_adds_it() {
    let mut chain = Chain::local();
    let report = babe_report_of(&mut chain, Bob);
    chain.block_of(vec![report]);
    bond(&mut chain, Bob);
    add(&mut chain, Bob);
    chain.next_session();
    assert_eq!(disabled(&mut chain), accounts(&[Bob]));
    chain.next_session();
    assert_eq!(disabled(&mut chain), []);
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Charlie, Dave, Bob]));
    chain.set_author(Bob.pair());
    chain.block_of(vec![]);
}

#[test]
fn one_of_two_offenders_of_four_should_be_disabled_and_both_should_leave() {
    let mut chain = Chain::local();
    for offender in [Bob, Charlie] {
        let report = babe_report_of(&mut chain, offender);
        chain.block_of(vec![report]);
    }
    assert_eq!(disabled(&mut chain), accounts(&[Bob]));
    chain.next_session();
    chain.next_session();
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Dave]));
}

#[test]
fn two_who_make_two_blocks_in_one_slot_should_lose_their_whole_bonds() {
    let mut chain = Chain::local();
    let issued = chain.ask(Balances::total_issuance);
    let treasury = chain.ask(|| Balances::free_balance(TreasuryAccount::get()));
    let evidence: Vec<_> = [Bob, Charlie].map(|author| two_blocks(&mut chain, author)).into();
    for (evidence, offender) in evidence.into_iter().zip([Bob, Charlie]) {
        let owner = owner_of(&mut chain, offender);
        let report = babe_report(&mut chain, evidence, owner);
        chain.block_of(vec![report]);
    }
    for offender in [Bob, Charlie] {
        assert_eq!(held(&mut chain, offender), 0, "{offender}, whoever was reported first");
    }
    let gained = chain.ask(|| Balances::free_balance(TreasuryAccount::get())) - treasury;
    assert_eq!(gained, 2 * VALIDATOR_BOND);
    assert_eq!(chain.ask(Balances::total_issuance), issued);
}

#[test]
fn a_validator_that_left_should_lose_bond_when_it_is_found_out_later() {
    let mut chain = Chain::local();
    let validator = Bob.to_account_id();
    as_root(
        &mut chain,
        pallet_waggle_validators::Call::remove_validator { validator: validator.clone() },
    );
    chain.next_session();
    let (evidence, owner) = (two_blocks(&mut chain, Bob), owner_of(&mut chain, Bob));
    for _ in 0..REPORT_SESSIONS {
        chain.next_session();
    }
    assert_eq!(sitting(&mut chain), accounts(&[Alice, Charlie, Dave]));
    let report = babe_report(&mut chain, evidence, owner);
    let events = chain.block_of(vec![report]);
    let slashed = RuntimeEvent::Validators(OffenderSlashed { validator, amount: ONE_OF_FOUR });
    assert!(events.contains(&slashed), "{events:?}");
    assert_eq!(held(&mut chain, Bob), VALIDATOR_BOND - ONE_OF_FOUR);
    assert_eq!(disabled(&mut chain), []);
}

#[test]
fn reports_should_be_refused_when_they_come_unsigned_from_outside() {
    let mut chain = Chain::local();
    let owner = owner_of_vote(&mut chain, Ed25519Keyring::Charlie);
    let votes = grandpa_report(&mut chain, two_votes(Ed25519Keyring::Charlie, 0, 5, [1, 2]), owner);
    let blocks = babe_report_of(&mut chain, Bob);
    for report in [blocks, votes] {
        let refused = TransactionValidityError::from(InvalidTransaction::Call);
        assert_eq!(chain.validate(report).map(drop), Err(refused));
    }
}

#[test]
fn blocks_should_be_no_equivocation_when_the_evidence_is_false() {
    let mut chain = Chain::local();
    let owner = owner_of(&mut chain, Bob);
    let good = two_blocks(&mut chain, Bob);
    let same = BabeEvidence { second_header: good.first_header.clone(), ..good.clone() };
    let forged = BabeEvidence { second_header: sealed(&mut chain, Bob, Eve, 2), ..good.clone() };
    let others = BabeEvidence { second_header: sealed(&mut chain, Dave, Dave, 2), ..good.clone() };
    let misdated = BabeEvidence { slot: (chain.slot() + 1).into(), ..good.clone() };
    chain.block_of(vec![]);
    let later = BabeEvidence { second_header: sealed(&mut chain, Bob, Bob, 2), ..good };
    for evidence in [same, forged, others, misdated, later] {
        let report = signed_babe_report(&mut chain, evidence, owner.clone());
        let refused = BabeError::InvalidEquivocationProof;
        assert_eq!(chain.block(vec![report]).0, [Ok(Err(refused.into()))]);
    }
    assert_eq!(disabled(&mut chain), []);
}

#[test]
fn evidence_should_not_reach_the_pool_when_it_has_no_seals() {
    let mut chain = Chain::local();
    let mut evidence = two_blocks(&mut chain, Bob);
    for header in [&mut evidence.first_header, &mut evidence.second_header] {
        header.digest_mut().pop();
    }
    let owner = sp_consensus_babe::OpaqueKeyOwnershipProof::new(owner_of(&mut chain, Bob).encode());
    let (pool, state) = TestTransactionPoolExt::new();
    chain.storage().register_extension(TransactionPoolExt::new(pool));
    let submitted = chain.ask(|| {
        <Runtime as BabeApi<Block>>::submit_report_equivocation_unsigned_extrinsic(evidence, owner)
    });
    assert_eq!(submitted, None);
    assert!(state.read().transactions.is_empty());
}

#[test]
fn blocks_should_be_nobodys_when_the_proof_of_the_key_is_false() {
    let mut chain = Chain::local();
    let evidence = two_blocks(&mut chain, Bob);
    // Somebody else's; one that has lost a part; one of a session in which the slot was not; and
    // one of a stranger.
    let others = owner_of(&mut chain, Charlie);
    let whole = owner_of(&mut chain, Bob);
    let mut torn = whole.clone();
    torn.trie_nodes.pop();
    let mut miscounted = whole;
    miscounted.validator_count += 1;
    let strangers = owner_of(&mut chain, Eve);
    chain.next_session();
    let later = owner_of(&mut chain, Bob);
    for (number, owner) in [torn, miscounted, others, strangers, later].into_iter().enumerate() {
        let report = signed_babe_report(&mut chain, evidence.clone(), owner);
        let refused = BabeError::InvalidKeyOwnershipProof;
        assert_eq!(chain.block(vec![report]).0, [Ok(Err(refused.into()))], "proof {number}");
    }
    assert_eq!(disabled(&mut chain), []);
}

#[test]
fn votes_should_be_no_equivocation_when_the_evidence_is_false() {
    let mut chain = Chain::local();
    let (bob, charlie) = (Ed25519Keyring::Bob, Ed25519Keyring::Charlie);
    let owner = owner_of_vote(&mut chain, bob);
    let same = two_votes(bob, 0, 5, [1, 1]);
    // Signed for another round, and by another voter.
    let [first, another_round, forged] = [(bob, 5, 1), (bob, 6, 2), (charlie, 5, 2)]
        .map(|(voter, round, target)| prevote(voter, 0, round, target));
    let of = |second| {
        let (identity, first) = (bob.public().into(), first.clone());
        let equivocation =
            finality_grandpa::Equivocation { round_number: 5, identity, first, second };
        GrandpaEvidence::new(0, Equivocation::Prevote(equivocation))
    };
    // And of a set of voters that has not been yet.
    let future = two_votes(bob, 1, 5, [1, 2]);
    for (number, evidence) in [same, of(another_round), of(forged), future].into_iter().enumerate()
    {
        let report = signed_grandpa_report(&mut chain, evidence, owner.clone());
        let refused = GrandpaError::InvalidEquivocationProof;
        assert_eq!(chain.block(vec![report]).0, [Ok(Err(refused.into()))], "evidence {number}");
    }
    let others = owner_of_vote(&mut chain, charlie);
    let report = signed_grandpa_report(&mut chain, two_votes(bob, 0, 5, [1, 2]), others);
    assert_eq!(
        chain.block(vec![report]).0,
        [Ok(Err(GrandpaError::InvalidKeyOwnershipProof.into()))]
    );
    assert_eq!(disabled(&mut chain), []);
}

#[test]
fn votes_should_be_tied_to_their_set_of_voters_when_the_set_changes() {
    let mut chain = Chain::local();
    let bob = Ed25519Keyring::Bob;
    let of_first_set = owner_of_vote(&mut chain, bob);
    let validator = Dave.to_account_id();
    as_root(&mut chain, pallet_waggle_validators::Call::remove_validator { validator });
    chain.next_session();
    chain.next_session();
    let of_second_set = owner_of_vote(&mut chain, bob);
    for (set, owner) in [(0, of_second_set.clone()), (1, of_first_set)] {
        let report = signed_grandpa_report(&mut chain, two_votes(bob, set, 5, [1, 2]), owner);
        assert_eq!(
            chain.block(vec![report]).0,
            [Ok(Err(GrandpaError::InvalidEquivocationProof.into()))],
            "set {set}"
        );
    }
    let report = signed_grandpa_report(&mut chain, two_votes(bob, 1, 5, [1, 2]), of_second_set);
    chain.block_of(vec![report]);
    assert_eq!(set(&mut chain), accounts(&[Alice, Charlie]));
}
