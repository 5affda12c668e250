//! What one account may do for another: proxies, multisig accounts, several calls at once.
//!
//! A proxy's calls are filtered by its [`ProxyType`], however deep they are nested: the filter goes
//! with the origin into the batches of `pallet_utility`. It does not go with a multisig, which
//! speaks for another account, so no restricted proxy may call one.

use crate::{constants::*, Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, System};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU128, ConstU32, InstanceFilter};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

/// What a proxy may do for the account that it stands for. Who sends the call pays its fee.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Run the account's agent: give it a new key, change what it declares, join domains, leave
    /// them, come back onto their rosters, claim what it answers with, offer it as an auditor. It
    /// moves no money, and takes no limit of stakes away. Not to register, retire or unbond the
    /// agent: an agent that is registered anew has no limits, and one that has retired has no way
    /// back.
    Agents,
    /// Ask questions with the account's money, and withdraw them.
    Ask,
    /// Vote, delegate votes, submit referenda and what they are about, and sit in the committee:
    /// with the account's money as deposits and behind its votes.
    Governance,
    /// Reject what the account's other proxies have announced.
    CancelProxy,
}

/// Whether this is several calls at once: each of them is filtered by itself.
fn is_batch(call: &RuntimeCall) -> bool {
    use pallet_utility::Call;
    matches!(
        call,
        RuntimeCall::Utility(
            Call::batch { .. } | Call::batch_all { .. } | Call::force_batch { .. }
        )
    )
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        use pallet_proxy::Call as ProxyCall;
        use pallet_waggle_agents::Call as AgentsCall;
        use pallet_waggle_audits::Call as AuditsCall;
        use pallet_waggle_domains::Call as DomainsCall;
        use pallet_waggle_rounds::Call as RoundsCall;
        match self {
            Self::Any => true,
            _ if is_batch(call) => true,
            Self::Agents => matches!(
                call,
                RuntimeCall::Agents(AgentsCall::rotate_key { .. } | AgentsCall::set_profile { .. })
                    | RuntimeCall::Domains(
                        DomainsCall::join { .. }
                            | DomainsCall::leave { .. }
                            | DomainsCall::rejoin { .. }
                            | DomainsCall::claim { .. }
                    )
                    | RuntimeCall::Audits(
                        AuditsCall::offer { .. } | AuditsCall::withdraw_offer { .. }
                    )
            ),
            Self::Ask => matches!(
                call,
                RuntimeCall::Rounds(RoundsCall::submit { .. } | RoundsCall::withdraw { .. })
            ),
            Self::Governance => matches!(
                call,
                RuntimeCall::ConvictionVoting(_)
                    | RuntimeCall::Referenda(_)
                    | RuntimeCall::Preimage(_)
                    | RuntimeCall::TechnicalCommittee(_)
            ),
            Self::CancelProxy => {
                matches!(call, RuntimeCall::Proxy(ProxyCall::reject_announcement { .. }))
            }
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        *self == Self::Any || self == other
    }
}

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    // The entry's key has 32 + 32 + 16 bytes of hashes and account, its value the time and place
    // of the first approval, the deposit and the depositor.
    type DepositBase = ConstU128<{ deposit(1, 144) }>;
    type DepositFactor = ConstU128<{ deposit(0, 32) }>;
    type MaxSignatories = ConstU32<MAX_SIGNATORIES>;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = System;
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    // The entry's key and the deposit in it; then the delegate, the type and the delay.
    type ProxyDepositBase = ConstU128<{ deposit(1, 64) }>;
    type ProxyDepositFactor = ConstU128<{ deposit(0, 37) }>;
    type MaxProxies = ConstU32<MAX_PROXIES>;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = ConstU32<MAX_PROXIES>;
    type CallHasher = BlakeTwo256;
    // The same, with the account, the call's hash and the block of each announcement.
    type AnnouncementDepositBase = ConstU128<{ deposit(1, 64) }>;
    type AnnouncementDepositFactor = ConstU128<{ deposit(0, 68) }>;
    type BlockNumberProvider = System;
}
