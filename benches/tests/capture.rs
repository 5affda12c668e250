//! What the experiment `capture` promises: its prices are the runtime's, and the goals hold as far
//! as they do. `docs/capture.md` says where they do not.

use waggle_evidence::{
    effort::{Bench, Effort},
    experiments::capture::{
        cost_of_all_places, measure, measure_farms, measure_reading, measure_veto, Attack, Figures,
        Past, ATTACKS, OF_THE_RUNTIME, SHARE, SIZES,
    },
};

fn attacks(are_wanted: impl Fn(&Attack) -> bool) -> Vec<Attack> {
    ATTACKS.into_iter().filter(are_wanted).collect()
}

/// Rings in rounds of ten seats, as they are published.
fn rings(share: f64) -> Vec<Figures> {
    measure(&Bench::silent(Effort::Full), &attacks(|attack| attack.is_ring), &[10], share)
}

fn is_new(figures: &Figures) -> bool {
    matches!(figures.attack.past, Past::New | Past::Anew)
}

#[test]
fn rings_of_a_fifth_of_the_members_should_reach_the_goals() {
    for figures in rings(0.2) {
        let most = if is_new(&figures) { 0.05 } else { 0.35 };
        assert!(figures.wins.part <= most, "{figures:?}");
    }
}

/// The goals for three tenths are 0.05 and 0.35. They are missed, by no more than this.
#[test]
fn rings_of_three_tenths_of_the_members_should_not_win_more_than_is_known() {
    for figures in rings(SHARE) {
        let most = match figures.attack.past {
            Past::New | Past::Anew => 0.12,
            Past::Honest | Past::SlowStrangers => 0.5,
            Past::KnownAnswers => 0.65,
            Past::OwnDomain => 0.72,
        };
        assert!(figures.wins.part <= most, "{figures:?}");
    }
}

#[test]
fn client_and_agents_should_never_gain_together() {
    let bench = Bench::silent(Effort::Fast);
    for share in [SHARE, 1.0] {
        for figures in measure(&bench, &ATTACKS, &SIZES, share) {
            assert!(figures.with_client < 0.0, "{figures:?}");
            assert!(figures.best_with_client < 0.0, "{figures:?}");
        }
    }
    for farming in measure_farms(&bench) {
        assert!(farming.gain < 0.0 && farming.cost_of_twice > 0.0, "{farming:?}");
    }
}

#[test]
fn members_should_lose_by_junk_and_by_broken_words() {
    let losing = attacks(|attack| {
        let names = ["seat grabbing", "whitewashing", "lazy copies"];
        names.contains(&attack.name) || attack.name.starts_with("withheld")
    });
    assert_eq!(losing.len(), 5);
    for figures in measure(&Bench::silent(Effort::Full), &losing, &[4, 10], SHARE) {
        assert!(figures.gain.mean + figures.gain.half_width < 0.0, "{figures:?}");
    }
}

#[test]
fn nobody_should_gain_when_all_are_lazy() {
    let lazy = attacks(|attack| attack.name == "lazy grading");
    for figures in measure(&Bench::silent(Effort::Fast), &lazy, &[4, 10], 1.0) {
        assert!(figures.gain.mean < 0.0, "{figures:?}");
    }
}

#[test]
fn attacks_should_not_depend_on_each_other() {
    let bench = Bench::silent(Effort::Fast);
    let together = measure(&bench, &attacks(|attack| attack.is_ring), &[4, 5], SHARE);
    for figures in together {
        let alone = &measure(&bench, &[figures.attack], &[figures.n], SHARE)[0];
        assert_eq!((figures.wins, figures.gain), (alone.wins, alone.gain));
    }
}

/// With the runtime's part: what it is chosen for.
#[test]
fn clients_that_let_nobody_win_should_pay_and_agents_should_not_lose() {
    for reading in measure_reading(&Bench::silent(Effort::Fast), &[75]) {
        assert!(reading.client_pays > 0.5, "{reading:?}");
        assert!(reading.honest > 0.0 && reading.at_a_loss > 0.0, "{reading:?}");
        assert!(reading.junk < 0.0, "{reading:?}");
    }
}

/// What rivals gain by grading down is what they gain where there is nothing to veto.
#[test]
fn rivals_should_gain_next_to_nothing_by_letting_nobody_win() {
    let vetoed = measure_veto(&Bench::silent(Effort::Full));
    for with in vetoed.iter().filter(|vetoed| vetoed.share == SHARE) {
        let without = vetoed.iter().find(|other| {
            (other.rivals, other.n, other.share) == (with.rivals, with.n, SHARE)
                && other.min_score == 0.0
        });
        let without = without.expect("each is played without a minimum score, too");
        assert_eq!(without.nobody_wins, 0.0);
        assert!(with.gain < without.gain + 0.05, "{with:?} {without:?}");
    }
    for figures in &vetoed {
        assert!(figures.nobody_wins < figures.nobody_would + 0.15, "{figures:?}");
        assert!(figures.gain < 0.25, "{figures:?}");
        assert!(figures.gain_by_grades < 0.02, "{figures:?}");
    }
    // Where each has three graders what it says of rivals matters less than what that costs.
    for figures in vetoed.iter().filter(|figures| figures.n == 10) {
        assert!(figures.gain < 0.0, "{figures:?}");
    }
}

#[test]
fn taking_all_rounds_should_cost_more_than_a_hundred_wag_a_minute() {
    assert!(cost_of_all_places() > 100.0, "{}", cost_of_all_places());
}

/// The runtime's constants, as they are written.
const CONSTANTS: &str = include_str!("../../runtime/src/constants.rs");

/// The value of the constant with this name.
fn constant(name: &str) -> u128 {
    let declared = CONSTANTS.split(&format!("pub const {name}: ")).nth(1);
    let declared = declared.unwrap_or_else(|| panic!("the runtime has no {name}"));
    let (_, value) = declared.split(';').next().unwrap().split_once(" = ").unwrap();
    value_of(value)
}

/// The value of what stands in a constant: parts, or products and quotients.
fn value_of(text: &str) -> u128 {
    let arguments = |of: &str| {
        let inside = text.strip_prefix(of)?.strip_suffix(')')?;
        Some(inside.split(", ").map(value_of).collect::<Vec<u128>>())
    };
    if let Some(percent) = arguments("Perbill::from_percent(") {
        return percent[0] * 10_000_000;
    }
    if let Some(parts) = arguments("Perbill::from_parts(") {
        return parts[0];
    }
    if let Some(rational) = arguments("Fixed::from_rational(") {
        return rational[0] * 1_000_000_000_000_000_000 / rational[1];
    }
    let term = |text: &str| text.replace('_', "").parse().unwrap_or_else(|_| constant(text));
    let mut words = text.split(' ');
    let mut value = term(words.next().unwrap());
    while let (Some(sign), Some(next)) = (words.next(), words.next()) {
        match sign {
            "*" => value *= term(next),
            "/" => value /= term(next),
            other => panic!("{text} has a {other}"),
        }
    }
    value
}

#[test]
fn prices_and_rules_should_be_the_runtimes() {
    for (name, value) in OF_THE_RUNTIME {
        assert_eq!(constant(name), *value, "{name}");
    }
}
