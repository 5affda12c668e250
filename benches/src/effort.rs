//! How much work a run does, and how it shows its progress.

use crate::draws::Draws;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

/// How many worlds each figure is averaged over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As published.
    Full,
    /// A few, to see that everything runs.
    Fast,
}

impl Effort {
    /// `full` worlds, or an eighth of them and at least two.
    pub fn worlds(self, full: usize) -> usize {
        match self {
            Effort::Full => full,
            Effort::Fast => (full / 8).max(2),
        }
    }
}

/// What an experiment needs of its surroundings.
pub struct Bench {
    /// How many worlds.
    pub effort: Effort,
    bar: ProgressBar,
}

impl Bench {
    /// With a progress bar on standard error.
    pub fn shown(effort: Effort, name: &str) -> Self {
        let bar = ProgressBar::new(0).with_prefix(name.to_owned());
        let style = ProgressStyle::with_template(
            "{prefix:12} {bar:40} {pos}/{len} worlds  {elapsed}  {msg}",
        );
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { effort, bar }
    }

    /// Without one.
    pub fn silent(effort: Effort) -> Self {
        Self { effort, bar: ProgressBar::hidden() }
    }

    /// What `play` makes of each of `full` worlds, in order, on all cores. `name` seeds them.
    pub fn over_worlds<T: Send>(
        &self,
        name: &str,
        full: usize,
        play: impl Fn(Draws) -> T + Sync,
    ) -> Vec<T> {
        let worlds = self.effort.worlds(full);
        self.bar.inc_length(worlds as u64);
        self.bar.set_message(name.to_owned());
        (0..worlds)
            .into_par_iter()
            .map(|world| {
                let result = play(Draws::of(name, world));
                self.bar.inc(1);
                result
            })
            .collect()
    }

    /// Take the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
