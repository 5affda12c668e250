//! What must hold after every block: the chain's state is the model's, and all money is where it is
//! explained.

use super::{accounts, model::Round, History};
use crate::{mock::*, tests::census::census, types::RoundRecord};
use frame_support::traits::fungible::{hold::Inspect as _, Inspect};
use std::collections::BTreeMap;
use waggle_primitives::{lots::Seats, rule::Known, traits::Ratings as _};

impl History {
    /// Compare the chain with the model, and check all pallets' invariants.
    pub(crate) fn check(&mut self) {
        check_invariants();
        self.check_rounds();
        if self.model.rounds.values().any(|round| round.has_equal_answers()) {
            self.tally.count("equal answers");
        }
        self.check_agents();
        self.check_money();
        if self.blocks_made.is_multiple_of(20) {
            self.check_keys();
        }
    }

    fn check_rounds(&self) {
        let rounds: BTreeMap<_, _> = crate::Rounds::<Test>::iter().collect();
        let expected: BTreeMap<_, _> =
            self.model.rounds.iter().map(|(id, round)| (*id, round.record())).collect();
        assert_eq!(rounds, expected);
        for (id, round) in &self.model.rounds {
            for (index, player) in (0..).zip(&round.players) {
                assert_eq!(crate::Members::<Test>::get(id, index), Some(player.member()));
            }
            assert!(
                self.model.now <= round.latest_end(self.model.tight_blocks),
                "round {id} is stuck"
            );
        }
        for id in rounds.keys().chain(self.model.results.keys()) {
            assert_eq!(Rounds::candidates(*id), self.model.candidacies(*id), "of round {id}");
        }
        assert!(rounds.len() as u32 <= MaxOpenRounds::get());
        let results: BTreeMap<_, _> = crate::Results::<Test>::iter().collect();
        assert_eq!(results, self.model.results);
        let min_scores: BTreeMap<_, _> = crate::MinScores::<Test>::iter().collect();
        assert_eq!(min_scores, self.model.min_scores);
        assert_eq!(crate::NextRound::<Test>::get(), self.model.next_round);
    }

    fn check_agents(&self) {
        let agents: BTreeMap<_, _> = pallet_waggle_agents::Agents::<Test>::iter().collect();
        assert_eq!(agents, self.model.agents);
        let enrolments: BTreeMap<_, _> = pallet_waggle_agents::Enrolments::<Test>::iter().collect();
        assert_eq!(enrolments, self.model.enrolments);
        let standings = pallet_waggle_ratings::Standings::<Test>::iter();
        let known =
            standings.map(|(domain, owner, standing)| ((domain, owner), Known::Standing(standing)));
        assert_eq!(known.collect::<BTreeMap<_, _>>(), self.model.known);
        let members = pallet_waggle_domains::Memberships::<Test>::iter();
        let memberships = members.map(|(domain, owner, member)| ((domain, owner), member.since));
        assert_eq!(memberships.collect::<BTreeMap<_, _>>(), self.model.memberships);
        for (owner, past) in &self.model.pasts {
            assert_eq!(Ratings::past(owner), *past, "the past of {owner}");
        }
    }

    /// Every hold is explained by running rounds and bonds; and all money that was issued is on
    /// some account.
    fn check_money(&self) {
        let mut everything = 0;
        for account in accounts() {
            let held = |reason: RuntimeHoldReason| Balances::balance_on_hold(&reason, &account);
            let (rewards, tickets) = self.model.holds(account);
            let bond = self.model.agents.get(&account).map_or(0, |agent| agent.bond);
            assert_eq!(
                held(pallet_waggle_tickets::HoldReason::Reward.into()),
                rewards,
                "rewards of {account}"
            );
            assert_eq!(
                held(pallet_waggle_tickets::HoldReason::Ticket.into()),
                tickets,
                "tickets of {account}"
            );
            assert_eq!(
                held(pallet_waggle_agents::HoldReason::Bond.into()),
                bond,
                "the bond of {account}"
            );
            assert_eq!(
                System::account(account).data.reserved,
                rewards + tickets + bond,
                "holds of {account}"
            );
            everything += Balances::total_balance(&account);
        }
        assert_eq!(Balances::total_issuance(), self.model.issuance);
        assert_eq!(everything, self.model.issuance, "money is where nobody has it");
    }

    /// The protocol's pallets keep exactly what running rounds, results and agents need.
    pub(crate) fn check_keys(&self) {
        let rounds = self.model.rounds.values();
        let players: usize = rounds.clone().map(|round| round.players.len()).sum();
        let clients: std::collections::BTreeSet<_> =
            rounds.clone().map(|round| round.client).collect();
        let with_answers = rounds.clone().filter(|round| !round.opened().is_empty()).count();
        let grades_opened: usize = rounds.clone().map(|round| round.grades_opened() as usize).sum();
        let well_formed: usize = rounds.clone().map(|round| round.well_formed() as usize).sum();
        let grades_committed: usize = rounds.map(|round| round.grades_committed() as usize).sum();
        let (open, ended, agents) =
            (self.model.rounds.len(), self.model.results.len(), self.model.agents.len());
        let expected = [
            ("Rounds", "Rounds", open),
            ("Rounds", "OpenRoundsOf", clients.len()),
            ("Rounds", "Prompts", open),
            ("Rounds", "Members", players),
            ("Rounds", "MemberByKey", players),
            ("Rounds", "MemberByOwner", players),
            ("Rounds", "SealedAnswers", players),
            ("Rounds", "FinalAnswers", with_answers),
            ("Rounds", "Candidacies", self.model.candidacies.len()),
            ("Rounds", "CandidateKeys", self.model.truths.said.len()),
            ("Rounds", "SealedTruths", self.model.truths.sealed.len()),
            ("Rounds", "SealedGrades", grades_committed - grades_opened),
            ("Rounds", "OpenedGrades", well_formed),
            ("Rounds", "Agenda", open),
            ("Rounds", "Results", ended),
            ("Rounds", "AskedIn", self.model.asked_in.len()),
            ("Rounds", "MinScores", self.model.min_scores.len()),
            ("Rounds", "Expiries", ended),
            ("Tickets", "Rewards", open),
            ("Tickets", "Stakes", players),
            ("Agents", "Agents", agents),
            ("Agents", "OwnerOf", agents + self.model.formers.len()),
            ("Agents", "FormerKeys", self.model.formers.len()),
            ("Agents", "BarredKeys", self.model.barred.len()),
            ("Agents", "Enrolments", self.model.enrolments.len()),
            ("Domains", "Founded", 1),
            ("Domains", "Populations", 2),
            ("Domains", "Memberships", self.model.memberships.len()),
            ("Domains", "DomainsOf", self.model.owners_with_domains()),
            ("Domains", "Rosters", self.model.on_rosters()),
            ("Ratings", "Standings", self.model.known.len()),
            ("Ratings", "Records", 0),
            ("Ratings", "Pasts", self.model.pasts.len()),
        ];
        let single = [
            "NextRound",
            "AgendaCursor",
            "ExpiryCursor",
            "CounterForRounds",
            "CounterForAgents",
            "CounterForFounded",
            "EpochBlocks",
        ];
        let mut census = census();
        for (pallet, item, keys) in expected {
            let counted = census.remove(&(pallet.into(), item.into())).unwrap_or_default().keys;
            assert_eq!(counted, keys, "keys of {pallet}::{item}");
        }
        for ((pallet, item), size) in census {
            let ours = ["Rounds", "Tickets", "Agents", "Domains", "Ratings"];
            let is_ours = ours.contains(&pallet.as_str());
            let is_known = item == ":__STORAGE_VERSION__:" || single.contains(&item.as_str());
            assert!(
                !is_ours || is_known && size.keys == 1,
                "{pallet}::{item} has {} keys",
                size.keys
            );
        }
    }
}

impl Round {
    /// The record that the chain should have.
    pub(crate) fn record(&self) -> RoundRecord<AccountId> {
        RoundRecord {
            client: self.client,
            domain: self.domain,
            terms: self.terms.clone(),
            ticket: self.ticket,
            phase: self.phase,
            deadline: self.deadline,
            blocks: self.blocks,
            prompt_hash: sp_io::hashing::blake2_256(&self.prompt),
            committed: self.players.len() as u32,
            opened: self.opened().try_into().unwrap(),
            grades_committed: self.grades_committed(),
            grades_opened: self.grades_opened(),
            well_formed: self.well_formed(),
            randomness: self.randomness,
            seed: self.seed,
            // Lots are not drawn in these histories: whoever comes first has a right to a seat.
            seats: Seats::ForAll { members: self.members },
            entitled: self.players.len() as u32,
        }
    }
}
