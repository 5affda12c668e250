//! What rounds write into their agents' pasts.

use super::swarm::*;
use crate::mock::*;
use waggle_primitives::traits::Ratings as _;

#[test]
fn settlement_should_add_the_payments_to_each_agents_past() {
    on_chain(|| {
        let agents = [0, 1, 2, 3, 4];
        for _ in 0..2 {
            play(&agents);
        }
        let pasts: Vec<_> = agents.iter().map(|agent| Ratings::past(&owner(*agent))).collect();
        for (index, past) in pasts.iter().enumerate() {
            let of_rounds = |amount: fn(&crate::types::MemberResult<AccountId>) -> u128| -> u128 {
                (0..2).map(|round| amount(&result(round).members[index])).sum()
            };
            assert_eq!(past.rounds, 2);
            assert_eq!(
                (past.paid, past.forfeited),
                (of_rounds(|m| m.paid), of_rounds(|m| m.forfeited))
            );
            assert_eq!(past.ratings.iter().map(|point| point.round).collect::<Vec<_>>(), [0, 1]);
            assert_eq!(past.ratings[1].rating, Ratings::get(GENERAL, &owner(index as u8)).rating());
        }
        assert_eq!(pasts.iter().map(|past| past.won).sum::<u32>(), 2);
    });
}

#[test]
fn cancellation_should_add_the_forfeits_to_each_agents_past() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(10);
        for agent in [0, 1, 2, 3] {
            let past = Ratings::past(&owner(agent));
            assert_eq!((past.rounds, past.won, past.forfeited), (1, 0, TICKET));
            assert!(past.ratings.is_empty());
        }
    });
}
