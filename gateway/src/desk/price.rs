//! What an order may cost at most: so much of a budget is held, and so much an account must have.

use waggle_client::{amount::WAG, Constants};
use waggle_primitives::{lots::MAX_DRAW_BLOCKS, RoundTerms};

/// The fee of a submission's work at most: twenty times what it is while blocks are half empty.
const WORK: u128 = WAG / 20;
/// The fee for each of its bytes, doubled.
const BYTE: u128 = 2 * WAG / 1_000_000;
/// Bytes of a submission besides the prompt.
const FRAME: u128 = 512;

/// What a round with these terms may cost: its reward, what asking costs while as many rounds run
/// as may, and the fee of the transaction.
pub(crate) fn most(prompt_bytes: usize, terms: &RoundTerms<u128>, constants: &Constants) -> u128 {
    let (opening, grading, opening_grades) = constants.phase_blocks;
    // Answering may begin once more, where those do not come who have a right to a seat.
    let blocks = [terms.answering_blocks, MAX_DRAW_BLOCKS, opening, grading, opening_grades]
        .into_iter()
        .fold(terms.answering_blocks, u32::saturating_add);
    let rounds = constants.open_rounds;
    // The chain refuses to ask where room costs more than the reward.
    let room = constants.asking.room(blocks, rounds, rounds).min(terms.reward);
    let bytes = FRAME.saturating_add(prompt_bytes as u128);
    terms
        .reward
        .saturating_add(constants.asking.seats(terms.max_agents))
        .saturating_add(room)
        .saturating_add(WORK)
        .saturating_add(BYTE.saturating_mul(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_primitives::{price::AskingPrices, rewards::PaymentRules, Grade};

    fn constants() -> Constants {
        let asking = AskingPrices { seat: WAG / 100, crowded_block: WAG / 50, vain_answer: 0 };
        Constants {
            slot_ms: 250,
            max_prompt_bytes: 16_384,
            max_answer_bytes: 16_384,
            minimum_reward: WAG,
            answering_blocks: (2, 100),
            swarm: (4, 100),
            rule: Default::default(),
            payments: PaymentRules {
                winner_share: Default::default(),
                poor_answer_loss: Default::default(),
                unwon_share: Default::default(),
            },
            asking,
            learning: Default::default(),
            draw_blocks: 3,
            minimum_ticket: WAG / 10,
            phase_blocks: (20, 60, 20),
            result_retention: 1_000,
            open_rounds: 64,
            open_rounds_per_client: 8,
            epoch_blocks: 14_400,
        }
    }

    fn terms(reward: u128) -> RoundTerms<u128> {
        let min_score = Grade::MIN;
        RoundTerms { reward, answering_blocks: 40, min_agents: 4, max_agents: 7, min_score }
    }

    #[test]
    fn price_should_hold_the_reward_and_all_that_asking_may_cost() {
        let blocks = 40 + 40 + 16 + 20 + 60 + 20;
        let asking = 7 * WAG / 100 + blocks * WAG / 50;
        let fee = WAG / 20 + 512 * (WAG / 500_000);
        assert_eq!(most(0, &terms(20 * WAG), &constants()), 20 * WAG + asking + fee);
    }

    #[test]
    fn price_should_grow_with_the_prompt() {
        let of = |bytes| most(bytes, &terms(20 * WAG), &constants());
        assert_eq!(of(16_384) - of(0), 16_384 * (WAG / 500_000));
    }

    #[test]
    fn room_should_not_cost_more_than_the_reward_when_the_chain_would_refuse_that() {
        let price = most(0, &terms(WAG), &constants());
        assert!(price < 3 * WAG, "{price}");
    }
}
