//! A population's rounds, with or without an adversary.

use super::{
    agents::Agent,
    farm::farmed,
    known::{choose, Chosen, Known},
    questions::{Question, Questions},
    round::{Player, Round},
    Adversary, Case, Junk,
};
use crate::{draws::Draws, replay::rules::ByRule, statistics::mean, world::part_of};
use std::iter::repeat_n;
use waggle_primitives::Fixed;

/// How many times as many honest agents as seats there are.
const POPULATION: usize = 3;

impl Round {
    /// What rules made of it.
    fn seen(&self, Chosen { picked, skill }: &Chosen) -> Seen {
        let over = |value: &dyn Fn(usize) -> f64| {
            let of = |places: &[usize]| {
                mean(&places.iter().map(|place| value(*place)).collect::<Vec<_>>())
            };
            ByRule {
                majority: of(&picked.majority),
                version_3: of(&picked.version_3),
                default: of(&picked.default),
            }
        };
        let pay = |skill: &Vec<Fixed>| {
            let sum = |is_counted: fn(&Player) -> bool| -> f64 {
                let graders = skill.iter().zip(&self.players);
                graders
                    .filter(|(_, player)| is_counted(player))
                    .map(|(skill, _)| skill.to_float())
                    .sum()
            };
            let all = sum(|_| true);
            if all > 0.0 {
                sum(|player| !player.is_honest()) / all
            } else {
                0.0
            }
        };
        Seen {
            pay: ByRule {
                majority: 0.0,
                version_3: pay(&skill.version_3),
                default: pay(&skill.default),
            },
            won: over(&|place| f64::from(u8::from(!self.players[place].is_honest()))),
            quality: over(&|place| self.quality[place]),
            best: self.quality.iter().copied().fold(f64::MIN, f64::max),
        }
    }
}

/// What was seen of a round, or of several on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// Whether the adversary won: 1 or 0, or its part of the places that a rule could not tell
    /// apart.
    pub(super) won: ByRule<f64>,
    /// The adversary's part of what graders are paid, 0..=1.
    pub(super) pay: ByRule<f64>,
    /// How good the picked answer is, 0..=1.
    pub(super) quality: ByRule<f64>,
    /// How good the best answer is, 0..=1.
    pub(super) best: f64,
}

impl Seen {
    /// The mean of several.
    pub(super) fn mean(seen: &[Seen]) -> Self {
        Self {
            won: Self::by_rule(seen, |seen| seen.won).map(|values| mean(&values)),
            pay: Self::by_rule(seen, |seen| seen.pay).map(|values| mean(&values)),
            quality: Self::by_rule(seen, |seen| seen.quality).map(|values| mean(&values)),
            best: mean(&seen.iter().map(|seen| seen.best).collect::<Vec<_>>()),
        }
    }

    /// One value of each, by rule.
    pub(super) fn by_rule(seen: &[Seen], value: fn(&Seen) -> ByRule<f64>) -> ByRule<Vec<f64>> {
        let of = |rule: fn(ByRule<f64>) -> f64| -> Vec<f64> {
            seen.iter().map(|seen| rule(value(seen))).collect()
        };
        ByRule {
            majority: of(|values| values.majority),
            version_3: of(|values| values.version_3),
            default: of(|values| values.default),
        }
    }
}

/// A population, and the adversary among it.
pub(super) struct World {
    questions: Questions,
    seats: usize,
    draws: Draws,
    /// The honest agents and those who sleep, with what is known of them.
    agents: Vec<(Agent, Known)>,
    /// Which of the agents are honest still.
    honest: Vec<usize>,
    adversary: Adversary,
    junk: Junk,
    /// What is known of the adversary's members, all of whom sit in every round.
    members: Vec<Known>,
}

impl World {
    /// Newcomers, all honest, for rounds with this many seats.
    pub(super) fn beginning(questions: Questions, seats: usize, mut draws: Draws) -> Self {
        let agents: Vec<(Agent, Known)> =
            (0..POPULATION * seats).map(|_| (Agent::drawn(&mut draws), Known::default())).collect();
        Self {
            questions,
            seats,
            draws,
            honest: (0..agents.len()).collect(),
            agents,
            adversary: Adversary::Nobody,
            junk: Junk::Copied,
            members: Vec::new(),
        }
    }

    /// The same population, with an adversary among it from now on.
    pub(super) fn joined_by(&self, case: &Case, mut draws: Draws) -> Self {
        let members = part_of(self.seats, case.share);
        let mut honest = draws.shuffled(self.agents.len());
        let members: Vec<Known> = match case.adversary {
            Adversary::SleepingRing => {
                honest.drain(..members).map(|agent| self.agents[agent].1).collect()
            }
            Adversary::FarmedRing => farmed(members, &mut draws),
            _ => vec![Known::default(); members],
        };
        Self {
            questions: self.questions,
            seats: self.seats,
            draws,
            agents: self.agents.clone(),
            honest,
            adversary: case.adversary,
            junk: case.junk,
            members,
        }
    }

    /// Play a round, in which all rules choose and learn.
    pub(super) fn play(&mut self) -> Seen {
        if self.adversary == Adversary::NewRing {
            self.members.fill(Known::default());
        }
        let adverse = match self.adversary {
            Adversary::LazyCopies => Player::Lazy,
            _ => Player::Ring,
        };
        let seated = self.seated();
        let players = repeat_n(adverse, self.members.len())
            .chain(seated.iter().map(|agent| Player::Honest(self.agents[*agent].0)))
            .collect();
        let mut known = self.members.clone();
        known.extend(seated.iter().map(|agent| self.agents[*agent].1));

        let question = Question::drawn(self.questions, &mut self.draws);
        let round = Round::of(&question, players, self.junk, &mut self.draws);
        let chosen = choose(&mut known, &round.played);

        let (members, others) = known.split_at(self.members.len());
        self.members.copy_from_slice(members);
        for (agent, after) in seated.into_iter().zip(others) {
            self.agents[agent].1 = *after;
        }
        round.seen(&chosen)
    }

    /// The honest agents that take the other seats: drawn.
    fn seated(&mut self) -> Vec<usize> {
        let drawn = self.draws.shuffled(self.honest.len());
        let seats = self.seats - self.members.len();
        drawn.into_iter().take(seats).map(|number| self.honest[number]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEATS: usize = 10;

    fn lived(questions: Questions, rounds: usize) -> World {
        let mut world = World::beginning(questions, SEATS, Draws::of("lived", 0));
        for _ in 0..rounds {
            world.play();
        }
        world
    }

    fn joined(world: &World, adversary: Adversary, junk: Junk) -> World {
        world.joined_by(&Case { adversary, junk, share: 0.3 }, Draws::of("joined", 0))
    }

    #[test]
    fn records_should_stay_with_their_agents() {
        let world = lived(Questions::Closed, 30);
        let rounds: usize =
            world.agents.iter().map(|(_, known)| known.standing.grading.rounds as usize).sum();
        assert_eq!(rounds, 30 * SEATS);
        let rounds: usize =
            world.agents.iter().map(|(_, known)| known.record.rounds as usize).sum();
        assert_eq!(rounds, 30 * SEATS);
        assert!(world.agents.iter().filter(|(_, known)| *known == Known::default()).count() < 3);
    }

    #[test]
    fn honest_rounds_should_be_won_by_nobody_else_and_better_than_by_lot() {
        let mut world = lived(Questions::Closed, 100);
        let seen = Seen::mean(&(0..200).map(|_| world.play()).collect::<Vec<_>>());
        assert_eq!(seen.won, ByRule { majority: 0.0, version_3: 0.0, default: 0.0 });
        for quality in [seen.quality.majority, seen.quality.version_3, seen.quality.default] {
            assert!((0.62..=seen.best).contains(&quality), "{seen:?}");
        }
    }

    #[test]
    fn new_rings_should_be_unknown_in_every_round() {
        let mut world = joined(&lived(Questions::Open, 10), Adversary::NewRing, Junk::Copied);
        world.play();
        world.play();
        assert_eq!(world.members.len(), 3);
        assert!(world.members.iter().all(|known| known.standing.grading.rounds == 1));
    }

    #[test]
    fn sleepers_should_bring_their_records_and_sit_nowhere_else() {
        let world = lived(Questions::Closed, 60);
        let mut asleep = joined(&world, Adversary::SleepingRing, Junk::Copied);
        assert_eq!((asleep.honest.len(), asleep.members.len()), (27, 3));
        let rounds = asleep.members[0].record.rounds;
        assert!(rounds > 5, "{rounds}");
        asleep.play();
        assert_eq!(asleep.members[0].record.rounds, rounds + 1);
        let farmed = joined(&world, Adversary::FarmedRing, Junk::Copied);
        assert_eq!((farmed.honest.len(), farmed.members.len()), (30, 3));
        assert_eq!(farmed.members[0].record.rounds, 30);
    }

    #[test]
    fn rounds_should_be_seen_as_the_rules_pick_and_pay() {
        let mut draws = Draws::of("seen", 0);
        let question = Question::drawn(Questions::Open, &mut draws);
        let honest = Player::Honest(Agent::drawn(&mut draws));
        let players = [vec![Player::Ring; 3], vec![honest; 7]].concat();
        let round = Round::of(&question, players, Junk::Copied, &mut draws);
        let picked = ByRule { majority: vec![0, 9], version_3: vec![1], default: vec![8] };
        let skill = ByRule {
            majority: Vec::new(),
            version_3: vec![Fixed::from_u32(1); 10],
            default: vec![Fixed::default(); 10],
        };
        let seen = round.seen(&Chosen { picked, skill });
        assert_eq!(seen.won, ByRule { majority: 0.5, version_3: 1.0, default: 0.0 });
        assert!((seen.pay.version_3 - 0.3).abs() < 1e-12 && seen.pay.default == 0.0);
    }

    #[test]
    fn worlds_should_be_the_same_when_played_again() {
        let play = || {
            let mut world = joined(&lived(Questions::Open, 5), Adversary::LazyCopies, Junk::Copied);
            (0..5).map(|_| world.play()).collect::<Vec<_>>()
        };
        assert_eq!(play(), play());
    }
}
