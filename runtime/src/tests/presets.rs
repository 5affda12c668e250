//! The chains of the presets start, with what they promise.

use super::chain::{genesis, genesis_state};
use crate::{
    configs::money::TreasuryAccount, genesis_config_presets::*, Agents, Audits, Babe, Balances,
    Domains, Grandpa, Ratings, Runtime, Session, Validators, AGENT_BOND, DEFAULT_SLOT_MS,
    DOMAIN_EPOCH_BLOCKS, EXISTENTIAL_DEPOSIT, MIN_SLOT_MS, PRESET_SLOT_MS, VALIDATOR_BOND,
};
use frame_support::traits::Get;
use sp_keyring::Sr25519Keyring;
use waggle_primitives::domain::GENERAL;

#[test]
fn presets_should_have_their_validators_agents_and_funds() {
    let alice = Some(Sr25519Keyring::Alice);
    for (preset, validators, sudo) in
        [(DEV_PRESET, 1, alice), (LOCAL_PRESET, 4, alice), (GOVERNED_PRESET, 4, None)]
    {
        genesis_state(genesis(preset, |_| ())).unwrap().execute_with(|| {
            assert_eq!(Babe::authorities().len(), validators, "{preset}");
            assert_eq!(Grandpa::grandpa_authorities().len(), validators);
            assert_eq!(Babe::slot_duration(), PRESET_SLOT_MS);
            assert_eq!(
                pallet_sudo::Key::<Runtime>::get(),
                sudo.map(|account| account.to_account_id())
            );
            let committee = pallet_collective::Members::<Runtime>::get();
            assert_eq!(committee.len(), 3);
            for member in [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie] {
                assert!(committee.contains(&member.to_account_id()));
            }
            assert!(Balances::free_balance(TreasuryAccount::get()) > 0);
            assert_eq!(Balances::free_balance(Validators::pot()), EXISTENTIAL_DEPOSIT);
            for validator in Session::validators() {
                assert_eq!(Balances::reserved_balance(&validator), VALIDATOR_BOND);
                assert!(Balances::free_balance(&validator) > VALIDATOR_BOND);
            }
            Validators::do_try_state().unwrap();
            assert_eq!(Audits::audits(), vec![], "nobody has a sentence model by default");
            assert_eq!(crate::Rounds::protocol_constants().epoch_blocks, DOMAIN_EPOCH_BLOCKS);
            let members = Domains::members::<Ratings>(GENERAL, None, u32::MAX);
            let mut agents: Vec<_> = members
                .into_iter()
                .inspect(|(_, member)| assert_eq!((member.since, member.absences), (0, None)))
                .filter_map(|(owner, _)| Agents::view(&owner))
                .collect();
            agents.sort_by_key(|agent| agent.owner.clone());
            let mut expected: Vec<_> =
                (0..DEV_AGENTS).map(|agent| (dev_owner(agent), dev_agent_key(agent))).collect();
            expected.sort();
            assert_eq!(
                agents.iter().map(|agent| (agent.owner.clone(), agent.key)).collect::<Vec<_>>(),
                expected
            );
            for agent in agents {
                assert!(!agent.retired);
                assert_eq!(Balances::reserved_balance(&agent.owner), AGENT_BOND);
                assert!(Balances::free_balance(&agent.owner) > AGENT_BOND);
            }
        });
    }
}

#[test]
fn presets_should_be_the_listed_ones() {
    let listed = [DEV_PRESET, LOCAL_PRESET, GOVERNED_PRESET];
    assert_eq!(preset_names(), listed.map(sp_genesis_builder::PresetId::from));
    assert_eq!(get_preset(&"honey".into()), None);
}

#[test]
fn validators_should_begin_without_bonds_when_they_cannot_pay() {
    let rich = Sr25519Keyring::Alice.to_account_id();
    let json = genesis(LOCAL_PRESET, |genesis| {
        for account in genesis["balances"]["balances"].as_array_mut().unwrap() {
            if account[0] != serde_json::to_value(&rich).unwrap() {
                account[1] = serde_json::to_value(VALIDATOR_BOND).unwrap();
            }
        }
    });
    genesis_state(json).unwrap().execute_with(|| {
        let held: Vec<_> = Session::validators().iter().map(Balances::reserved_balance).collect();
        assert_eq!(held, [VALIDATOR_BOND, 0, 0, 0]);
        assert_eq!(pallet_waggle_validators::Validators::<Runtime>::get().len(), 4);
        Validators::do_try_state().unwrap();
    });
}

#[test]
fn slot_duration_should_come_from_the_genesis() {
    for slot in [MIN_SLOT_MS, 500, 6_000] {
        let json = genesis(DEV_PRESET, |genesis| genesis["slots"]["slotDurationMs"] = slot.into());
        genesis_state(json).unwrap().execute_with(|| {
            assert_eq!(Babe::slot_duration(), slot);
            assert_eq!(<Runtime as pallet_babe::Config>::ExpectedBlockTime::get(), slot);
            assert_eq!(<Runtime as pallet_timestamp::Config>::MinimumPeriod::get(), slot / 2);
            assert_eq!(crate::Rounds::protocol_constants().slot_ms, slot);
        });
    }
}

#[test]
fn slot_duration_should_be_the_default_when_the_genesis_says_nothing() {
    let default = serde_json::to_value(crate::RuntimeGenesisConfig::default()).unwrap();
    assert_eq!(default["slots"]["slotDurationMs"], DEFAULT_SLOT_MS);
}

#[test]
fn epochs_and_audited_domains_should_come_from_the_genesis() {
    let embedder = vec![7; 32];
    let terms = serde_json::json!({ "embedder": embedder, "dimensions": 384 });
    let json = genesis(DEV_PRESET, |genesis| {
        genesis["domains"]["epochBlocks"] = 40.into();
        genesis["audits"]["audited"] = serde_json::json!([[GENERAL, terms]]);
    });
    genesis_state(json).unwrap().execute_with(|| {
        assert_eq!(crate::Rounds::protocol_constants().epoch_blocks, 40);
        let audits = Audits::audits();
        let [audit] = &audits[..] else { panic!("{audits:?}") };
        assert_eq!((audit.domain, audit.embedder, audit.dimensions), (GENERAL, [7; 32], 384));
        crate::System::set_block_number(81);
        assert_eq!(Domains::epoch(), 2);
    });
}

#[test]
fn epochs_should_have_the_default_length_when_the_genesis_says_nothing() {
    let default = serde_json::to_value(crate::RuntimeGenesisConfig::default()).unwrap();
    assert_eq!(default["domains"]["epochBlocks"], 0);
}

#[test]
#[should_panic(expected = "at least 100")]
fn genesis_should_be_refused_when_slots_are_too_short() {
    let _ = genesis_state(genesis(DEV_PRESET, |genesis| {
        genesis["slots"]["slotDurationMs"] = (MIN_SLOT_MS - 1).into()
    }));
}
