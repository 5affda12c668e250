//! A domain of closed questions, part of whose members are in one hand: seats drawn by lot, rounds
//! judged and paid, records that stay; all by the functions that the chain executes.

use super::{
    chain::{fee, in_wag, DRAW_BLOCKS, LEARNING, MINIMUM_TICKET, PAYMENT},
    conduct::Conduct,
};
use crate::{
    draws::Draws,
    experiments::rings::{agents::Agent, questions::Question, round::Round, Junk, Questions},
    replay::rounds::Played,
};
use sp_arithmetic::{traits::Zero, Perbill};
use waggle_primitives::{
    attendance::Attendance,
    choice::Standing,
    grades::GradeMatrix,
    lots::{Draw, Lots},
    rewards::{settle, ticket_price, Outcome, PaymentRules, Payments},
    rule::{Known, Rule},
    Fixed, Grade, RoundId, RoundTerms,
};

/// Validators that make blocks in turn.
const AUTHORS: u32 = 4;

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Most agents. As many as the client accepts at least, except in [`Domain::play_alone`]: that
    /// makes tickets cheapest.
    pub(super) seats: u32,
    /// In the chain's smallest unit.
    pub(super) reward: u128,
}

/// What a round brought the hand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Taken {
    /// Whether one of its members won.
    pub(super) won: bool,
    /// Whether there were answers, and none was good enough for the client.
    pub(super) nobody_won: bool,
    /// What its members were paid, less what they lost of their tickets, in WAG.
    pub(super) members: f64,
    /// What they were paid of that for their grades.
    pub(super) grading: f64,
    /// What all others were paid, less what they lost of their tickets.
    pub(super) others: f64,
    /// The same with all that its client paid and got back, if the client is the hand's too.
    pub(super) with_client: f64,
}

/// The domain.
#[derive(Clone)]
pub(super) struct Domain {
    /// What the draws of its rounds are named by.
    name: String,
    /// The next round.
    round: RoundId,
    /// The members, by number on the roster: how they answer and grade if they do it honestly.
    agents: Vec<Agent>,
    /// What is known of them.
    standings: Vec<Standing>,
    /// How many of them, from the first on, are in one hand.
    hand: usize,
    /// What its clients ask an answer to score. Any is good enough unless said otherwise.
    min_score: Grade,
    /// Who is paid what.
    payment: PaymentRules,
}

impl Domain {
    /// Newcomers, none of them in the hand.
    pub(super) fn beginning(name: String, members: usize, draws: &mut Draws) -> Self {
        Self {
            name,
            round: 0,
            agents: (0..members).map(|_| Agent::drawn(draws)).collect(),
            standings: vec![Standing::default(); members],
            hand: 0,
            min_score: Grade::MIN,
            payment: PAYMENT,
        }
    }

    /// The same domain, whose clients ask an answer to score this much, and where those who opened
    /// one share this part of the winners' part if nobody wins.
    pub(super) fn asked_for(&self, min_score: Grade, unwon_share: Perbill) -> Self {
        let payment = PaymentRules { unwon_share, ..self.payment };
        Self { min_score, payment, ..self.clone() }
    }

    /// The same domain, which is asked what none of its members can answer.
    pub(super) fn at_a_loss(&self) -> Self {
        let mut lost = self.clone();
        // So low that no question is easy enough.
        lost.agents.iter_mut().for_each(|agent| agent.skill = -3.0);
        lost
    }

    /// The same domain, in which the first members are in one hand from now on, with these
    /// standings. Other names have other rounds.
    pub(super) fn led(&self, name: &str, standings: &[Standing]) -> Self {
        let mut led = self.clone();
        led.name = format!("{}/{name}", self.name);
        led.hand = standings.len().min(led.standings.len());
        for (known, standing) in led.standings.iter_mut().zip(standings) {
            *known = *standing;
        }
        led
    }

    /// What the draws of its rounds are named by.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What is known of the hand's members, or of as many.
    pub(super) fn standings(&self, members: usize) -> &[Standing] {
        &self.standings[..members.min(self.standings.len())]
    }

    /// The hand's members become newcomers.
    pub(super) fn forget(&mut self) {
        self.standings[..self.hand].fill(Standing::default());
    }

    /// A round to which all come that have a seat.
    pub(super) fn play(&mut self, terms: Terms, conduct: Conduct) -> Taken {
        let (seated, draws) = self.begin(terms);
        self.held(terms, terms.seats, conduct, &seated, draws)
    }

    /// A round to which the hand's members come alone, since all others are too slow, and they only
    /// if there are enough of them for the round to teach: else the round is cancelled. The client
    /// accepts as few, or the round would be opened to all.
    pub(super) fn play_alone(&mut self, terms: Terms, conduct: Conduct) -> Taken {
        let (mut seated, draws) = self.begin(terms);
        seated.retain(|number| self.is_hands(*number));
        let fewest = LEARNING.present.mul_ceil(terms.seats);
        if (seated.len() as u32) < fewest {
            let with_client = -in_wag(self.fee(terms) as i128);
            return Taken { with_client, ..Taken::default() };
        }
        self.held(terms, fewest, conduct, &seated, draws)
    }

    /// Who has a seat in the next round, and what else is drawn there.
    fn begin(&mut self, terms: Terms) -> (Vec<usize>, Draws) {
        let mut draws = Draws::of(&self.name, self.round as usize);
        let members = self.agents.len() as u32;
        let seated = if members <= terms.seats {
            (0..self.agents.len()).collect()
        } else {
            let mut draw = Draw::new(self.round);
            (0..DRAW_BLOCKS).for_each(|author| draw.add(author, &draws.hash()));
            let seed = draw.seed(DRAW_BLOCKS, AUTHORS).unwrap_or_default();
            let lots = Lots::new(seed, members);
            let drawn = (0..terms.seats).filter_map(|lot| lots.number_with(lot));
            drawn.map(|number| number as usize).collect()
        };
        self.round += 1;
        (seated, draws)
    }

    fn fee(&self, terms: Terms) -> u128 {
        fee(terms.seats, self.agents.len() > terms.seats as usize)
    }

    /// A round of those who came, of whom `fewest` are enough for the client: their numbers, by
    /// index.
    fn held(
        &mut self,
        terms: Terms,
        fewest: u32,
        conduct: Conduct,
        came: &[usize],
        mut draws: Draws,
    ) -> Taken {
        let opens = |index: &usize| conduct.opens_answers() || !self.is_hands(came[*index]);
        let opened: Vec<usize> = (0..came.len()).filter(opens).collect();
        let numbers: Vec<usize> = opened.iter().map(|index| came[*index]).collect();
        let ticket = ticket_price(&self.payment, MINIMUM_TICKET, terms.reward);

        let question = Question::drawn(Questions::Closed, &mut draws);
        let players = numbers.iter().map(|number| {
            let led = if self.is_hands(*number) { conduct } else { Conduct::Honest };
            led.player(*number, self.agents[*number])
        });
        let round = Round::of(&question, players.collect(), Junk::Copied, &mut draws);
        let Played { seed, candidates, question, grades } = &round.played;
        let before: Vec<Known> =
            numbers.iter().map(|number| Known::Standing(self.standings[*number])).collect();
        let rule = Rule::Calibrated(*question);
        let Some(verdict) = rule.judge(&before, candidates, grades, seed) else {
            // Nobody opened. The client has its reward back; all lose their tickets.
            let payments = Payments {
                paid: vec![0; came.len()],
                forfeited: vec![ticket; came.len()],
                returned: terms.reward,
                treasury: ticket * came.len() as u128,
            };
            return self.taken(terms, came, &payments, false);
        };
        let asked = RoundTerms {
            reward: terms.reward,
            answering_blocks: LEARNING.answering_blocks,
            min_agents: fewest,
            max_agents: terms.seats,
            min_score: self.min_score,
        };
        let is_won = verdict.scores.get(verdict.winner).is_some_and(|score| asked.accept(*score));
        let has_to_grade = opened.len() > 1;
        let kept_word: Vec<bool> =
            grades.given.iter().map(|given| !has_to_grade || !given.is_empty()).collect();
        let outcome = Outcome {
            reward: terms.reward,
            ticket,
            committed: came.len(),
            opened: &opened,
            kept_word: &kept_word,
            scores: &verdict.scores,
            candidates,
            winner: verdict.winner,
            is_won,
            skill: &verdict.skill,
        };
        let payments = settle(&self.payment, &outcome);
        if self.teaches(terms, came.len(), grades) {
            self.learn(&numbers, &verdict.after);
        }
        let won = is_won && self.is_hands(numbers[verdict.winner]);
        let taken = self.taken(terms, came, &payments, won);
        // The same round, paid as if nobody had told good from bad.
        let unskilled = vec![Fixed::zero(); verdict.skill.len()];
        let ungraded = settle(&self.payment, &Outcome { skill: &unskilled, ..outcome });
        let grading = taken.members - self.taken(terms, came, &ungraded, won).members;
        Taken { nobody_won: !is_won, grading, ..taken }
    }

    fn is_hands(&self, number: usize) -> bool {
        number < self.hand
    }

    /// Whether a round changes what is known, to which so many came, who had a right to it.
    fn teaches(&self, terms: Terms, came: usize, grades: &GradeMatrix) -> bool {
        let attendance = Attendance {
            seats: terms.seats.min(self.agents.len() as u32),
            entitled: came as u32,
            opened: grades.given.len() as u32,
            graders: grades.given.iter().filter(|given| !given.is_empty()).count() as u32,
        };
        LEARNING.is_worth_coming(terms.reward, terms.seats, LEARNING.answering_blocks)
            && LEARNING.are_met_by(&attendance)
    }

    /// What is known of the members with these numbers from now on.
    fn learn(&mut self, numbers: &[usize], after: &[Known]) {
        for (number, known) in numbers.iter().zip(after) {
            if let Known::Standing(standing) = known {
                self.standings[*number] = *standing;
            }
        }
    }

    /// What a round brought the hand.
    fn taken(&self, terms: Terms, came: &[usize], payments: &Payments<u128>, won: bool) -> Taken {
        let (mut members, mut others) = (0i128, 0i128);
        for ((paid, forfeited), number) in payments.paid.iter().zip(&payments.forfeited).zip(came) {
            let sum = if self.is_hands(*number) { &mut members } else { &mut others };
            *sum += *paid as i128 - *forfeited as i128;
        }
        let client = payments.returned as i128 - terms.reward as i128 - self.fee(terms) as i128;
        Taken {
            won,
            members: in_wag(members),
            others: in_wag(others),
            with_client: in_wag(members + client),
            ..Taken::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::capture::chain::wag;

    const TEN: Terms = Terms { seats: 10, reward: wag(20) };

    fn domain(members: usize) -> Domain {
        Domain::beginning("domains".to_owned(), members, &mut Draws::of("domains", 0))
    }

    fn newcomers(members: usize) -> Vec<Standing> {
        vec![Standing::default(); members]
    }

    #[test]
    fn seats_should_be_drawn_among_all_members_alike() {
        let mut large = domain(100);
        let mut seats = vec![0; 100];
        for _ in 0..400 {
            let (seated, _) = large.begin(TEN);
            assert_eq!(seated.len(), 10);
            seated.into_iter().for_each(|number| seats[number] += 1);
        }
        assert!(seats.iter().all(|count| (15..=70).contains(count)), "{seats:?}");
        assert_eq!(domain(4).begin(TEN).0, [0, 1, 2, 3]);
    }

    #[test]
    fn the_hand_should_lose_the_fee_and_what_strangers_get_when_it_asks_itself() {
        let mut led = domain(100).led("asked", &newcomers(30));
        for _ in 0..50 {
            let taken = led.play(TEN, Conduct::Honest);
            assert!(taken.with_client <= -in_wag(fee(10, true) as i128) + 1e-9, "{taken:?}");
            assert!(taken.members <= 20.0 && taken.members >= -20.0, "{taken:?}");
        }
        // All seats are its own: only the fee and lost tickets leave the hand.
        let mut own = domain(10).led("own", &newcomers(10));
        let taken = own.play(TEN, Conduct::Honest);
        assert!(taken.won && taken.with_client < 0.0 && taken.with_client > -12.0, "{taken:?}");
    }

    #[test]
    fn a_round_should_teach_only_when_four_grade_and_most_seats_are_taken() {
        let mut led = domain(100).led("few", &newcomers(100));
        led.play(Terms { seats: 3, ..TEN }, Conduct::Honest);
        led.play(TEN, Conduct::Mute);
        led.play(TEN, Conduct::Hidden);
        led.play(Terms { seats: 10, reward: wag(1) - 1 }, Conduct::Honest);
        assert_eq!(led.standings(100), newcomers(100));
        led.play(Terms { seats: 10, reward: wag(1) }, Conduct::Honest);
        let taught = led.standings.iter().filter(|known| **known != Standing::default());
        assert_eq!(taught.count(), 10);
    }

    #[test]
    fn hidden_answers_should_cost_their_tickets_and_win_nothing() {
        let mut led = domain(10).led("hidden", &newcomers(3));
        let taken = led.play(TEN, Conduct::Hidden);
        // A quarter of 20 WAG each.
        assert_eq!((taken.won, taken.members), (false, -15.0));
        let mut all = domain(10).led("all hidden", &newcomers(10));
        let taken = all.play(TEN, Conduct::Hidden);
        assert!((taken.with_client + 50.0 + in_wag(fee(10, false) as i128)).abs() < 1e-9);
    }

    #[test]
    fn members_should_come_alone_only_where_they_are_enough() {
        let six = Terms { seats: 6, reward: wag(1) };
        let mut few = domain(100).led("alone", &newcomers(3));
        let taken = few.play_alone(six, Conduct::Halves);
        assert_eq!((taken.won, taken.members), (false, 0.0));
        assert!(taken.with_client < 0.0 && taken.with_client > -0.05, "{taken:?}");
        assert_eq!(few.standings(3), newcomers(3));
        let mut many = domain(100).led("alone", &newcomers(100));
        assert!(many.play_alone(six, Conduct::Halves).won);
        assert_ne!(many.standings(100), newcomers(100));
        // Four of six are enough for the client, which makes each ticket a quarter of the reward.
        let mut hidden = domain(100).led("alone", &newcomers(100));
        assert_eq!(hidden.play_alone(six, Conduct::Hidden).members, -1.5);
    }

    #[test]
    fn nobody_should_win_where_no_answer_scores_enough() {
        let usual = domain(10).led("picky", &newcomers(10)).play(TEN, Conduct::Honest);
        let picky = domain(10).asked_for(Grade::MAX, Perbill::from_percent(75));
        let picky = picky.led("picky", &newcomers(10)).play(TEN, Conduct::Honest);
        assert!(usual.won && !picky.won);
        // A quarter of the winners' 14 WAG; shares of the rest are rounded down.
        assert!((usual.members - picky.members - 3.5).abs() < 1e-9, "{usual:?} {picky:?}");
        assert!((usual.with_client - picky.with_client).abs() < 1e-9, "{usual:?} {picky:?}");
    }

    #[test]
    fn what_members_are_paid_for_grades_should_be_what_grades_alone_bring() {
        // All that is not for the grades, less what poor answers lose, is the winners' 14 WAG.
        let all = domain(10).led("graders", &newcomers(10)).play(TEN, Conduct::Honest);
        assert!(!all.nobody_won && all.grading >= 0.0 && all.grading <= 6.0 + 1e-9, "{all:?}");
        assert!(all.members - all.grading <= 14.0 + 1e-9, "{all:?}");
        assert_eq!(all.others, 0.0);
        let some = domain(10).led("graders", &newcomers(4)).play(TEN, Conduct::Honest);
        assert!((some.members + some.others - all.members).abs() < 1e-9, "{some:?} {all:?}");
        // Who says the same of everything tells nothing.
        let mut idle = domain(10).led("graders", &newcomers(4));
        assert_eq!(idle.play(TEN, Conduct::Idle).grading, 0.0);
        let picky = domain(10).asked_for(Grade::MAX, Perbill::from_percent(75));
        assert!(picky.led("graders", &newcomers(4)).play(TEN, Conduct::Honest).nobody_won);
    }

    #[test]
    fn nobody_should_be_right_who_is_at_a_loss() {
        let lost = domain(100).at_a_loss();
        let mut draws = Draws::of("lost", 0);
        for _ in 0..20 {
            let question = Question::drawn(Questions::Closed, &mut draws);
            let players = lost.agents[..10].iter().map(|agent| Conduct::Honest.player(0, *agent));
            let round = Round::of(&question, players.collect(), Junk::Copied, &mut draws);
            assert!(round.quality.iter().all(|quality| *quality < 0.5));
        }
    }

    #[test]
    fn newcomers_should_be_what_is_left_when_all_is_forgotten() {
        let mut led = domain(10).led("forgotten", &newcomers(4));
        led.play(TEN, Conduct::Honest);
        led.forget();
        assert_eq!(led.standings(4), newcomers(4));
        assert_ne!(led.standings(10), newcomers(10));
    }
}
