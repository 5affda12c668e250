//! What a person sees while waiting, on stderr only.
//!
//! In a terminal: a line that moves, and one line that stays for each thing done. Elsewhere: only
//! the lines that stay, or nothing. Standard output belongs to results.

use crate::Round;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};
use waggle_primitives::{view::RoundState, Phase};

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
    phase: Option<(Phase, Instant)>,
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
        Self { bar, lines: !terminal && verbosity == Verbosity::Always, phase: None }
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

    /// Show where a round stands at a block. A phase that has ended stays as a line.
    pub(crate) fn round(&mut self, round: &Round, block: u32) {
        let RoundState::Running { phase, deadline } = round.state else { return };
        if self.phase.is_none_or(|(shown, _)| shown != phase) {
            self.phase_ended();
            self.phase = Some((phase, Instant::now()));
        }
        let agents = round.agents.len();
        let step = match phase {
            Phase::Answering => {
                format!("answering: {agents} of at most {} agents", round.terms.max_agents)
            }
            Phase::OpeningAnswers => {
                format!(
                    "opening answers: {} of {agents}",
                    round.agents.iter().filter(|a| a.opened_answer).count()
                )
            }
            Phase::Grading => "grading: agents grade each other's answers".into(),
            Phase::OpeningGrades => {
                format!(
                    "opening grades: {} of {agents}",
                    round.agents.iter().filter(|a| a.opened_grades).count()
                )
            }
        };
        self.doing(format!("round {} · {step} · block {block} (deadline {deadline})", round.id));
    }

    /// The round that was shown is over.
    pub(crate) fn round_ended(&mut self) {
        self.phase_ended();
        self.doing("");
    }

    /// Take the moving line away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn phase_ended(&mut self) {
        if let Some((phase, since)) = self.phase.take() {
            self.done(format!(
                "{:<16} {:>6.2} s",
                phase_name(phase),
                since.elapsed().as_secs_f64()
            ));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A phase in words.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Answering => "answering",
        Phase::OpeningAnswers => "opening answers",
        Phase::Grading => "grading",
        Phase::OpeningGrades => "opening grades",
    }
}
