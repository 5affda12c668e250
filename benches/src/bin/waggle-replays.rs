//! `waggle-replays`: let real models with 8 and with 4 bits a weight answer, replay the answers
//! with the weights of either, and say what the chain's rule finds; write replays.csv and the
//! tables of docs/verification.md.

use anyhow::{ensure, Result};
use clap::Parser;
use std::{
    fs,
    io::{stdout, Write},
    path::PathBuf,
};
use waggle_evidence::{
    output::Output,
    page::{fill, Table},
    paths::{machine, provenance, Paths},
    real::{
        kept::Kept,
        open,
        quantised::Variant,
        replay_tables::TABLES,
        replaying::{Plan, Records, Swarm},
        replays::{known, lines, Line, ENOUGH},
        sources::{Folders, Model, Sources},
        together::Until,
    },
};

/// Find 4-bit weights behind a claim of 8-bit ones, by replays of real models.
///
/// What was measured is kept: a run that was interrupted goes on where it was.
#[derive(Parser)]
#[command(name = "replays", version)]
struct Arguments {
    /// llama.cpp's program that makes 8-bit and 4-bit files; of use where these are not there yet.
    #[arg(long, value_name = "FILE", default_value = "llama-quantize")]
    llama_quantize: PathBuf,
    /// How many questions are asked.
    #[arg(long, value_name = "NUMBER", default_value_t = 40, value_parser = questions)]
    questions: usize,
    /// How long an answer may be, in tokens. Of a longer one its whole sentences are left; one
    /// without is none.
    #[arg(long, value_name = "NUMBER", default_value_t = 96)]
    max_tokens: u32,
    /// Only these models, by name in benches/real.toml, all in one worker. By default the first
    /// listed one.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Measure nothing more, only say what is known.
    #[arg(long)]
    known: bool,
    /// Say what is known without the answers that were cut.
    #[arg(long, conflicts_with = "publish")]
    whole: bool,
    /// Write the figures of all that is known into benches/output/replays.csv and
    /// docs/verification.md.
    #[arg(long)]
    publish: bool,
    /// When no question begins any more, in seconds since 1970: --minutes of ./scripts/real.
    #[arg(long, value_name = "SECOND", hide = true)]
    until: Option<u64>,
    /// Where results are committed.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    records: PathBuf,
    #[command(flatten)]
    paths: Paths,
}

/// How a worker ends an answer that was cut.
const CUT: &str = "[…]";

fn questions(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=open::COUNT).contains(number));
    number.ok_or_else(|| format!("it is a number from 1 to {}", open::COUNT))
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let sources = Sources::read()?;
    let mut records = arguments.records()?;
    let questions = open::questions().into_iter().take(arguments.questions).collect();
    let plan = Plan { questions, max_tokens: arguments.max_tokens };
    if !arguments.known {
        let measured = arguments.measure(&sources, &plan, &mut records);
        // Whatever ended the run, what it found is kept.
        records.answers.store()?;
        records.replays.store()?;
        if !measured? {
            eprintln!("the time is over: the next run goes on here");
        }
    }
    let variants: Vec<Variant> = sources.models.iter().flat_map(Variant::all).collect();
    let found = found(&variants, &plan, &records, arguments.whole);
    if arguments.publish {
        ensure!(!found.is_empty(), "nothing to publish: it takes {ENOUGH} answers");
        let output = arguments.paths.output(false)?;
        output.write("replays.csv", &found)?;
        arguments.note(&output, &variants, &plan, &records)?;
        fill(&arguments.paths.page, &output, TABLES)?;
        eprintln!("results in {}", output.path("").display());
    }
    if found.is_empty() {
        eprintln!("nothing can be said yet: it takes {ENOUGH} answers of each");
        return Ok(());
    }
    arguments.print(&found)
}

/// The lines of all pairs of weights of which enough is known; if `whole`, of answers that were not
/// cut.
fn found(variants: &[Variant], plan: &Plan, records: &Records, whole: bool) -> Vec<Line> {
    let is_cut = |key: &str| {
        let text = records.answers.get(key).and_then(|answered| answered.text.as_deref());
        text.is_some_and(|text| text.ends_with(CUT))
    };
    let mut found = Vec::new();
    for claimed in variants {
        for run in variants {
            let mut answers = plan.answer_keys(run);
            answers.retain(|key| !(whole && is_cut(key)));
            let answers = known(&claimed.recipe, &answers, &records.replays);
            found.extend(lines((claimed.name.as_str(), run.name.as_str()), &answers));
        }
    }
    found
}

impl Arguments {
    fn records(&self) -> Result<Records> {
        let path = |name: &str| self.paths.cache.join(format!("{name}.jsonl"));
        let store = |name: &str| self.records.join(format!("{name}.jsonl.gz"));
        Ok(Records {
            answers: Kept::open(&path("replay-answers"), Some(&store("replay-answers")))?,
            replays: Kept::open(&path("replays"), Some(&store("replays")))?,
        })
    }

    /// Ask and replay what is not known yet. Whether all is known then.
    fn measure(&self, sources: &Sources, plan: &Plan, records: &mut Records) -> Result<bool> {
        let models: Vec<&Model> = if self.only.is_empty() {
            sources.models.iter().take(1).collect()
        } else {
            self.only.iter().map(|name| sources.model(name)).collect::<Result<_>>()?
        };
        let folders = Folders {
            models: self.paths.models.clone(),
            fetched: self.paths.cache.join("questions"),
            repositories: None,
        };
        let mut served = Vec::new();
        for model in models {
            for variant in Variant::all(model) {
                let weights = variant.weights(model, &folders, &self.llama_quantize)?;
                eprintln!("{}: {}", variant.name, weights.path.display());
                served.push((variant, weights));
            }
        }
        let (worker, until) = (self.paths.worker.as_path(), Until::second(self.until));
        Swarm { served, worker, until }.measure(plan, records)
    }

    /// Write where the figures come from.
    fn note(
        &self,
        output: &Output,
        variants: &[Variant],
        plan: &Plan,
        records: &Records,
    ) -> Result<()> {
        let keys = variants.iter().flat_map(|variant| plan.answer_keys(variant));
        let texts: Vec<&str> =
            keys.filter_map(|key| records.answers.get(&key)?.text.as_deref()).collect();
        let is_asked = |question: &&String| {
            let mut keys = variants.iter().map(|variant| plan.answer_key(variant, question));
            keys.any(|key| records.answers.get(&key).is_some())
        };
        let (date, commit) = provenance(output);
        let text = format!(
            "# The run that wrote replays.csv.\n\
             questions = {}\nmax_tokens = {}\nanswers = {}\ncut = {}\n\
             date = \"{date}\"\ncommit = \"{commit}\"\nmachine = \"{}\"\n",
            plan.questions.iter().filter(is_asked).count(),
            plan.max_tokens,
            texts.len(),
            texts.iter().filter(|text| text.ends_with(CUT)).count(),
            machine()?,
        );
        Ok(fs::write(output.path("replays.toml"), text)?)
    }

    /// Print the tables of what was found.
    fn print(&self, found: &[Line]) -> Result<()> {
        let output = Output::into(&self.paths.cache.join("replays"))?;
        output.write("replays.csv", found)?;
        let mut out = stdout().lock();
        let of_figures = |(name, _): &&Table| *name != "replays-run";
        for (_, table) in TABLES.iter().filter(of_figures) {
            writeln!(out, "{}", table(&output)?)?;
        }
        Ok(out.flush()?)
    }
}
