//! An answer as the desk gives it, for unit tests.

use crate::desk::Answered;
use std::time::Duration;
use waggle_client::amount::{Amount, WAG};

/// The answer `text`, chosen in round 12.
pub(crate) fn answered(text: &str) -> Answered {
    Answered {
        round: 12,
        block: 345,
        block_hash: "0x1234".into(),
        finalised: false,
        winner: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".into(),
        text: text.into(),
        reward: Amount(20 * WAG),
        fee: Amount(WAG / 25),
        agents: 7,
        model: "scout".into(),
        elapsed: Duration::from_millis(12_500),
    }
}
