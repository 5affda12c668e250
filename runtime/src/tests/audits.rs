//! Audits on the real runtime: an agent that retires before it is judged, with the chain's bond,
//! epochs and delays. How samples are judged is tested in the pallet.

use super::chain::Chain;
use crate::{
    genesis_config_presets::dev_owner, Agents, Audits, Domains, Runtime, RuntimeOrigin, System,
    AGENT_BOND, DOMAIN_EPOCH_BLOCKS, SUSPENSION_BLOCKS, SUSPENSION_SLASH, UNBONDING_BLOCKS,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use pallet_waggle_agents::Error;
use pallet_waggle_audits::{AuditTerms, Leavers, Settled};
use pallet_waggle_domains::{Barred, Suspensions};
use waggle_primitives::{
    domain::GENERAL,
    lots::MAX_DRAW_BLOCKS,
    traits::{AuditedDomains, Bonds},
};

/// End a block, in which nothing else happens.
fn end_block(number: u32) {
    System::set_block_number(number);
    Audits::on_idle(number, Weight::MAX);
}

#[test]
fn who_retires_should_have_a_bond_when_it_is_judged_and_stay_barred_when_it_takes_it() {
    Chain::dev().ask(|| {
        let owner = dev_owner(0);
        let signed = || RuntimeOrigin::signed(owner.clone());
        let terms = AuditTerms { embedder: [1; 32], dimensions: 384 };
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), GENERAL, Some(terms)));
        end_block(1);
        assert_ok!(Agents::retire(signed()));

        // When what it answered before is judged at the latest, if blocks have room.
        let judged = 2 * DOMAIN_EPOCH_BLOCKS - 1;
        System::set_block_number(judged);
        assert_noop!(Agents::unbond(signed()), Error::<Runtime>::BondLocked);
        Domains::suspend(GENERAL, &owner);
        assert_eq!(Agents::slash(&owner, SUSPENSION_SLASH), SUSPENSION_SLASH * AGENT_BOND);

        System::set_block_number(1 + UNBONDING_BLOCKS);
        assert_ok!(Agents::unbond(signed()));
        assert!(!Domains::is_member(GENERAL, &owner));
        assert_eq!(Domains::suspended_since(GENERAL, &owner), Some(judged));
        assert_eq!(Leavers::<Runtime>::iter().count(), 1);
        Audits::do_try_state().expect("the invariants of audits hold");
        Domains::do_try_state().expect("the invariants of domains hold");

        // The epoch that was sampled then is passed over, once a committee could have been drawn.
        let next = 4 * DOMAIN_EPOCH_BLOCKS;
        (next..=next + MAX_DRAW_BLOCKS).for_each(end_block);
        assert_eq!(Leavers::<Runtime>::iter().count() + Settled::<Runtime>::iter().count(), 0);
        end_block(judged + SUSPENSION_BLOCKS - 1);
        assert_eq!(Domains::suspended_since(GENERAL, &owner), Some(judged));
        end_block(judged + SUSPENSION_BLOCKS);
        let kept = Suspensions::<Runtime>::iter().count() + Barred::<Runtime>::iter().count();
        assert_eq!(kept, 0);
    });
}
