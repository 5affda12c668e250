//! How a command names an agent: by its owner's address or by its agent key.

use crate::{AccountId, Failure};
use std::str::FromStr;
use waggle_primitives::AgentKey;

/// An agent, as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The agent of this owner.
    Owner(AccountId),
    /// The agent with this key.
    Key(AgentKey),
}

impl FromStr for Who {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let hexadecimal = text.strip_prefix("0x").unwrap_or(text);
        let mut key = [0; 32];
        if hexadecimal.len() == 64 && hex::decode_to_slice(hexadecimal, &mut key).is_ok() {
            return Ok(Self::Key(AgentKey::from_raw(key)));
        }
        text.parse().map(Self::Owner).map_err(|_| Failure::Who(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_should_be_an_address_or_a_key_in_hex() {
        let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        assert_eq!(alice.parse::<Who>().unwrap(), Who::Owner(alice.parse().unwrap()));
        let key = "0a".repeat(32);
        let expected = Who::Key(AgentKey::from_raw([10; 32]));
        assert_eq!(key.parse::<Who>().unwrap(), expected);
        assert_eq!(format!("0x{key}").parse::<Who>().unwrap(), expected);
    }

    #[test]
    fn who_should_be_refused_when_it_is_neither() {
        for text in ["", "alice", "0x0a", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"] {
            assert!(matches!(text.parse::<Who>(), Err(Failure::Who(_))), "{text}");
        }
    }
}
