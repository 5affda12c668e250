//! The tables of `docs/capture.md`, and what was to be reached.

use super::{
    report::{FARMING, FLOOD, SELF_DEALING, SHILLS},
    veto::USUAL_SCORE,
    ATTACKS, REWARD, SHARE,
};
use crate::{
    output::{rounded, Output},
    page::{facts, markdown, number, pivot, rows, table, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("capture-run", run_table),
    ("capture-goals", goals_table),
    ("capture-wins", wins_table),
    ("capture-shares", shares_table),
    ("capture-gains", gains_table),
    ("capture-client", client_table),
    ("capture-costs", costs_table),
    ("capture-unwon", unwon_table),
    ("capture-min-scores", min_scores_table),
    ("capture-veto", veto_table),
    ("capture-veto-scores", veto_scores_table),
];

/// What was to be reached.
struct Goal {
    /// In words.
    name: &'static str,
    /// The most, or the least, that the figure may be.
    bound: f64,
    /// Whether the bound is the most.
    is_most: bool,
    /// The figure, from the lines of `capture.csv`.
    measured: fn(&[Row]) -> f64,
}

impl Goal {
    /// Whether this figure reaches it.
    fn is_reached_by(&self, figure: f64) -> bool {
        if self.is_most {
            figure <= self.bound
        } else {
            figure > self.bound
        }
    }
}

/// What ten won rounds bring, in WAG: the winner's part, alone.
const TEN_WON_ROUNDS: f64 = 10.0 * REWARD as f64 * 0.7;

/// All of them.
const GOALS: &[Goal] = &[
    Goal {
        name: "to farm one agent alone to twice a newcomer's weight costs more WAG than ten won \
               rounds bring",
        bound: TEN_WON_ROUNDS,
        is_most: false,
        measured: |rows| least(rows, "cost_wag", |row| text(row, "attack") == "farming: one agent"),
    },
    Goal {
        name: "so it does in a ring, for each of its agents",
        bound: TEN_WON_ROUNDS,
        is_most: false,
        measured: |rows| {
            let rings = rows.iter().filter(|row| is_farming(row) && number(row, "share") >= SHARE);
            let each = rings.map(|row| {
                number(row, "cost_wag") / (number(row, "share") * super::MEMBERS as f64)
            });
            each.fold(f64::INFINITY, f64::min)
        },
    },
    Goal {
        name: "30 % of a domain's members win at most 0.35 of the rounds at n = 10, whatever they \
               did before",
        bound: 0.35,
        is_most: true,
        measured: |rows| most(rows, "wins", |row| is_ring_of_ten(row, |_| true)),
    },
    Goal {
        name: "and at most 0.05 if they are new",
        bound: 0.05,
        is_most: true,
        measured: |rows| {
            let is_new = |name: &str| ["seat grabbing", "whitewashing"].contains(&name);
            most(rows, "wins", |row| is_ring_of_ten(row, is_new))
        },
    },
    Goal {
        name: "client and agents together never gain",
        bound: 0.0,
        is_most: true,
        measured: |rows| {
            most(rows, "gain_per_round", |row| {
                text(row, "attack") == SELF_DEALING || is_farming(row)
            })
        },
    },
    Goal {
        name: "to keep others from asking costs more than 100 WAG a minute",
        bound: 100.0,
        is_most: false,
        measured: |rows| least(rows, "cost_wag", |row| text(row, "attack") == FLOOD),
    },
];

fn is_farming(row: &Row) -> bool {
    text(row, "attack").starts_with(FARMING)
}

/// Whether it is a ring of the usual share in rounds of ten seats, of such a name.
fn is_ring_of_ten(row: &Row, is_wanted: impl Fn(&str) -> bool) -> bool {
    let name = text(row, "attack");
    let is_ring = ATTACKS.iter().any(|attack| attack.is_ring && attack.name == name);
    is_ring && is_wanted(name) && number(row, "n") == 10.0 && number(row, "share") == SHARE
}

fn most(rows: &[Row], column: &str, is_wanted: impl Fn(&Row) -> bool) -> f64 {
    let wanted = rows.iter().filter(|row| is_wanted(row));
    wanted.map(|row| number(row, column)).fold(f64::NEG_INFINITY, f64::max)
}

fn least(rows: &[Row], column: &str, is_wanted: impl Fn(&Row) -> bool) -> f64 {
    let wanted = rows.iter().filter(|row| is_wanted(row));
    wanted.map(|row| number(row, column)).fold(f64::INFINITY, f64::min)
}

/// The lines of `capture.csv` that this is true of.
fn only(output: &Output, is_wanted: impl Fn(&Row) -> bool) -> Result<Vec<Row>> {
    let mut rows = rows(output, "capture.csv")?;
    rows.retain(is_wanted);
    Ok(rows)
}

fn run_table(output: &Output) -> Result<String> {
    let of = facts(output, "capture.toml")?;
    Ok(format!("Run on {} at commit {}.\n", of("date"), of("commit")))
}

fn goals_table(output: &Output) -> Result<String> {
    let rows = rows(output, "capture.csv")?;
    let lines = GOALS.iter().map(|goal| {
        let figure = (goal.measured)(&rows);
        let holds = if goal.is_reached_by(figure) { "yes" } else { "**no**" };
        let side = if goal.is_most { "at most" } else { "above" };
        vec![
            goal.name.to_owned(),
            format!("{side} {}", rounded(goal.bound)),
            format!("{figure:.2}"),
            holds.to_owned(),
        ]
    });
    Ok(markdown(&["goal", "bound", "measured", "holds"], lines))
}

/// Whether it is an attack of the usual share in rounds of strangers.
fn is_usual(row: &Row) -> bool {
    let is_attack = ATTACKS.iter().any(|attack| attack.name == text(row, "attack"));
    is_attack && number(row, "share") == SHARE
}

fn wins_table(output: &Output) -> Result<String> {
    let rows = only(output, is_usual)?;
    Ok(pivot(&rows, &["attack"], "n", |row| format!("{:.2}", number(row, "wins"))))
}

fn gains_table(output: &Output) -> Result<String> {
    let rows = only(output, |row| is_usual(row) && text(row, "attack") != ATTACKS[0].name)?;
    Ok(pivot(&rows, &["attack"], "n", |row| format!("{:+.2}", number(row, "gain_per_round"))))
}

/// How often rings of several sizes win in rounds of ten seats.
fn shares_table(output: &Output) -> Result<String> {
    let mut rows = only(output, |row| {
        let name = text(row, "attack");
        let is_ring = ATTACKS.iter().any(|attack| attack.is_ring && attack.name == name);
        is_ring && number(row, "n") == 10.0
    })?;
    rows.sort_by(|a, b| number(a, "share").total_cmp(&number(b, "share")));
    for row in &mut rows {
        let share = format!("{:.0} %", number(row, "share") * 100.0);
        row.insert("of the members".to_owned(), share);
    }
    Ok(pivot(&rows, &["attack"], "of the members", |row| format!("{:.2}", number(row, "wins"))))
}

/// What client and members in one hand have of a round, and all lazy agents.
fn client_table(output: &Output) -> Result<String> {
    let rows = only(output, |row| {
        let name = text(row, "attack");
        name == SELF_DEALING || name == SHILLS || (number(row, "share") == 1.0 && name != FLOOD)
    })?;
    Ok(pivot(&rows, &["attack"], "n", |row| format!("{:+.2}", number(row, "gain_per_round"))))
}

/// What it costs to read answers and let nobody win, and what is left for agents.
fn unwon_table(output: &Output) -> Result<String> {
    let columns = [
        ("n", "n", None),
        ("part that is shared", "unwon_share", Some(2)),
        ("client pays", "client_pays", Some(2)),
        ("honest", "honest", Some(2)),
        ("at a loss", "at_a_loss", Some(2)),
        ("junk", "junk", Some(2)),
    ];
    Ok(table(&rows(output, "unwon.csv")?, &columns))
}

/// How often nobody wins: if some can answer, and if nobody can.
fn min_scores_table(output: &Output) -> Result<String> {
    let rows = rows(output, "min-scores.csv")?;
    let both = |row: &Row| format!("{:.2}, {:.2}", number(row, "usual"), number(row, "at_a_loss"));
    Ok(pivot(&rows, &["min_score"], "n", both))
}

/// How often nobody wins where rivals let nobody else win, and what each gains: by their part of
/// the members, for one score.
fn veto_table(output: &Output) -> Result<String> {
    let usual = f64::from(USUAL_SCORE) / 10_000.0;
    let mut rows = vetoes(output, "share", |row| number(row, "min_score") == usual)?;
    for row in &mut rows {
        let share = format!("{:.0} %", number(row, "share") * 100.0);
        row.insert("of the members".to_owned(), share);
    }
    let both =
        |row: &Row| format!("{:.2}, {:+.2}", number(row, "nobody_wins"), number(row, "gain"));
    Ok(pivot(&rows, &["rivals", "of the members"], "n", both))
}

/// What each rival gains, and what of it by its grades: by what is asked for, for one part of the
/// members.
fn veto_scores_table(output: &Output) -> Result<String> {
    let rows = vetoes(output, "min_score", |row| number(row, "share") == SHARE)?;
    let both =
        |row: &Row| format!("{:+.2}, {:+.2}", number(row, "gain"), number(row, "gain_by_grades"));
    Ok(pivot(&rows, &["rivals", "min_score"], "n", both))
}

/// The lines of `veto.csv` that this is true of, by what the rivals do, then by this column.
fn vetoes(output: &Output, column: &str, is_wanted: impl Fn(&Row) -> bool) -> Result<Vec<Row>> {
    let mut rows = rows(output, "veto.csv")?;
    rows.retain(is_wanted);
    rows.sort_by(|one, other| {
        let by_rivals = text(one, "rivals").cmp(text(other, "rivals"));
        by_rivals.then(number(one, column).total_cmp(&number(other, column)))
    });
    Ok(rows)
}

/// What farms and the flood cost, and what the rings spent before.
fn costs_table(output: &Output) -> Result<String> {
    let rows = only(output, |row| {
        let has_a_past = is_ring_of_ten(row, |_| true) && number(row, "cost_wag") > 0.0;
        is_farming(row) || has_a_past || text(row, "attack") == FLOOD
    })?;
    let columns = [
        ("attack", "attack", None),
        ("n", "n", None),
        ("share", "share", None),
        ("cost, WAG", "cost_wag", Some(2)),
        ("gain of a round", "gain_per_round", Some(2)),
        ("wins", "wins", Some(2)),
        ("note", "note", None),
    ];
    Ok(table(&rows, &columns))
}
