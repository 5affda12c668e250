//! Where a chain's state has what receipts show: keys of the storage of pallets `Grandpa` and
//! `Rounds`.

use alloc::vec::Vec;
use codec::Encode;
use sp_crypto_hashing::{twox_128, twox_64};
use waggle_primitives::RoundId;

/// Who finalises blocks: `Grandpa.Authorities`.
pub fn voters() -> Vec<u8> {
    [twox_128(b"Grandpa"), twox_128(b"Authorities")].concat()
}

/// How a round ended: `Rounds.Results`.
pub fn result(round: RoundId) -> Vec<u8> {
    of_round(b"Results", round)
}

/// Which of its answers were equal: `Rounds.Candidacies`.
pub fn candidacies(round: RoundId) -> Vec<u8> {
    of_round(b"Candidacies", round)
}

/// The domain in which it was asked: `Rounds.AskedIn`.
pub fn asked_in(round: RoundId) -> Vec<u8> {
    of_round(b"AskedIn", round)
}

/// What an answer had to score: `Rounds.MinScores`.
pub fn min_score(round: RoundId) -> Vec<u8> {
    of_round(b"MinScores", round)
}

/// All that a receipt of `round` shows of its block's state.
pub fn of_result(round: RoundId) -> [Vec<u8>; 4] {
    [result(round), candidacies(round), asked_in(round), min_score(round)]
}

/// The key of a map by rounds, whose hasher is `Twox64Concat`.
fn of_round(map: &[u8], round: RoundId) -> Vec<u8> {
    let round = round.encode();
    [&twox_128(b"Rounds")[..], &twox_128(map), &twox_64(&round), round.as_slice()].concat()
}
