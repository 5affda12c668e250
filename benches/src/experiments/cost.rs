//! Cost of a round by size of the swarm: messages, bytes on chain, one-token inferences and
//! signatures, for grading by a third (the chain's), by everybody, and in two levels of sub-swarms.
//! Counted, not simulated: lengths come from the encodings of the chain's own types.
//!
//! A hierarchy on paper: sub-swarms of `s` each choose a winner by rounds of their own; the `n/s`
//! winners are the answers of a last round among as many agents, one from each sub-swarm. Grades:
//! `n·k(s) + (n/s)·k(n/s)`; with `s = √n` that is about `n·√n/3`, against `n²/3`. It goes through
//! the same phases twice: six blocks instead of three.

use crate::{
    output::Output,
    page::{number, rows, text},
    plot::{write_plot, Figure, Panel, Series},
};
use anyhow::Result;
use codec::Encode;
use serde::Serialize;
use waggle_primitives::{
    assignment::grades_per_agent, Act, AgentKey, AgentSignature, Sealed, SignedAct,
};

/// Sizes that are counted.
pub const SIZES: [usize; 9] = [4, 7, 10, 20, 50, 100, 200, 500, 1_000];
/// Bytes of the prompt.
const PROMPT: usize = 200;
/// Bytes of an answer.
const ANSWER: usize = 1_024;
/// Bytes of an ordinary signed extrinsic around its call: address, signature, nonce and the other
/// extensions.
const SIGNED_EXTRINSIC: usize = 140;
/// Bytes of an extrinsic around an act: length, version, call index.
const ACT_EXTRINSIC: usize = 8;

/// Who grades whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// A third of the others.
    Third,
    /// All others.
    Everybody,
    /// Sub-swarms of about √n, and a round of their winners.
    Hierarchy,
}

impl Scheme {
    /// All.
    pub const ALL: [Scheme; 3] = [Scheme::Third, Scheme::Everybody, Scheme::Hierarchy];

    /// The name in `cost.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Third => "third",
            Scheme::Everybody => "everybody",
            Scheme::Hierarchy => "hierarchy",
        }
    }
}

/// One line of `cost.csv`: a whole round.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Line {
    /// Agents.
    pub n: usize,
    /// Who grades whom.
    pub scheme: &'static str,
    /// Extrinsics, when each act comes in one of its own.
    pub messages: usize,
    /// Bytes of those extrinsics.
    pub bytes: usize,
    /// Grades: one token each.
    pub inferences: usize,
    /// Signatures that the chain verifies.
    pub signatures: usize,
}

fn encoded(act: Act) -> usize {
    SignedAct { agent: AgentKey::default(), act, signature: AgentSignature::default() }
        .encoded_size()
        + ACT_EXTRINSIC
}

fn sealed<MaxBytes: sp_core::Get<u32>>(bytes: usize) -> Sealed<MaxBytes> {
    Sealed {
        ciphertext: sp_core::bounded_vec::BoundedVec::truncate_from(vec![0; bytes]),
        commitment: [0; 32],
    }
}

/// One round of `n` that each grade `k`, without the client's part.
fn round(n: usize, k: usize, answers: bool) -> Line {
    // Grades of swarms beyond the chain's limit would not fit its bound: count them by hand, two
    // bytes each.
    let empty_grades = encoded(Act::CommitGrades { round: 0, sealed: sealed(0) });
    let grades = empty_grades + 2 * k + if k > 31 { 1 } else { 0 };
    let openings = encoded(Act::OpenAnswer { round: 0, key: [0; 32] })
        + encoded(Act::OpenGrades { round: 0, key: [0; 32] });
    let answer =
        if answers { encoded(Act::CommitAnswer { round: 0, sealed: sealed(ANSWER) }) } else { 0 };
    Line {
        messages: 4 * n,
        bytes: n * (answer + openings + grades),
        inferences: n * k,
        signatures: 4 * n,
        ..Line::default()
    }
}

/// What a round costs.
pub fn count(n: usize, scheme: Scheme) -> Line {
    let mut line = match scheme {
        Scheme::Third => round(n, grades_per_agent(n), true),
        Scheme::Everybody => round(n, n - 1, true),
        Scheme::Hierarchy => {
            let size = (n as f64).sqrt().round().max(2.0) as usize;
            let (groups, left) = (n / size, n % size);
            let mut sum = Line::default();
            let mut add = |part: Line| {
                sum.messages += part.messages;
                sum.bytes += part.bytes;
                sum.inferences += part.inferences;
                sum.signatures += part.signatures;
            };
            // What does not divide joins the first groups, one agent each.
            for group in 0..groups {
                let size = size + left / groups + usize::from(group < left % groups);
                add(round(size, grades_per_agent(size), true));
            }
            add(round(groups, grades_per_agent(groups), false));
            sum
        }
    };
    line.n = n;
    line.scheme = scheme.name();
    line.messages += 1;
    line.bytes += PROMPT + SIGNED_EXTRINSIC;
    line.signatures += 1;
    line
}

/// Write `cost.csv` and its plot.
///
/// # Errors
/// If a file cannot be written.
pub fn run(output: &Output) -> Result<()> {
    let lines: Vec<Line> =
        SIZES.iter().flat_map(|n| Scheme::ALL.map(|scheme| count(*n, scheme))).collect();
    output.write("cost.csv", &lines)?;
    draw(output)
}

/// Draw `cost`, as SVG and PNG, from `cost.csv`.
///
/// # Errors
/// If the file cannot be read or a plot cannot be written.
pub fn draw(output: &Output) -> Result<()> {
    let lines = rows(output, "cost.csv")?;
    let series = |scheme: Scheme, column: &str| {
        let lines = lines.iter().filter(|line| text(line, "scheme") == scheme.name()).enumerate();
        Series {
            name: format!("graded by {}", scheme.name()),
            points: lines.map(|(i, line)| (i as f64, number(line, column).log10(), 0.0)).collect(),
            joined: true,
        }
    };
    let panel = |title: &str, y_label: &str, column: &str, y_range| Panel {
        title: title.to_owned(),
        x_label: "agents in the swarm".to_owned(),
        y_label: y_label.to_owned(),
        categories: SIZES.iter().map(ToString::to_string).collect(),
        y_range,
        log: true,
        series: Scheme::ALL.map(|scheme| series(scheme, column)).into(),
    };
    let panels = vec![
        panel("one-token inferences", "grades per round", "inferences", (0.0, 6.0)),
        panel("bytes on chain, answers of 1 KiB", "bytes per round", "bytes", (3.0, 8.0)),
        panel("messages = signatures on chain", "number per round", "messages", (0.0, 6.0)),
    ];
    let title = "Cost of one round".to_owned();
    write_plot(&Figure { title, columns: 3, panels }, &output.path("cost"))
}
