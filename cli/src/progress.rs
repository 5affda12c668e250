//! What a person sees while waiting, on stderr only.
//!
//! In a terminal: a line that moves, and one line that stays for each thing done. Elsewhere: only
//! the lines that stay, or nothing. Standard output belongs to results.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};
use waggle_client::{observer::Observer, Round};
use waggle_primitives::{lots::Seats, view::RoundState, Phase};

/// How much to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// A moving line in a terminal, nothing elsewhere.
    TerminalOnly,
    /// A moving line in a terminal, plain lines elsewhere.
    Always,
}

/// The display of one command.
pub struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    stage: Option<(Stage, Instant)>,
    seats: Option<Seats>,
}

impl Progress {
    /// A display that starts with nothing on it.
    pub fn new(verbosity: Verbosity) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner:.yellow} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        let lines = !terminal && verbosity == Verbosity::Always;
        Self { bar, lines, stage: None, seats: None }
    }

    /// What is going on now.
    pub fn doing(&self, message: impl Into<String>) {
        if let Some(bar) = &self.bar {
            bar.set_message(message.into());
        }
    }

    /// A line that stays: something is done.
    pub fn done(&self, message: impl AsRef<str>) {
        match &self.bar {
            Some(bar) => bar.println(format!("✓ {}", message.as_ref())),
            None if self.lines => eprintln!("✓ {}", message.as_ref()),
            None => {}
        }
    }

    /// A line that stays whatever the verbosity: something that the caller must know.
    pub fn note(&self, message: impl AsRef<str>) {
        match &self.bar {
            Some(bar) => bar.println(message.as_ref()),
            None => eprintln!("{}", message.as_ref()),
        }
    }

    /// Do something to the terminal with the moving line out of the way.
    pub fn suspended<Output>(&self, act: impl FnOnce() -> Output) -> Output {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Take the moving line away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn stage_ended(&mut self) {
        if let Some((stage, since)) = self.stage.take() {
            self.done(format!("{:<16} {:>6.2} s", stage.name(), since.elapsed().as_secs_f64()));
        }
    }
}

impl Observer for Progress {
    fn doing(&self, message: &str) {
        Progress::doing(self, message);
    }

    fn done(&self, message: &str) {
        Progress::done(self, message);
    }

    fn note(&self, message: &str) {
        Progress::note(self, message);
    }

    /// A stage that has ended stays as a line, and so does what became of the seats.
    fn round(&mut self, round: &Round, block: u32) {
        let RoundState::Running { phase, deadline } = round.state else { return };
        let stage = Stage::of(phase, round.seats);
        if self.stage.is_none_or(|(shown, _)| shown != stage) {
            self.stage_ended();
            self.stage = Some((stage, Instant::now()));
        }
        if self.seats != round.seats {
            self.seats = round.seats;
            if let Some(news) = news_of_seats(round) {
                self.done(news);
            }
        }
        self.doing(moving_line(round, stage, block, deadline));
    }

    fn round_ended(&mut self) {
        self.stage_ended();
        self.seats = None;
        self.doing("");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// What a running round is at: its phase, and of answering, whether it has begun, or begun again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its seats are being drawn: nobody may answer yet.
    Drawing {
        /// Among how many agents.
        members: u32,
    },
    /// This phase of the chain.
    Phase(Phase),
    /// Too few of those drawn came: answering has begun again, open to all members.
    AnsweringAgain,
}

impl Stage {
    /// That of a round in this phase, with these seats.
    pub(crate) fn of(phase: Phase, seats: Option<Seats>) -> Self {
        match (phase, seats) {
            (Phase::Answering, Some(Seats::Drawing { members })) => Self::Drawing { members },
            (Phase::Answering, Some(Seats::Widened { .. })) => Self::AnsweringAgain,
            _ => Self::Phase(phase),
        }
    }

    /// In words, with the last block that it may take.
    pub(crate) fn until(self, deadline: u32) -> String {
        match self {
            // The deadline of the answers is known when the draw is over.
            Stage::Drawing { members } => drawn_among(members),
            stage => format!("{}, until {deadline}", stage.name()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Stage::Drawing { .. } => "drawing seats",
            Stage::Phase(Phase::Answering) => "answering",
            Stage::Phase(Phase::OpeningAnswers) => "opening answers",
            Stage::Phase(Phase::Grading) => "grading",
            Stage::Phase(Phase::OpeningGrades) => "opening grades",
            Stage::AnsweringAgain => "answering again",
        }
    }
}

/// The line that moves while a round is at this stage.
fn moving_line(round: &Round, stage: Stage, block: u32, deadline: u32) -> String {
    let step = step(round, stage);
    let until = match stage {
        Stage::Drawing { .. } => String::new(),
        _ => format!(" (deadline {deadline})"),
    };
    format!("round {} · {step} · block {block}{until}", round.id)
}

/// How far a round is at this stage.
fn step(round: &Round, stage: Stage) -> String {
    let (agents, most) = (round.agents.len(), round.terms.max_agents);
    let answers = round.agents.iter().filter(|agent| agent.opened_answer).count();
    let grades = round.agents.iter().filter(|agent| agent.opened_grades).count();
    match stage {
        Stage::Drawing { members } => drawn_among(members),
        Stage::Phase(Phase::Answering) => format!("answering: {agents} of at most {most} agents"),
        Stage::AnsweringAgain => format!("answering again: {agents} of at most {most} agents"),
        Stage::Phase(Phase::OpeningAnswers) => format!("opening answers: {answers} of {agents}"),
        Stage::Phase(Phase::Grading) => "grading: agents grade each other's answers".into(),
        Stage::Phase(Phase::OpeningGrades) => format!("opening grades: {grades} of {agents}"),
    }
}

fn drawn_among(members: u32) -> String {
    format!("seats are drawn among {members} agents")
}

/// The line that stays when a round is first seen with its seats as they are. `None` if there is
/// nothing to tell.
fn news_of_seats(round: &Round) -> Option<String> {
    match round.seats? {
        Seats::ForAll { .. } | Seats::Drawing { .. } => None,
        Seats::Drawn { members, .. } => {
            Some(format!("{} of {members} agents drawn: they may answer", round.terms.max_agents))
        }
        Seats::Widened { .. } => {
            Some("too few of those with a seat came: open to all members".into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::examples;

    const SEATS: [Seats; 4] = [
        Seats::ForAll { members: 2 },
        Seats::Drawing { members: 12 },
        Seats::Drawn { members: 12, seed: [7; 32] },
        Seats::Widened { members: 12, seed: Some([7; 32]) },
    ];

    fn round(phase: Phase, seats: Seats) -> Round {
        let state = RoundState::Running { phase, deadline: 40 };
        Round { seats: Some(seats), ..examples::round(state) }
    }

    #[test]
    fn line_should_say_what_the_round_is_at_when_its_seats_are_drawn() {
        let shown = SEATS.map(|seats| {
            let round = round(Phase::Answering, seats);
            moving_line(&round, Stage::of(Phase::Answering, round.seats), 20, 40)
        });
        let expected = [
            "round 3 · answering: 2 of at most 2 agents · block 20 (deadline 40)",
            "round 3 · seats are drawn among 12 agents · block 20",
            "round 3 · answering: 2 of at most 2 agents · block 20 (deadline 40)",
            "round 3 · answering again: 2 of at most 2 agents · block 20 (deadline 40)",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn news_should_be_told_when_seats_are_drawn_or_widened() {
        let news = SEATS.map(|seats| news_of_seats(&round(Phase::Answering, seats)));
        assert!(news[..2].iter().all(Option::is_none), "{news:?}");
        assert_eq!(news[2].as_deref(), Some("2 of 12 agents drawn: they may answer"));
        let widened = Some("too few of those with a seat came: open to all members");
        assert_eq!(news[3].as_deref(), widened);
    }

    #[test]
    fn stage_should_be_the_phase_when_answering_is_over() {
        for phase in [Phase::OpeningAnswers, Phase::Grading, Phase::OpeningGrades] {
            for seats in SEATS {
                assert_eq!(Stage::of(phase, Some(seats)), Stage::Phase(phase));
            }
        }
        let stages = SEATS.map(|seats| Stage::of(Phase::Answering, Some(seats)).until(40));
        let expected = [
            "answering, until 40",
            "seats are drawn among 12 agents",
            "answering, until 40",
            "answering again, until 40",
        ];
        assert_eq!(stages, expected);
    }

    #[test]
    fn progress_should_know_the_stage_and_the_seats_until_the_round_is_over() {
        let mut progress = Progress::new(Verbosity::TerminalOnly);
        for (seats, stage) in [
            (SEATS[1], Stage::Drawing { members: 12 }),
            (SEATS[2], Stage::Phase(Phase::Answering)),
            (SEATS[3], Stage::AnsweringAgain),
        ] {
            progress.round(&round(Phase::Answering, seats), 20);
            assert_eq!(progress.stage.map(|(shown, _)| shown), Some(stage));
            assert_eq!(progress.seats, Some(seats));
        }
        progress.round_ended();
        assert!(progress.stage.is_none() && progress.seats.is_none());
    }
}
