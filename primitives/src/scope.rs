//! The scope of a round: what agents' acts and seals cover in addition to its number, as a hash of
//! what the round is about.
//!
//! Out of scope: rounds that began under spec version 2 or before. What is bound to the chain alone
//! has no parts.

use crate::{
    domain::{DomainId, GENERAL},
    types::{Grade, Hash32, RoundTerms},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_crypto_hashing::blake2_256;

/// What the scope of a round is made of, besides the chain.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct ScopeParts<AccountId> {
    /// Who asked and pays.
    pub client: AccountId,
    /// The client's terms.
    pub terms: RoundTerms<u128>,
    /// Blake2b-256 of the prompt.
    pub prompt_hash: Hash32,
    /// `None` for answers; for grades the seed of the assignment.
    pub seed: Option<Hash32>,
    /// The domain whose members may answer.
    pub domain: DomainId,
}

impl<AccountId: Encode> ScopeParts<AccountId> {
    /// The scope on the chain with this genesis hash: `blake2_256("waggle/scope" ‖ genesis ‖
    /// client ‖ terms ‖ prompt hash ‖ seed ‖ domain ‖ minimum score)`. There is no domain if that
    /// is the general one, and no minimum score if that is 0, as in rounds of before there were
    /// others. No two rounds that differ have the same bytes: of what may be missing, a domain has
    /// four and a minimum score two.
    pub fn hash(&self, genesis: &Hash32) -> Hash32 {
        let Self { client, terms, prompt_hash, seed, domain } = self;
        let RoundTerms { reward, answering_blocks, min_agents, max_agents, min_score } = terms;
        let terms = (reward, answering_blocks, min_agents, max_agents);
        let mut scope = (b"waggle/scope", genesis, client, terms, prompt_hash, seed).encode();
        if *domain != GENERAL {
            domain.encode_to(&mut scope);
        }
        if *min_score != Grade::MIN {
            min_score.encode_to(&mut scope);
        }
        blake2_256(&scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> ScopeParts<[u8; 32]> {
        ScopeParts {
            client: [9; 32],
            terms: RoundTerms {
                reward: 20_000_000_000_000,
                answering_blocks: 40,
                min_agents: 3,
                max_agents: 7,
                min_score: Grade::MIN,
            },
            prompt_hash: blake2_256(b"37+12"),
            seed: None,
            domain: GENERAL,
        }
    }

    /// Computed by hand with another implementation of Blake2b: what agents signed before stays
    /// signed.
    #[test]
    fn scopes_should_be_what_they_were() {
        let hex = |parts: ScopeParts<[u8; 32]>| {
            format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&parts.hash(&[1; 32])))
        };
        let (seed, domain) = (Some([3; 32]), 5);
        for (parts, expected) in [
            (parts(), "8be5eb993fb5703447b6c9ee158603494af1c63f915f4d681e24949196c97735"),
            (
                ScopeParts { seed, ..parts() },
                "bf7e34b053c8dc721ef4dfc52e280457037448a643098621f6a7a79b837a9638",
            ),
            (
                ScopeParts { domain, ..parts() },
                "d9d6f07b3cfa57d29c76be642c447408e108c5ff23d5885fac4c1d45686e5f3a",
            ),
            (
                ScopeParts { seed, domain, ..parts() },
                "b315f9e0538d9bc9832814aedeb7a775152b1511eede9a0302e3d40dde6222ef",
            ),
        ] {
            assert_eq!(hex(parts), expected);
        }
    }

    #[test]
    fn every_part_should_make_another_scope() {
        let terms = |reward, min_score| RoundTerms { reward, min_score, ..parts().terms };
        let (reward, floor) = (parts().terms.reward, Grade::MAX);
        let others = [
            ScopeParts { client: [8; 32], ..parts() },
            ScopeParts { terms: terms(reward + 1, Grade::MIN), ..parts() },
            ScopeParts { terms: terms(reward, floor), ..parts() },
            ScopeParts { prompt_hash: [0; 32], ..parts() },
            ScopeParts { seed: Some([0; 32]), ..parts() },
            ScopeParts { domain: 1, ..parts() },
        ];
        for other in others {
            assert_ne!(other.hash(&[1; 32]), parts().hash(&[1; 32]));
        }
        assert_ne!(parts().hash(&[2; 32]), parts().hash(&[1; 32]));
    }
}
