//! What replays find: members answer with one file of weights and claim another, auditors have the
//! weights of the claim.
//!
//! An *epoch* is drawn from what was measured: answers with replacement, until they have so many
//! tokens. The sums of an answer stay together, as on the chain, and the verdict is the chain's
//! ([`ReplayRules`]). Out of scope: committees and medians, since auditors with equal weights say
//! the same but for the rounding of their processors.

use super::kept::{key, Kept};
use crate::{
    draws::Draws,
    output::rounded,
    statistics::{mean, Estimate},
};
use serde::{Deserialize, Serialize};
use waggle_primitives::audit::{
    replay::{Replay, ReplayRules},
    Verdict,
};

/// How many tokens epochs have.
pub const TOKENS: [u32; 5] = [100, 200, 300, 600, 1_200];
/// How many epochs are drawn for each number of tokens.
const EPOCHS: usize = 10_000;
/// How often all answers are drawn anew, to see how sure their pace is.
const RESAMPLES: usize = 2_000;
/// With fewer answers nothing is said.
pub const ENOUGH: usize = 20;

/// What an auditor found of one answer, in the units of [`Replay`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// How many tokens.
    pub tokens: u32,
    /// Σ surprise.
    pub surprise: u64,
    /// Σ entropy.
    pub entropy: u64,
    /// Σ variance.
    pub variance: u64,
}

impl From<Replay> for Sums {
    fn from(Replay { tokens, surprise, entropy, variance }: Replay) -> Self {
        Self { tokens, surprise, entropy, variance }
    }
}

impl From<Sums> for Replay {
    fn from(Sums { tokens, surprise, entropy, variance }: Sums) -> Self {
        Self { tokens, surprise, entropy, variance }
    }
}

/// A replay of an answer, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// With whose weights it was replayed: for people who read the file.
    pub claimed: String,
    /// Who answered: likewise.
    pub run: String,
    /// What was found; none if nothing can be said of it.
    pub sums: Option<Sums>,
}

/// What a replay is kept under: with which weights, and of which answer, each by its own key.
pub fn replay_key(recipe: &str, answer: &str) -> String {
    key(&("replay", recipe, answer))
}

/// The sums of those of `answers`, given by their keys, that were replayed with the weights of
/// `recipe` and of which something can be said.
pub fn known<'a>(
    recipe: &str,
    answers: impl IntoIterator<Item = &'a String>,
    kept: &Kept<Replayed>,
) -> Vec<Replay> {
    let of = |answer: &String| {
        let sums = kept.get(&replay_key(recipe, answer))?.sums?;
        (sums.tokens > 0).then(|| Replay::from(sums))
    };
    answers.into_iter().filter_map(of).collect()
}

/// A line of `replays.csv`: who claims one file, runs another, and is judged by so many tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The weights that auditors have.
    pub claimed: String,
    /// Those that answered.
    pub run: String,
    /// How many tokens an epoch has at least.
    pub tokens: u32,
    /// How many it has on average: an answer counts as a whole.
    pub mean_tokens: f64,
    /// Share of the epochs that are flagged. Where run and claim are the same: false positives.
    pub power: f64,
    /// The mean z of the epochs.
    pub mean_z: f64,
    /// How many answers the epochs are drawn from.
    pub answers: usize,
    /// How many tokens these have together.
    pub judged: u32,
    /// z of all these answers together, over the root of their tokens: what z grows by.
    pub pace: f64,
    /// Half the width of its 95 % confidence interval.
    pub pace_half_width: f64,
    /// After how many tokens the mean z is at the bound; none if the pace may be 0.
    pub bound_tokens: Option<f64>,
}

/// The lines of a pair of weights, one for each of [`TOKENS`]; none for fewer than [`ENOUGH`]
/// answers. Each of `answers` has a token at least.
pub fn lines((claimed, run): (&str, &str), answers: &[Replay]) -> Vec<Line> {
    if answers.len() < ENOUGH {
        return Vec::new();
    }
    let judged: u32 = answers.iter().map(|answer| answer.tokens).sum();
    let pace = pace(answers);
    let bound = ReplayRules::default().deviations.to_float();
    let is_sure = pace.mean.abs() > pace.half_width;
    let bound_tokens = is_sure.then(|| (bound / pace.mean).powi(2).ceil());
    let line = |tokens: u32| {
        let found = epochs(answers, tokens);
        Line {
            claimed: claimed.to_owned(),
            run: run.to_owned(),
            tokens,
            mean_tokens: rounded(found.tokens),
            power: rounded(found.flagged),
            mean_z: rounded(found.z),
            answers: answers.len(),
            judged,
            pace: rounded(pace.mean),
            pace_half_width: rounded(pace.half_width),
            bound_tokens,
        }
    };
    TOKENS.into_iter().map(line).collect()
}

/// Means over epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    flagged: f64,
    z: f64,
    tokens: f64,
}

/// Epochs of so many tokens.
fn epochs(answers: &[Replay], tokens: u32) -> Found {
    let rules = ReplayRules::default();
    let mut draws = Draws::of("real/replays", tokens as usize);
    let drawn: Vec<Replay> = (0..EPOCHS).map(|_| epoch(answers, tokens, &mut draws)).collect();
    let over = |of: &dyn Fn(&Replay) -> f64| mean(&drawn.iter().map(of).collect::<Vec<_>>());
    Found {
        flagged: over(&|epoch| f64::from(u8::from(epoch.verdict(&rules) == Verdict::Flag))),
        z: over(&deviations),
        tokens: over(&|epoch| f64::from(epoch.tokens)),
    }
}

/// Answers by lot, until they have so many tokens.
fn epoch(answers: &[Replay], tokens: u32, draws: &mut Draws) -> Replay {
    let mut sums = Replay::default();
    while sums.tokens < tokens {
        sums = sums.with(answers[draws.below(answers.len())]);
    }
    sums
}

/// z, 0 where nothing was left to chance.
fn deviations(sums: &Replay) -> f64 {
    sums.z().map_or(0.0, |z| z.to_float())
}

/// z over the root of the tokens, of all answers together.
fn pace(answers: &[Replay]) -> Estimate {
    let of = |sums: Replay| deviations(&sums) / f64::from(sums.tokens.max(1)).sqrt();
    let all = answers.iter().fold(Replay::default(), |sums, answer| sums.with(*answer));
    let mut draws = Draws::of("real/replays/pace", 0);
    let mut drawn = || {
        let some = (0..answers.len()).map(|_| answers[draws.below(answers.len())]);
        of(some.fold(Replay::default(), Replay::with))
    };
    let mut paces: Vec<f64> = (0..RESAMPLES).map(|_| drawn()).collect();
    paces.sort_by(f64::total_cmp);
    // 95 % of them are between these two.
    let (from, to) = (paces[RESAMPLES / 40], paces[RESAMPLES - 1 - RESAMPLES / 40]);
    Estimate { mean: of(all), half_width: (to - from) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_primitives::audit::replay::NAT;

    /// An answer of so many tokens, by nats.
    fn answer(tokens: u32, excess: f64, variance: f64) -> Replay {
        let units = |nats: f64| (nats * f64::from(NAT)).round() as u64;
        let entropy = 1_000.0;
        Replay {
            tokens,
            surprise: units(entropy + excess),
            entropy: units(entropy),
            variance: units(variance),
        }
    }

    /// 400 answers of 20 to 59 tokens, each token of a variance of 2.5 nat², with a surprise of
    /// `pace` standard deviations above what it should be.
    fn answers(pace: f64) -> Vec<Replay> {
        let mut draws = Draws::of("real/replays/test", 0);
        let mut all = Vec::new();
        for _ in 0..400 {
            let tokens = 20 + draws.below(40) as u32;
            let variance = 2.5 * f64::from(tokens);
            let drift = pace * f64::from(tokens) * 2.5f64.sqrt();
            all.push(answer(tokens, drift + draws.gaussian() * variance.sqrt(), variance));
        }
        all
    }

    fn power(lines: &[Line], tokens: u32) -> f64 {
        lines.iter().find(|line| line.tokens == tokens).unwrap().power
    }

    #[test]
    fn equal_answers_should_be_as_by_hand() {
        // z of 100 tokens: 40 / √200 = 2.83; of 300: 120 / √600 = 4.90.
        for sign in [1.0, -1.0] {
            let lines = lines(("c", "r"), &[answer(50, sign * 20.0, 100.0); ENOUGH]);
            assert_eq!(lines.len(), TOKENS.len());
            assert_eq!((power(&lines, 100), power(&lines, 300)), (0.0, 1.0), "on either side");
            assert!((lines[2].mean_z - sign * 4.899).abs() < 0.001, "{lines:?}");
            assert!((lines[0].pace - sign * 0.2828).abs() < 0.001, "{lines:?}");
            assert_eq!((lines[2].mean_tokens, lines[2].judged), (300.0, 1_000));
            assert_eq!(lines[0].pace_half_width, 0.0);
            // (4 / 0.2828)².
            let bound = lines[0].bound_tokens.unwrap();
            assert!((200.0..=201.0).contains(&bound), "{bound}");
        }
    }

    #[test]
    fn epochs_should_have_whole_answers_and_as_many_tokens_as_they_need() {
        let lines = lines(("c", "r"), &[answer(70, 0.0, 100.0); ENOUGH]);
        let tokens: Vec<f64> = lines.iter().map(|line| line.mean_tokens).collect();
        assert_eq!(tokens, [140.0, 210.0, 350.0, 630.0, 1_260.0]);
    }

    #[test]
    fn honest_answers_should_seldom_be_flagged() {
        let lines = lines(("m", "m"), &answers(0.0));
        assert!(lines.iter().all(|line| line.power < 0.005), "{lines:?}");
        assert!(lines[0].pace.abs() < 0.03, "{lines:?}");
        let width = lines[0].pace_half_width;
        // 1.96 standard errors of a mean over about 16 000 tokens.
        assert!((0.012..0.02).contains(&width), "{width}");
    }

    #[test]
    fn other_weights_should_be_found_the_more_surely_the_more_tokens_there_are() {
        let lines = lines(("m", "n"), &answers(0.25));
        let powers: Vec<f64> = lines.iter().map(|line| line.power).collect();
        assert!(powers.windows(2).all(|pair| pair[0] < pair[1]), "{powers:?}");
        // The mean z is 4 at 256 tokens.
        assert!(powers[0] < 0.3 && powers[2] > 0.5 && powers[4] > 0.99, "{powers:?}");
        let bound = lines[0].bound_tokens.unwrap();
        assert!((180.0..400.0).contains(&bound), "{bound}");
        let z = lines[3].mean_z;
        assert!((z - 0.25 * lines[3].mean_tokens.sqrt()).abs() < 1.0, "{z}");
    }

    #[test]
    fn nothing_should_be_said_of_few_answers() {
        assert!(lines(("m", "m"), &answers(0.0)[..ENOUGH - 1]).is_empty());
    }

    #[test]
    fn known_replays_should_be_those_with_these_weights_that_say_something() {
        let path = std::env::temp_dir().join(format!("waggle-replays-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut kept = Kept::open(&path, None).unwrap();
        let found = answer(5, 1.0, 2.0);
        let mut keep = |recipe: &str, answer: &str, sums: Option<Replay>| {
            let (claimed, run) = ("c".to_owned(), "r".to_owned());
            let replayed = Replayed { claimed, run, sums: sums.map(Sums::from) };
            kept.keep(replay_key(recipe, answer), replayed).unwrap();
        };
        keep("one", "a", Some(found));
        keep("one", "b", None);
        keep("one", "c", Some(Replay::default()));
        keep("other", "d", Some(found));
        let answers = ["a", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(known("one", &answers, &kept), [found]);
        drop(kept);
        let again = Kept::open(&path, None).unwrap();
        assert_eq!(known("other", &answers, &again), [found]);
        std::fs::remove_file(&path).unwrap();
    }
}
