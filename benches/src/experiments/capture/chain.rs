//! What the runtime is set to, as far as these attacks meet it: prices, shares, times, and which
//! rounds teach. The runtime is not linked here for its size; `tests/capture.rs` compares every
//! value of [`OF_THE_RUNTIME`] with `runtime/src/constants.rs`.

use sp_arithmetic::Perbill;
use waggle_primitives::{
    attendance::LearningRules, lots::MAX_DRAW_BLOCKS, price::AskingPrices, rewards::PaymentRules,
    Fixed,
};

const WAG: u128 = 1_000_000_000_000;
pub(super) const MINIMUM_TICKET: u128 = WAG / 1_000;
pub(super) const FOUNDING_FEE: u128 = 100 * WAG;
const AGENT_BOND: u128 = 10 * WAG;
pub(super) const DRAW_BLOCKS: u32 = 3;
const OPENING_ANSWERS_BLOCKS: u32 = 20;
const GRADING_BLOCKS: u32 = 60;
const OPENING_GRADES_BLOCKS: u32 = 40;
const MIN_ANSWERING_BLOCKS: u32 = 4;
const MAX_ANSWERING_BLOCKS: u32 = 14_400;
const MAX_OPEN_ROUNDS: u32 = 64;
const PRESET_SLOT_MS: u64 = 250;

pub(crate) const PAYMENT: PaymentRules = PaymentRules {
    winner_share: Perbill::from_percent(70),
    poor_answer_loss: Fixed::from_rational(1, 1),
    unwon_share: Perbill::from_percent(75),
};
pub(super) const LEARNING: LearningRules = LearningRules {
    reward_per_seat: WAG / 10,
    answering_blocks: 20,
    present: Perbill::from_parts(666_666_666),
    graders: 4,
};
const ASKING: AskingPrices = AskingPrices {
    seat: 6 * WAG / 1_000,
    crowded_block: 20 * WAG / 1_000,
    vain_answer: 3 * WAG / 1_000,
};

/// Names in `runtime/src/constants.rs`, and what they are taken for here: numbers as they are,
/// parts in the last digit of their type.
pub const OF_THE_RUNTIME: &[(&str, u128)] = &[
    ("WAG", WAG),
    ("MINIMUM_TICKET", MINIMUM_TICKET),
    ("FOUNDING_FEE", FOUNDING_FEE),
    ("AGENT_BOND", AGENT_BOND),
    ("DRAW_BLOCKS", DRAW_BLOCKS as u128),
    ("OPENING_ANSWERS_BLOCKS", OPENING_ANSWERS_BLOCKS as u128),
    ("GRADING_BLOCKS", GRADING_BLOCKS as u128),
    ("OPENING_GRADES_BLOCKS", OPENING_GRADES_BLOCKS as u128),
    ("MIN_ANSWERING_BLOCKS", MIN_ANSWERING_BLOCKS as u128),
    ("MAX_ANSWERING_BLOCKS", MAX_ANSWERING_BLOCKS as u128),
    ("MAX_OPEN_ROUNDS", MAX_OPEN_ROUNDS as u128),
    ("PRESET_SLOT_MS", PRESET_SLOT_MS as u128),
    ("WINNER_SHARE", PAYMENT.winner_share.deconstruct() as u128),
    ("POOR_ANSWER_LOSS", PAYMENT.poor_answer_loss.into_inner() as u128),
    ("UNWON_SHARE", PAYMENT.unwon_share.deconstruct() as u128),
    ("LEARNING_REWARD_PER_SEAT", LEARNING.reward_per_seat),
    ("LEARNING_ANSWERING_BLOCKS", LEARNING.answering_blocks as u128),
    ("LEARNING_PRESENT", LEARNING.present.deconstruct() as u128),
    ("LEARNING_GRADERS", LEARNING.graders as u128),
    ("SEAT_PRICE", ASKING.seat),
    ("CROWDED_BLOCK_PRICE", ASKING.crowded_block),
    ("VAIN_ANSWER_PAY", ASKING.vain_answer),
];

/// An amount in WAG.
pub(super) fn in_wag(amount: i128) -> f64 {
    amount as f64 / WAG as f64
}

/// An amount of money from WAG.
pub(super) const fn wag(amount: u128) -> u128 {
    amount * WAG
}

/// Blocks of the phases after answering.
const LATER_PHASES: u32 = OPENING_ANSWERS_BLOCKS + GRADING_BLOCKS + OPENING_GRADES_BLOCKS;

/// What it costs to ask a round with so many seats, on a chain where no other round runs, with the
/// least time for answers that lets it teach. It may be opened to all; `is_drawn` if there are more
/// members than seats.
pub(super) fn fee(seats: u32, is_drawn: bool) -> u128 {
    let draw = if is_drawn { MAX_DRAW_BLOCKS } else { 0 };
    let blocks = 2 * LEARNING.answering_blocks + draw + LATER_PHASES;
    ASKING.seats(seats) + ASKING.room(blocks, 1, MAX_OPEN_ROUNDS)
}

/// The least that it costs in a minute to have all rounds that may run at once, so that nobody else
/// can ask: whatever time is left for answers, with no more seats than a round must have, and
/// although all of them begin and end together, which is the cheapest way.
pub(super) fn all_places_for_a_minute() -> u128 {
    const MINUTE: u128 = 60_000 / PRESET_SLOT_MS as u128;
    let seats = MAX_OPEN_ROUNDS as u128 * ASKING.seats(waggle_primitives::MIN_SWARM);
    let cost = |answering: u32| {
        let blocks = answering + LATER_PHASES;
        let rooms = (1..=MAX_OPEN_ROUNDS)
            .map(|running| ASKING.room(blocks, running, MAX_OPEN_ROUNDS))
            .sum::<u128>();
        // Each phase ends in the block after its deadline.
        (rooms + seats) * MINUTE / u128::from(blocks + 4)
    };
    let times = [MIN_ANSWERING_BLOCKS, 40, 240, 2_400, MAX_ANSWERING_BLOCKS];
    times.into_iter().map(cost).min().unwrap_or_default()
}
