//! From a server's log-probabilities to those of grades, and what shows that they are none.

use super::spec::LogBase;
use serde::Deserialize;

/// How far above 1 the probabilities of different tokens may add up: servers round.
const ROUNDING: f64 = 0.01;

/// One likely token. Servers write −∞ as null.
#[derive(Clone, Debug, Deserialize)]
pub struct TopLogprob {
    #[serde(default)]
    pub(super) token: Option<String>,
    #[serde(default)]
    pub(super) logprob: Option<f64>,
}

/// Why a server's numbers are no logarithms of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Impossible {
    /// Raw logits, as vLLM shows them when it is told to.
    #[error(
        "the server's logprobs are above 0, so they are raw logits: start vLLM without \
         --logprobs-mode, or with raw_logprobs"
    )]
    AboveZero,
    /// Logarithms of another base, or of something else.
    #[error(
        "the server's probabilities add up to {0:.2}: they are no probabilities, or log_base is \
         wrong"
    )]
    TooMuch(f64),
}

/// The natural logarithms of the probabilities of `texts` among `top`, the likeliest tokens.
///
/// # Errors
/// [`Impossible`].
pub(super) fn log_probabilities<'a>(
    top: &[TopLogprob],
    texts: impl Iterator<Item = Option<&'a str>>,
    base: LogBase,
) -> Result<Vec<f32>, Impossible> {
    let logs = || top.iter().filter_map(|entry| entry.logprob);
    // JSON knows no NaN, and what is beyond a number's range becomes infinite.
    if logs().any(|log| log.is_nan() || log > ROUNDING) {
        return Err(Impossible::AboveZero);
    }
    let sum: f64 = logs().map(|log| (log * scale(base)).exp()).sum();
    if sum > 1.0 + ROUNDING {
        return Err(Impossible::TooMuch(sum));
    }
    // The precision of a logit is enough for a logarithm of this size.
    let log = |text: Option<&str>| {
        text.map_or(f64::NEG_INFINITY, |text| log_probability(top, text, base)) as f32
    };
    Ok(texts.map(log).collect())
}

/// The natural logarithm of the probability of all forms of `text` among `top` together.
pub fn log_probability(top: &[TopLogprob], text: &str, base: LogBase) -> f64 {
    let bare = |token: &str| token.trim_matches([' ', '\n', '▁', 'Ġ']) == text;
    let forms = top.iter().filter(|entry| entry.token.as_deref().is_some_and(bare));
    forms.filter_map(|entry| entry.logprob).map(|log| (log * scale(base)).exp()).sum::<f64>().ln()
}

fn scale(base: LogBase) -> f64 {
    match base {
        LogBase::Natural => 1.0,
        LogBase::Ten => std::f64::consts::LN_10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(entries: &[(&str, Option<f64>)]) -> Vec<TopLogprob> {
        let entry = |(token, logprob): &(&str, Option<f64>)| TopLogprob {
            token: Some((*token).into()),
            logprob: *logprob,
        };
        entries.iter().map(entry).collect()
    }

    #[test]
    fn probabilities_of_all_forms_of_a_grade_should_add_up() {
        let shown = top(&[
            ("5", Some(0.25f64.ln())),
            (" 5", Some(0.5f64.ln())),
            ("15", Some(0.1f64.ln())),
            ("▁4", None),
        ]);
        assert!((log_probability(&shown, "5", LogBase::Natural) - 0.75f64.ln()).abs() < 1e-12);
        assert_eq!(log_probability(&shown, "4", LogBase::Natural), f64::NEG_INFINITY);
        let decimal = top(&[("5", Some(0.25f64.log10()))]);
        assert!((log_probability(&decimal, "5", LogBase::Ten) - 0.25f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn impossible_numbers_should_be_refused() {
        let read = |entries: &[(&str, Option<f64>)], base| {
            log_probabilities(&top(entries), [Some("5"), None].into_iter(), base)
        };
        let raw = read(&[("5", Some(17.3)), ("4", Some(2.0))], LogBase::Natural);
        assert_eq!(raw, Err(Impossible::AboveZero));
        assert!(raw.unwrap_err().to_string().contains("--logprobs-mode"));
        assert_eq!(read(&[("5", Some(f64::NAN))], LogBase::Natural), Err(Impossible::AboveZero));
        let decimal = [("5", Some(0.5f64.log10())), ("4", Some(0.5f64.log10()))];
        let too_much = read(&decimal, LogBase::Natural).unwrap_err();
        assert!(matches!(too_much, Impossible::TooMuch(sum) if sum > 1.4), "{too_much:?}");
        let fine = read(&decimal, LogBase::Ten).unwrap();
        assert_eq!(fine, [0.5f32.ln(), f32::NEG_INFINITY]);
        assert!(read(&[("5", Some(1e-4)), ("4", None)], LogBase::Natural).is_ok(), "it rounds");
    }
}
