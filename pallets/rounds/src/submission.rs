//! How a round begins: a client's prompt and terms are checked, it pays for asking, its reward is
//! held, and what it sealed is kept.

use crate::{
    types::{Prompt, RoundRecord},
    Agenda, Config, Error, Event, NextRound, Pallet, Prompts, Rounds, SealedTruths,
};
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_io::hashing::blake2_256;
use waggle_primitives::{
    rewards, traits::Ticketing, view::RoundBlocks, Hash32, Phase, RoundTerms, MAX_SWARM, MIN_SWARM,
};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::submit`].
    pub(crate) fn do_submit(
        client: T::AccountId,
        prompt: Prompt,
        terms: RoundTerms<u128>,
        sealed_truth: Hash32,
    ) -> DispatchResult {
        ensure!(!prompt.is_empty(), Error::<T>::EmptyPrompt);
        Self::check_terms(&terms)?;
        ensure!(Rounds::<T>::count() < T::MaxOpenRounds::get(), Error::<T>::TooManyOpenRounds);
        Self::count_round_of(&client)?;

        let round = NextRound::<T>::get();
        let fee = Self::fee_now(&terms);
        T::Ticketing::charge(round, &client, fee)?;
        T::Ticketing::hold_reward(round, &client, terms.reward)?;
        NextRound::<T>::put(round.saturating_add(1));

        let now = Self::current_block();
        let deadline = now.saturating_add(terms.answering_blocks);
        let ticket = rewards::ticket_price(
            &T::PaymentRules::get(),
            T::Ticketing::minimum_ticket(),
            terms.reward,
            terms.min_agents,
        );
        let prompt_hash = blake2_256(&prompt);
        let reward = terms.reward;
        let record = RoundRecord {
            client: client.clone(),
            terms,
            ticket,
            phase: Phase::Answering,
            deadline,
            blocks: RoundBlocks { submitted: now, ..Default::default() },
            prompt_hash,
            committed: 0,
            opened: Default::default(),
            grades_committed: 0,
            grades_opened: 0,
            well_formed: 0,
            seed: None,
        };
        Prompts::<T>::insert(round, prompt);
        SealedTruths::<T>::insert(round, sealed_truth);
        Agenda::<T>::insert(deadline.saturating_add(1), round, ());
        Rounds::<T>::insert(round, record);
        Self::deposit_event(Event::Submitted {
            round,
            client,
            reward,
            fee,
            ticket,
            prompt_hash,
            deadline,
        });
        Ok(())
    }

    /// What a round with these terms costs its client besides the reward, if it begins now.
    pub fn fee_now(terms: &RoundTerms<u128>) -> u128 {
        let running = Rounds::<T>::count().saturating_add(1);
        T::AskingPrices::get().fee(
            terms.max_agents,
            terms.answering_blocks,
            running,
            T::MaxOpenRounds::get(),
        )
    }

    /// Whether a client may ask on these terms.
    fn check_terms(terms: &RoundTerms<u128>) -> DispatchResult {
        ensure!(
            terms.answering_blocks >= T::MinAnsweringBlocks::get()
                && terms.answering_blocks <= T::MaxAnsweringBlocks::get(),
            Error::<T>::AnsweringTimeOutOfBounds
        );
        ensure!(
            MIN_SWARM <= terms.min_agents
                && terms.min_agents <= terms.max_agents
                && terms.max_agents <= MAX_SWARM,
            Error::<T>::SwarmOutOfBounds
        );
        ensure!(terms.reward >= T::Ticketing::minimum_reward(), Error::<T>::RewardTooSmall);
        Ok(())
    }
}
