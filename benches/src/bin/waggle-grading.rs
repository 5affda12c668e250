//! `waggle-grading`: ask the bundled swarm held-out questions through the real worker, let it
//! grade, compare who chooses best; write the files in benches/output and the tables of
//! docs/grading.md.

use anyhow::Result;
use clap::Parser;
use waggle_evidence::{
    arena::{LineUp, Reference, Task},
    grading::{
        choosing::{Arena, Group, Rule},
        collecting::Source,
        figures, quality,
        rounds::{first, BLOCK},
        tables, Asked, Method, Plan,
    },
    output::Output,
    page::fill,
    paths::{provenance, Paths},
};

/// Measure how good grading is, and what it makes of a swarm, with the bundled models and the real
/// worker.
///
/// What the models say is kept in the cache: a run that was interrupted goes on where it was.
#[derive(Parser)]
#[command(name = "grading", version)]
struct Arguments {
    /// Rounds of each task.
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
    rounds: usize,
    /// Rounds of each task whose answers are also compared pairwise and listwise.
    #[arg(long, default_value_t = 250, value_name = "NUMBER")]
    comparisons: usize,
    /// Rounds of each task whose answers are also graded without the grader's own.
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
    alone: usize,
    /// 25 rounds of each task, and pointwise grades only: half a minute. Writes into the cache,
    /// not into benches/output.
    #[arg(long)]
    fast: bool,
    #[command(flatten)]
    paths: Paths,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let line_up = LineUp::bundled(&arguments.paths.models)?;
    let source = Source {
        program: &arguments.paths.worker,
        line_up: &line_up,
        cache: &arguments.paths.cache,
        shown: true,
    };
    let output = arguments.paths.output(arguments.fast)?;
    let (rounds, compared) = if arguments.fast {
        (BLOCK, 0)
    } else {
        (arguments.rounds, arguments.comparisons.min(arguments.rounds))
    };
    let asked = source.ask(Plan { rounds })?;
    let (some, alone) = (first(&asked, compared), first(&asked, arguments.alone.min(rounds)));
    let [own, none] = [Method::Pointwise(Reference::Own), Method::Pointwise(Reference::None)];
    let others =
        [Method::Pairwise(Reference::Own), Method::Listwise, Method::Pairwise(Reference::None)];
    // What an interrupted run would miss most comes first.
    source.judge(&[own], &asked)?;
    source.judge(&[none], &some)?;
    source.judge(&others, &some)?;
    let book = source.judge(&[none], &alone)?;

    let groups = Group::all(&line_up);
    let arena = Arena { line_up: &line_up, book: &book, rounds: &asked };
    let complete = |(_, rule): &(&str, Rule)| rule.method == own || alone.len() == asked.len();
    let rules: Vec<_> = Rule::pointwise().into_iter().filter(complete).collect();
    let (accuracy, confidence) = arena.accuracy(&groups, &rules);
    output.write("accuracy.csv", &accuracy)?;
    output.write("accuracy-confidence.csv", &confidence)?;
    let mut majority = arena.majority(&groups, Reference::Own);
    majority.extend(Arena { rounds: &alone, ..arena }.majority(&groups, Reference::None));
    output.write("majority.csv", &majority)?;
    let mut lines = quality::lines(own, &line_up, &book, &asked);
    lines.extend(quality::lines(none, &line_up, &book, &alone));
    lines.extend(others.iter().flat_map(|method| quality::lines(*method, &line_up, &book, &some)));
    output.write("grading.csv", &lines)?;
    let mut bins = quality::calibration(Reference::Own, &line_up, &book, &asked);
    bins.extend(quality::calibration(Reference::None, &line_up, &book, &alone));
    output.write("calibration.csv", &bins)?;
    let subset = first(&asked, BLOCK);
    let subset = Arena { rounds: &subset, ..arena };
    output.write("accuracy-subset.csv", &subset.accuracy(&groups, &Rule::pointwise()).0)?;
    if compared > 0 {
        let arena = Arena { rounds: &some, ..arena };
        let large: Vec<Group> = groups.into_iter().filter(|group| group.teams.len() == 1).collect();
        let (lines, confidence) = arena.accuracy(&large, &Rule::methods());
        output.write("methods.csv", &lines)?;
        output.write("methods-confidence.csv", &confidence)?;
    }
    write_run(&output, (rounds, arguments.alone.min(rounds), compared), &asked)?;
    figures::draw(&output)?;
    if !arguments.fast {
        fill(&arguments.paths.page, &output, tables::TABLES)?;
    }
    eprintln!("results in {}", output.path("").display());
    Ok(())
}

/// Write where the results come from.
fn write_run(
    output: &Output,
    (rounds, alone, compared): (usize, usize, usize),
    asked: &[Asked],
) -> Result<()> {
    let (date, commit) = provenance(output);
    let mut text = format!(
        "# The run that wrote accuracy.csv and grading.csv: rounds of each task,\n\
         # different questions of each.\n\
         rounds = {rounds}\nalone = {alone}\ncomparisons = {compared}\n\
         date = \"{date}\"\ncommit = \"{commit}\"\n"
    );
    for (number, task) in Task::ALL.into_iter().enumerate() {
        let of_task =
            asked.iter().filter(|round| round.task == number).map(|round| round.prompt.as_str());
        let different: std::collections::BTreeSet<&str> = of_task.collect();
        text += &format!("{} = {}\n", task.name(), different.len());
    }
    Ok(std::fs::write(output.path("grading-run.toml"), text)?)
}
