//! Are the tokens of an answer as likely as the claimed model says? Whoever has the same weights
//! runs the answer through the model once and knows for each token its surprise -ln p, and which
//! surprise was to be expected: the entropy H, with the variance V. Of an honest sampler
//! `z = Σ(-ln p - H) / √ΣV` is about N(0, 1); of another model, quantisation or temperature it
//! grows with the root of the number of tokens, on either side.

use super::verdict::Verdict;
use crate::{
    arithmetic::{quotient, square_root},
    types::Fixed,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{Saturating, Zero};

/// What stands for one nat, and for one nat² of variance.
pub const NAT: u16 = 1_024;

/// What the claimed model says of one token, in 1/1 024; what is above 63.999 counts as that. An
/// honest rounding errs by half a unit: z moves by `tokens / (1 024 · √ΣV)` at most, by a
/// hundredth for 100 tokens of a variance of 1.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct Token {
    /// -ln p of the token that the answer has, in nats.
    pub surprise: u16,
    /// Σ -p ln p over all tokens that there could have been, in nats.
    pub entropy: u16,
    /// Σ p (-ln p - entropy)², in nats².
    pub variance: u16,
}

/// When likelihoods say something.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct ReplayRules {
    /// The fewest tokens for a verdict.
    pub least_tokens: u32,
    /// Above so many standard deviations on either side a member is flagged.
    pub deviations: Fixed,
}

/// Four standard deviations: of a normal distribution one in 16 000 honest epochs, since one flag
/// suspends. Not measured on models yet.
impl Default for ReplayRules {
    fn default() -> Self {
        Self { least_tokens: 100, deviations: Fixed::from_u32(4) }
    }
}

/// The sums over an epoch's tokens, in units of [`NAT`].
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct Replay {
    /// How many tokens.
    pub tokens: u32,
    /// Σ surprise.
    pub surprise: u64,
    /// Σ entropy.
    pub entropy: u64,
    /// Σ variance.
    pub variance: u64,
}

impl Replay {
    /// Of these tokens.
    pub fn of(tokens: impl IntoIterator<Item = Token>) -> Self {
        tokens.into_iter().fold(Self::default(), |sums, token| {
            sums.with(Self {
                tokens: 1,
                surprise: token.surprise.into(),
                entropy: token.entropy.into(),
                variance: token.variance.into(),
            })
        })
    }

    /// With the tokens of one more answer.
    pub fn with(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            surprise: self.surprise.saturating_add(other.surprise),
            entropy: self.entropy.saturating_add(other.entropy),
            variance: self.variance.saturating_add(other.variance),
        }
    }

    /// By how many standard deviations the tokens are less likely than they should be; below 0 if
    /// they are more likely. `None` where nothing was left to chance, so that nothing can be said.
    pub fn z(&self) -> Option<Fixed> {
        let nats =
            |units: u64| quotient(Fixed::from_inner(units.into()), Fixed::from_inner(NAT.into()));
        let spread = square_root(nats(self.variance));
        let excess = nats(self.surprise).saturating_sub(nats(self.entropy));
        (spread > Fixed::zero()).then(|| quotient(excess, spread))
    }

    /// What they say at the end of the epoch.
    pub fn verdict(&self, rules: &ReplayRules) -> Verdict {
        let want = rules.least_tokens.max(1);
        match self.z() {
            _ if self.tokens < want => Verdict::NotEnough { have: self.tokens, want },
            None => Verdict::NotEnough { have: 0, want },
            Some(z) if z.max(Fixed::zero().saturating_sub(z)) > rules.deviations => Verdict::Flag,
            Some(_) => Verdict::Pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: ReplayRules = ReplayRules { least_tokens: 100, deviations: Fixed::from_u32(4) };

    fn nats(value: f64) -> u16 {
        (value * f64::from(NAT)).round() as u16
    }

    /// `count` tokens of a model that is sure of one token with `certainty`, else draws among 1 000
    /// others; a part `honest` of them is the one.
    fn tokens(count: usize, certainty: f64, honest: f64) -> Replay {
        let (sure, other) = (-certainty.ln(), -((1.0 - certainty) / 1_000.0).ln());
        let entropy = certainty * sure + (1.0 - certainty) * other;
        let variance =
            certainty * (sure - entropy).powi(2) + (1.0 - certainty) * (other - entropy).powi(2);
        let likely = (count as f64 * honest).round() as usize;
        Replay::of((0..count).map(|token| Token {
            surprise: nats(if token < likely { sure } else { other }),
            entropy: nats(entropy),
            variance: nats(variance),
        }))
    }

    #[test]
    fn z_should_be_as_by_hand() {
        // 100 tokens, 20 of them unlikely where 10 were to be expected: 10 / √(100 · 0.9 · 0.1).
        let z = tokens(100, 0.9, 0.8).z().unwrap().to_float();
        assert!((z - 10.0 / 3.0).abs() < 0.01, "{z}");
        let z = tokens(100, 0.9, 1.0).z().unwrap().to_float();
        assert!((z + 10.0 / 3.0).abs() < 0.01, "too likely is suspicious too: {z}");
    }

    #[test]
    fn honest_samplers_should_pass_and_others_be_flagged_with_tokens_enough() {
        assert_eq!(tokens(300, 0.9, 0.9).verdict(&RULES), Verdict::Pass);
        assert_eq!(tokens(300, 0.9, 0.8).verdict(&RULES), Verdict::Flag);
        assert_eq!(tokens(300, 0.9, 1.0).verdict(&RULES), Verdict::Flag);
        let few = Verdict::NotEnough { have: 99, want: 100 };
        assert_eq!(tokens(99, 0.9, 0.0).verdict(&RULES), few);
    }

    #[test]
    fn nothing_should_be_no_pass_and_no_flag() {
        let nothing = Verdict::NotEnough { have: 0, want: 100 };
        assert_eq!(Replay::default().verdict(&RULES), nothing);
        let greedy = Replay::of([Token::default(); 500]);
        assert_eq!((greedy.z(), greedy.verdict(&RULES)), (None, nothing));
        let lax = ReplayRules { least_tokens: 0, ..RULES };
        assert_eq!(Replay::default().verdict(&lax), Verdict::NotEnough { have: 0, want: 1 });
    }

    #[test]
    fn sums_should_not_overflow() {
        let most = Replay { tokens: u32::MAX, surprise: u64::MAX, entropy: 0, variance: u64::MAX };
        assert_eq!(most.with(most), most);
        assert_eq!(most.verdict(&RULES), Verdict::Flag);
    }

    proptest! {
        #[test]
        fn order_and_grouping_should_not_matter(
            parts in prop::collection::vec((0u16..=u16::MAX, 0u16..=9_999, 0u16..=9_999), 0..60),
            cut in 0usize..60,
        ) {
            let tokens: Vec<Token> = parts
                .into_iter()
                .map(|(surprise, entropy, variance)| Token { surprise, entropy, variance })
                .collect();
            let whole = Replay::of(tokens.iter().copied());
            prop_assert_eq!(Replay::of(tokens.iter().rev().copied()), whole);
            let (head, tail) = tokens.split_at(cut.min(tokens.len()));
            let joined =
                Replay::of(tail.iter().copied()).with(Replay::of(head.iter().copied()));
            prop_assert_eq!(joined, whole);
        }

        #[test]
        fn quantisation_should_move_z_by_no_more_than_it_says(
            exact in prop::collection::vec((0.0f64..9.0, 0.5f64..4.0, 0.5f64..4.0), 100..200),
        ) {
            let quantised = Replay::of(exact.iter().map(|(surprise, entropy, variance)| Token {
                surprise: nats(*surprise),
                entropy: nats(*entropy),
                variance: nats(*variance),
            }));
            let excess: f64 = exact.iter().map(|(surprise, entropy, _)| surprise - entropy).sum();
            let spread = exact.iter().map(|(_, _, variance)| variance).sum::<f64>().sqrt();
            let bound = exact.len() as f64 / (1_024.0 * spread);
            // What the variance errs is a second, smaller part: a thousandth of z.
            let found = quantised.z().unwrap().to_float();
            let error = (found - excess / spread).abs();
            prop_assert!(error <= bound + 0.001 * (excess / spread).abs(), "{} {}", error, bound);
        }
    }
}
