//! The chain on which the benchmarks run as tests.

use crate::{benchmarking::Setup, mock::*};
use frame_support::{
    assert_ok,
    traits::{fungible::Mutate, Get},
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use waggle_primitives::{registration::registration_payload, AgentKey, AGENT_KEY_TYPE};

/// A chain in block 1 without agents, with a keystore.
pub(crate) fn chain() -> sp_io::TestExternalities {
    let mut chain = chain_of(0);
    DrawBlocks::set(3);
    chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    // Each benchmark starts from what is committed.
    chain.commit_all().expect("a new chain has no open transaction");
    chain
}

impl Setup for Test {
    fn endow(account: &AccountId) {
        for account in [*account, TREASURY] {
            assert_ok!(Balances::mint_into(&account, 1_000_000_000_000));
        }
    }

    fn domain() -> DomainId {
        if pallet_waggle_domains::Founded::<Test>::count() == 0 {
            let title = b"a field".to_vec().try_into().unwrap();
            let founder = RuntimeOrigin::signed(STRANGER);
            assert_ok!(Domains::found(founder, title, Default::default(), Question::Closed));
        }
        1
    }

    fn register(owner: &AccountId, key: AgentKey) {
        let payload = registration_payload(&Rounds::genesis_hash(), owner);
        let proof = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &key, &payload)
            .expect("the keystore has the key");
        let (model, topics) = (vec![b'm'; 64], vec![b't'; 256]);
        let origin = RuntimeOrigin::signed(*owner);
        assert_ok!(Agents::register(
            origin,
            key,
            proof,
            model.try_into().unwrap(),
            topics.try_into().unwrap()
        ));
        assert_ok!(Domains::join(RuntimeOrigin::signed(*owner), Self::domain()));
    }

    fn fill_pool() {
        let (domain, balance) = (Self::domain(), 1_000_000);
        assert_ok!(Balances::mint_into(&Domains::pools_account(), balance));
        pallet_waggle_domains::Pools::<Test>::insert(
            domain,
            pallet_waggle_domains::Pool { balance, epoch: 2, rounds: 1_000 },
        );
    }

    fn has_served(owner: &AccountId) -> bool {
        pallet_waggle_domains::Served::<Test>::contains_key(Self::domain(), owner)
    }

    fn have_audited(owners: &[AccountId]) {
        Wanted::set((0..owners.len() as u32).collect());
    }

    fn max_absences() -> u32 {
        <Test as pallet_waggle_domains::Config>::MaxAbsences::get()
    }

    fn absence_period() -> u32 {
        <Test as pallet_waggle_domains::Config>::AbsencePeriod::get()
    }

    fn provide_randomness() {
        Randomness::set(Some([9; 32]));
    }
}
