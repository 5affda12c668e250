//! What is measured, as files: `capture.csv` with one line for each attack, size and share, and
//! `capture.toml`.

use super::{
    cost_of_all_places, measure, measure_farms, Attack, Conduct, Farming, Figures, ATTACKS,
    MEMBERS, OTHER_SHARES, SHARE, SIZES,
};
use crate::{
    effort::Bench,
    output::{rounded, Output},
    paths::provenance,
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::MIN_SWARM;

/// The lines of `capture.csv` that are no [`Attack`].
pub(super) const SELF_DEALING: &str = "self-dealing";
pub(super) const SHILLS: &str = "shills";
pub(super) const FLOOD: &str = "flood: all rounds taken";
/// What the names of all farms begin with.
pub(super) const FARMING: &str = "farming: ";

/// A line of `capture.csv`.
#[derive(Debug, Serialize)]
struct Line {
    /// What is done.
    attack: String,
    /// Seats of a round.
    n: u32,
    /// The hand's part of the members.
    share: f64,
    /// What it cost before the first round that is measured; of farms until their members weigh
    /// twice what newcomers do; of a flood in a minute. What comes back is not counted.
    cost_wag: f64,
    /// What it brings in a round beside honest work of the same members; of farms, and where the
    /// client is in the hand, what client and members have of it together.
    gain_per_round: f64,
    /// Part of the rounds that the hand wins, 0..=1.
    wins: f64,
    /// What there is to know of it.
    note: String,
}

impl From<&Figures> for Line {
    fn from(figures: &Figures) -> Self {
        Self {
            attack: figures.attack.name.to_owned(),
            n: figures.n,
            share: figures.share,
            cost_wag: rounded(figures.cost),
            gain_per_round: rounded(figures.gain.mean),
            wins: rounded(figures.wins.part),
            note: figures.attack.note.to_owned(),
        }
    }
}

impl From<Farming> for Line {
    fn from(farming: Farming) -> Self {
        Self {
            attack: farming.name.to_owned(),
            n: farming.n,
            share: farming.members as f64 / MEMBERS as f64,
            cost_wag: rounded(farming.cost_of_twice),
            gain_per_round: rounded(farming.gain),
            wins: rounded(farming.wins),
            note: format!("{}; cost until they weigh twice a newcomer", farming.note),
        }
    }
}

/// The client and the members in one hand: what is best for both together.
fn self_dealing(of_size: &[Figures]) -> Option<Line> {
    let best = of_size.iter().max_by(|a, b| a.with_client.total_cmp(&b.with_client))?;
    let most = of_size.iter().map(|figures| figures.best_with_client).fold(f64::MIN, f64::max);
    Some(Line {
        attack: SELF_DEALING.to_owned(),
        cost_wag: 0.0,
        gain_per_round: rounded(best.with_client),
        note: format!(
            "what client and members have together; best of all attacks: {}; {most:.3} in the \
             best round of all",
            best.attack.name
        ),
        ..Line::from(best)
    })
}

/// The same hand lets its members praise each other's junk: what it saves of what honest members
/// would leave to strangers.
fn shills(of_size: &[Figures]) -> Option<Line> {
    let sleepers = of_size
        .iter()
        .find(|figures| figures.attack.is_ring && figures.attack.past == super::Past::Honest)?;
    Some(Line {
        attack: SHILLS.to_owned(),
        cost_wag: 0.0,
        gain_per_round: rounded(sleepers.with_client - sleepers.honest_with_client),
        note: format!(
            "sleepers whose client asks; together they have {:.2} WAG and by honest work {:.2} WAG",
            sleepers.with_client, sleepers.honest_with_client
        ),
        ..Line::from(sleepers)
    })
}

/// Write `capture.csv` and `capture.toml`.
///
/// # Errors
/// If a file cannot be written.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let usual = measure(bench, &ATTACKS, &SIZES, SHARE);
    let mut lines: Vec<Line> = usual.iter().map(Line::from).collect();
    let rings: Vec<Attack> = ATTACKS.into_iter().filter(|attack| attack.is_ring).collect();
    for share in OTHER_SHARES {
        lines.extend(measure(bench, &rings, &[10], share).iter().map(Line::from));
    }
    let all_lazy: Vec<Attack> =
        ATTACKS.into_iter().filter(|attack| attack.conduct == Conduct::Idle).collect();
    lines.extend(
        measure(bench, &all_lazy, &SIZES, 1.0).iter().map(|figures| Line {
            note: "all agents alike: nobody shows skill and the client keeps the graders' part"
                .to_owned(),
            ..Line::from(figures)
        }),
    );
    for of_size in usual.chunks(ATTACKS.len()) {
        lines.extend(self_dealing(of_size));
        lines.extend(shills(of_size));
    }
    lines.extend(measure_farms(bench).into_iter().map(Line::from));
    lines.push(Line {
        attack: FLOOD.to_owned(),
        n: MIN_SWARM,
        share: 1.0,
        cost_wag: rounded(cost_of_all_places()),
        gain_per_round: 0.0,
        wins: 0.0,
        note: "cost of a minute in which nobody else can ask; rounds that run go on".to_owned(),
    });
    output.write("capture.csv", &lines)?;
    let (date, commit) = provenance(output);
    let text =
        format!("# The run that wrote capture.csv.\ndate = \"{date}\"\ncommit = \"{commit}\"\n");
    Ok(std::fs::write(output.path("capture.toml"), text)?)
}
