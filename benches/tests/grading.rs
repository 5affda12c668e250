//! The published figures of grading still come out: the first 25 rounds of each task are played
//! again with the real worker, and must agree with `output/accuracy-subset.csv` within a stated
//! tolerance. Needs the worker's program: `WAGGLE_WORKER=…`, or `./scripts/test evidence`, which
//! builds it.
//!
//! On the machine of the published run unchanged code gives the same figures to the last digit.
//! Another processor adds up matrix products in another order, so that now and then an answer is
//! drawn differently: that is what the tolerance is for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use waggle_evidence::{
    arena::{LineUp, Reference},
    grading::{
        choosing::{Arena, Group, Rule},
        collecting::Source,
        rounds::BLOCK,
        Method, Plan,
    },
    output::Output,
    page::rows,
};

/// How far the share of right answers over all tasks may move: of 150 rounds, about four may end
/// otherwise.
const ALL: f64 = 0.03;
/// How far that of one task may move: of 25 rounds, three.
const TASK: f64 = 0.125;

#[test]
#[ignore = "needs the worker's program"]
fn published_accuracy_should_come_out_again() {
    let program = std::env::var_os("WAGGLE_WORKER")
        .map(PathBuf::from)
        .expect("WAGGLE_WORKER names the worker's program");
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let line_up = LineUp::bundled(&crate_folder.join("../offchain-worker/models")).unwrap();
    // A cache of its own, or nothing would be measured.
    let cache = std::env::temp_dir().join(format!("waggle-grading-{}", std::process::id()));
    let source = Source { program: &program, line_up: &line_up, cache: &cache, shown: false };
    let asked = source.ask(Plan { rounds: BLOCK }).unwrap();
    let methods = [Method::Pointwise(Reference::Own), Method::Pointwise(Reference::None)];
    let book = source.judge(&methods, &asked).unwrap();
    let arena = Arena { line_up: &line_up, book: &book, rounds: &asked };
    let (measured, _) = arena.accuracy(&Group::all(&line_up), &Rule::pointwise());
    std::fs::remove_dir_all(&cache).unwrap();

    let output = Output::into(&crate_folder.join("output")).unwrap();
    let published: BTreeMap<(String, String), f64> = rows(&output, "accuracy-subset.csv")
        .unwrap()
        .into_iter()
        .map(|row| {
            ((row["task"].clone(), row["chooser"].clone()), row["accuracy"].parse().unwrap())
        })
        .collect();
    assert_eq!(measured.len(), published.len(), "other choosers than published");
    let moved: Vec<String> = measured
        .iter()
        .filter_map(|line| {
            let old = published[&(line.task.to_owned(), line.chooser.clone())];
            let tolerance = if line.task == "all" { ALL } else { TASK };
            let far = (line.accuracy - old).abs() > tolerance;
            far.then(|| {
                format!(
                    "{} {}: {old} published, {} measured",
                    line.task, line.chooser, line.accuracy
                )
            })
        })
        .collect();
    assert!(moved.is_empty(), "moved by more than their tolerance:\n{}", moved.join("\n"));
}
