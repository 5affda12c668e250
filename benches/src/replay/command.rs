//! `./scripts/evidence replay`: which sets are played how, and where the figures go.

use super::{
    measuring::{measure, Figures},
    report::{table, Line, Object},
    sets::Set,
};
use crate::{
    effort::{Bench, Effort},
    output::Output,
    paths::provenance,
};
use anyhow::Result;
use clap::Args;
use std::{
    io::{stdout, Write},
    path::PathBuf,
};

/// The share of the ring in `docs/evidence.md`: one of four, two of seven.
const PUBLISHED_RING: f64 = 0.28;

/// What to replay.
#[derive(Args)]
pub struct Replay {
    /// The folder with NAME.answers.csv.gz (columns question, author, equal, truth) and
    /// NAME.grades.csv.gz (question, judge, author, grade) of each set.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// One line of JSON for each set instead of a table.
    #[arg(long)]
    json: bool,
    /// Turn this share of the authors, at least one, into a ring: one shared wrong answer, graded
    /// 1 by the ring and like the worst by all others. 0 for none.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    ring: Option<f64>,
    /// How often each set is played, each time in another order.
    #[arg(long, value_name = "N", default_value = "20", value_parser = plays)]
    seeds: usize,
    /// Only these sets, separated by commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    sets: Vec<String>,
    /// Play all sets without a ring and with one of 0.28, and write the figures into
    /// benches/output/replay.csv and docs/evidence.md.
    #[arg(long, conflicts_with_all = ["ring", "sets"])]
    publish: bool,
}

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| (0.0..1.0).contains(share));
    share.ok_or("a share is a number from 0 to below 1")
}

fn plays(text: &str) -> Result<usize, &'static str> {
    text.parse().ok().filter(|plays| *plays > 0).ok_or("it is a number from 1 on")
}

impl Replay {
    /// Whether the figures are to be published.
    pub fn publishes(&self) -> bool {
        self.publish
    }

    /// Play the sets and print what comes out; write it into `output` if it is to be published.
    ///
    /// # Errors
    /// If a set cannot be read, or a result cannot be written.
    pub fn run(&self, output: &Output) -> Result<()> {
        let sets = Set::all(&self.folder, &self.sets)?;
        let rings = match self.publish {
            true => vec![None, Some(PUBLISHED_RING)],
            false => vec![self.ring.filter(|share| *share > 0.0)],
        };
        let mut lines: Vec<Line> = Vec::new();
        for ring in rings {
            for set in &sets {
                let bench = Bench::shown(Effort::Full, "replay");
                let figures = measure(&bench, set, self.seeds, ring);
                bench.done();
                self.print(&figures, !lines.is_empty())?;
                lines.push(Line::from(&figures));
            }
        }
        if self.publish {
            output.write("replay.csv", &lines)?;
            self.write_run(output)?;
        }
        Ok(())
    }

    fn print(&self, figures: &Figures, is_next: bool) -> Result<()> {
        let mut out = stdout().lock();
        if self.json {
            serde_json::to_writer(&mut out, &Object::from(figures))?;
            writeln!(out)?;
        } else {
            write!(out, "{}{}", if is_next { "\n" } else { "" }, table(figures))?;
        }
        Ok(out.flush()?)
    }

    /// Write where the figures come from.
    fn write_run(&self, output: &Output) -> Result<()> {
        let (date, commit) = provenance(output);
        let text = format!(
            "# The run that wrote replay.csv.\n\
             seeds = {}\nring = {PUBLISHED_RING}\ndate = \"{date}\"\ncommit = \"{commit}\"\n",
            self.seeds
        );
        Ok(std::fs::write(output.path("replay.toml"), text)?)
    }
}
