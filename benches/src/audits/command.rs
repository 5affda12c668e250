//! `./scripts/evidence audits`: which records are put to the tests, and where the figures go.

use super::{
    adversaries::{
        self,
        measuring::{Measured, EPOCHS},
    },
    measuring::{measure, Figure},
    records::Records,
    report::{table, Line},
    tables::TABLES,
};
use crate::{
    effort::{Bench, Effort},
    output::Output,
    page,
    paths::provenance,
};
use anyhow::Result;
use clap::Args;
use std::{
    io::{stdout, Write},
    path::{Path, PathBuf},
};
use waggle_primitives::audit::contrast::ContrastRules;

/// What to put to the tests.
#[derive(Args)]
pub struct Audits {
    /// The folder with RUN.MODEL.i16 (embeddings of unit length, 16-bit integers, 65 534 = 1.0) and
    /// RUN.MODEL.questions (the question of each) of two runs and two models at least.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What adversaries of audits achieve, with the chain's rules: how often they are flagged and
    /// suspended, and how often honest members are.
    #[arg(long)]
    adversaries: bool,
    /// One line of JSON for each claim, model and test, or for each adversary, instead of a table.
    #[arg(long)]
    json: bool,
    /// How many prompts an epoch has. Where there are fewer questions, as many as there are. The
    /// chain says nothing below 16, so that adversaries take as many.
    #[arg(long, value_name = "N", default_value = "20", value_parser = prompts)]
    prompts: usize,
    /// Write the figures into benches/output/audits.csv, or audit-adversaries.csv, and
    /// docs/verification.md.
    #[arg(long)]
    publish: bool,
}

fn prompts(text: &str) -> Result<usize, String> {
    let least = ContrastRules::default().least_prompts;
    let number = text.parse().ok().filter(|number| *number >= least as usize);
    number.ok_or_else(|| format!("it is a number from {least} on"))
}

impl Audits {
    /// Measure, and print what comes out; with `--publish` write it into `output`, and into the
    /// page `verification.md` in the folder of `page`.
    ///
    /// # Errors
    /// If the records cannot be read or are too few, or a result cannot be written.
    pub fn run(&self, output: &Output, page: &Path) -> Result<()> {
        let records = Records::read(&self.folder)?;
        let bench = Bench::shown(Effort::Full, "audits");
        if self.adversaries {
            let measured = adversaries::measuring::measure(&bench, &records, self.prompts);
            bench.done();
            return self.tell_of_adversaries(&records, &measured?, output, page);
        }
        let figures = measure(&bench, &records, self.prompts);
        bench.done();
        let figures = figures?;
        self.print(&records, &figures)?;
        if self.publish {
            let lines: Vec<Line> = figures.iter().map(Line::from).collect();
            output.write("audits.csv", &lines)?;
            write_run(&records, output, "audits", &format!("prompts = {}\n", self.prompts))?;
            page::fill(&page.with_file_name("verification.md"), output, TABLES)?;
        }
        Ok(())
    }

    /// Print what adversaries achieve; with `--publish` write it as well.
    fn tell_of_adversaries(
        &self,
        records: &Records,
        measured: &Measured,
        output: &Output,
        page: &Path,
    ) -> Result<()> {
        let lines: Vec<adversaries::report::Line> =
            measured.figures.iter().map(adversaries::report::Line::from).collect();
        let mut out = stdout().lock();
        if self.json {
            for line in &lines {
                serde_json::to_writer(&mut out, line)?;
                writeln!(out)?;
            }
        } else {
            write!(out, "{}", adversaries::report::table(measured))?;
        }
        out.flush()?;
        if self.publish {
            output.write("audit-adversaries.csv", &lines)?;
            let facts =
                format!("prompts = {}\nepochs = {}\n", measured.prompts, measured.cells * EPOCHS);
            write_run(records, output, "audit-adversaries", &facts)?;
            page::fill(&page.with_file_name("verification.md"), output, TABLES)?;
        }
        Ok(())
    }

    fn print(&self, records: &Records, figures: &[Figure]) -> Result<()> {
        let mut out = stdout().lock();
        if self.json {
            for figure in figures {
                serde_json::to_writer(&mut out, &Line::from(figure))?;
                writeln!(out)?;
            }
        } else {
            write!(out, "{}", table(records, figures))?;
        }
        Ok(out.flush()?)
    }
}

/// Write where the figures of `NAME.csv` come from, with what else is to be known of the run, into
/// `NAME.toml`.
fn write_run(records: &Records, output: &Output, name: &str, facts: &str) -> Result<()> {
    let (date, commit) = provenance(output);
    let text = format!(
        "# The run that wrote {name}.csv.\n\
         runs = {}\nmodels = {}\n{facts}date = \"{date}\"\ncommit = \"{commit}\"\n",
        records.runs.len(),
        records.models().len(),
    );
    Ok(std::fs::write(output.path(&format!("{name}.toml")), text)?)
}
