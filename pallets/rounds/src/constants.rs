//! Constants of the runtime that would stop rounds or the hooks.

use crate::{weights::WeightInfo, Config, Pallet};
use frame_support::{pallet_prelude::*, traits::Get};
use waggle_primitives::{lots::MAX_DRAW_BLOCKS, MAX_ANSWER_BYTES, MAX_SWARM};

impl<T: Config> Pallet<T> {
    /// Stops the tests of a runtime with such constants.
    pub(crate) fn check_constants() {
        assert!(T::MinAnsweringBlocks::get() >= 1, "answers need at least one block");
        assert!(
            T::MinAnsweringBlocks::get() <= T::MaxAnsweringBlocks::get(),
            "no answering time is allowed"
        );
        assert!(T::OpeningAnswersBlocks::get() >= 1, "openings need at least one block");
        assert!(T::GradingBlocks::get() >= 1, "grading needs at least one block");
        assert!(T::OpeningGradesBlocks::get() >= 1, "openings of grades need at least one block");
        assert!(T::ResultRetention::get() >= 1, "results must be readable");
        assert!(T::MaxOpenRounds::get() >= 1, "no round could be opened");
        let prices = T::AskingPrices::get();
        assert!(prices.vain_answer <= prices.seat, "answering in vain would bring money");
        assert!(T::DrawBlocks::get() <= MAX_DRAW_BLOCKS, "a draw would end before it is over");
        assert!(T::MaxOpenRoundsPerClient::get() >= 1, "no client could open a round");
        let ending = T::WeightInfo::agenda()
            .saturating_add(T::WeightInfo::agenda_step())
            .saturating_add(T::WeightInfo::draw_seats(T::MaxOpenRounds::get()))
            .saturating_add(T::WeightInfo::change_phase(MAX_SWARM))
            .saturating_add(T::WeightInfo::end_round(MAX_SWARM, MAX_ANSWER_BYTES));
        assert!(
            ending.all_lte(Self::hooks_share()),
            "a large round would never be settled by the hook"
        );
        let extrinsic = T::WeightInfo::authorize_act(0)
            .saturating_add(T::WeightInfo::open_answer(MAX_ANSWER_BYTES))
            .saturating_add(T::WeightInfo::change_phase(MAX_SWARM));
        if let Some(largest) = T::BlockWeights::get().get(DispatchClass::Normal).max_extrinsic {
            assert!(
                extrinsic.all_lte(largest),
                "the last opening of a large round would never be included"
            );
        }
    }
}
