//! How a round begins: a client's prompt and terms are checked, it pays for asking, its reward is
//! held, and what it sealed is kept.

use crate::{
    types::{Prompt, RoundRecord},
    Agenda, Config, Error, Event, NextRound, Pallet, Prompts, Rounds, SealedTruths,
};
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_io::hashing::blake2_256;
use waggle_primitives::{
    lots::{Seats, MAX_DRAW_BLOCKS},
    rewards,
    traits::{Domains, Ticketing},
    view::RoundBlocks,
    DomainId, Hash32, Phase, RoundTerms, MAX_SWARM, MIN_SWARM,
};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::submit`].
    pub(crate) fn do_submit(
        client: T::AccountId,
        prompt: Prompt,
        domain: DomainId,
        terms: RoundTerms<u128>,
        sealed_truth: Hash32,
    ) -> DispatchResult {
        ensure!(!prompt.is_empty(), Error::<T>::EmptyPrompt);
        ensure!(T::Domains::question_of(domain).is_some(), Error::<T>::NoSuchDomain);
        Self::check_terms(&terms)?;
        ensure!(Rounds::<T>::count() < T::MaxOpenRounds::get(), Error::<T>::TooManyOpenRounds);
        Self::count_round_of(&client)?;

        let round = NextRound::<T>::get();
        let room = Self::price_of_room(domain, &terms);
        ensure!(room <= terms.reward, Error::<T>::TooCrowded);
        let fee = T::AskingPrices::get().seats(terms.max_agents).saturating_add(room);
        T::Ticketing::charge(round, &client, fee)?;
        T::Ticketing::hold_reward(round, &client, terms.reward)?;
        NextRound::<T>::put(round.saturating_add(1));

        let now = Self::current_block();
        let seats = Self::seats_of_new_round(domain, &terms);
        let drawing = Self::most_blocks_of_draw(&seats);
        let deadline = now.saturating_add(terms.answering_blocks).saturating_add(drawing);
        let ticket = rewards::ticket_price(
            &T::PaymentRules::get(),
            T::Ticketing::minimum_ticket(),
            terms.reward,
        );
        let prompt_hash = blake2_256(&prompt);
        let reward = terms.reward;
        let record = RoundRecord {
            client: client.clone(),
            domain,
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
            randomness: None,
            seed: None,
            seats,
            entitled: 0,
        };
        if matches!(seats, Seats::Drawing { .. }) {
            Self::begin_draw(round);
        }
        Prompts::<T>::insert(round, prompt);
        SealedTruths::<T>::insert(round, sealed_truth);
        Agenda::<T>::insert(deadline.saturating_add(1), round, ());
        Rounds::<T>::insert(round, record);
        Self::deposit_event(Event::Submitted {
            round,
            client,
            domain,
            reward,
            fee,
            ticket,
            prompt_hash,
            deadline,
        });
        Ok(())
    }

    /// What a round with these terms costs its client besides the reward, if it begins now.
    pub fn fee_now(domain: DomainId, terms: &RoundTerms<u128>) -> u128 {
        let seats = T::AskingPrices::get().seats(terms.max_agents);
        seats.saturating_add(Self::price_of_room(domain, terms))
    }

    /// What it pays for the room that it takes away from others, for as long as it may last. Others
    /// can drive that up, so a client pays no more than it offers for the answer.
    fn price_of_room(domain: DomainId, terms: &RoundTerms<u128>) -> u128 {
        // Where those who have a right to a seat do not come, answering may begin once more.
        let seats = Self::seats_of_new_round(domain, terms);
        let may_widen =
            matches!(seats, Seats::Drawing { .. }) || Self::widened(&seats, terms).is_some();
        let answering = terms.answering_blocks.saturating_mul(if may_widen { 2 } else { 1 });
        let blocks = answering
            .saturating_add(Self::most_blocks_of_draw(&seats))
            .saturating_add(T::OpeningAnswersBlocks::get())
            .saturating_add(T::GradingBlocks::get())
            .saturating_add(T::OpeningGradesBlocks::get());
        let running = Rounds::<T>::count().saturating_add(1);
        T::AskingPrices::get().room(blocks, running, T::MaxOpenRounds::get())
    }

    /// How many blocks the draw of these seats takes at most.
    fn most_blocks_of_draw(seats: &Seats) -> u32 {
        match seats {
            Seats::Drawing { .. } => MAX_DRAW_BLOCKS,
            _ => 0,
        }
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
