//! How the worker talks to one model: grade tokens, templates, lengths.
//!
//! Three layers, the later winning key by key: the defaults for instruction-tuned language models,
//! the `waggle.toml` in the model's directory (written by its author), and the model's entry in the
//! worker's configuration (written by the operator).

use serde::Deserialize;

/// How the tags begin that the default rubric puts around data; broken up wherever they occur in
/// data.
pub const GRADING_DELIMITERS: &[&str] = &[
    "<waggle-question",
    "</waggle-question",
    "<waggle-reference",
    "</waggle-reference",
    "<waggle-answer",
    "</waggle-answer",
];

/// The tags around the notes of units in a system message; broken up in data too.
pub const NOTES_DELIMITERS: (&str, &str) = ("<waggle-notes>", "</waggle-notes>");

const DEFAULT_GRADING: &str = include_str!("templates/grading.txt");
const DEFAULT_ANSWERING: &str = "{{ prompt }}";
const DEFAULT_MIN_MASS: f64 = 0.5;
const DEFAULT_MAX_TOKENS: usize = 512;

/// A grade that a model can give with a single token.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeToken {
    /// The token's text; its form after a space counts too where that is a token of its own.
    pub token: String,
    /// What it is worth, `0.0..=1.0`.
    pub value: f64,
}

/// The keys of `waggle.toml`, all optional. A model's entry in the configuration may have the same
/// keys.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelOverrides {
    /// `[grading]`
    pub grading: GradingOverrides,
    /// `[answering]`
    pub answering: AnsweringOverrides,
}

/// What to do about a candidate to which the model does not reply with a grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LowMass {
    /// Decline the whole job.
    Decline,
    /// Give it the lowest grade of the scale, so that an answer written to confuse its graders
    /// costs them nothing; but decline if no candidate of the job gets a real grade, because
    /// then the model or the template is at fault.
    #[default]
    Lowest,
}

/// `[grading]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradingOverrides {
    /// The grades; default `"1"` … `"5"`, worth 0, ¼, ½, ¾ and 1.
    pub tokens: Option<Vec<GradeToken>>,
    /// minijinja over `prompt`, `reference`, `candidate`, `nonce` and `rubric`; default a rubric
    /// of five levels.
    pub template: Option<String>,
    /// Whether newlines and tabs in data become spaces; default: with a template of one's own.
    pub flatten: Option<bool>,
    /// The least probability of all grade tokens together, `0.0..=1.0`; default 0.5.
    pub min_mass: Option<f64>,
    /// What to do below it; default the lowest grade.
    pub low_mass: Option<LowMass>,
    /// The longest candidate that the model is shown, in bytes; longer ones get the lowest grade.
    /// Default: what fits.
    pub max_bytes: Option<usize>,
    /// Whether the model has to show that it grades before it answers; default true.
    pub checkup: Option<bool>,
    /// `[grading.defences]`
    pub defences: DefenceOverrides,
}

/// `[grading.defences]`: each is on unless switched off, which is for measuring what it is good
/// for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DefenceOverrides {
    /// See [`Defences::normalise`].
    pub normalise: Option<bool>,
    /// See [`Defences::escape`].
    pub escape: Option<bool>,
    /// See [`Defences::nonce`].
    pub nonce: Option<bool>,
    /// See [`Defences::rubric`].
    pub rubric: Option<bool>,
}

/// What is done to and said of data before a model grades it. Two more defences have keys of their
/// own: `flatten`, and the refusal of what is no grade (`min_mass` and `low_mass`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defences {
    /// Data is normalised: see [`crate::sanitise::normalise`].
    pub normalise: bool,
    /// Control tokens and delimiters in data are broken up: see [`crate::sanitise::Markers`].
    pub escape: bool,
    /// The template's `nonce` is `-` and 16 hexadecimal digits that nobody can foresee, instead of
    /// nothing.
    pub nonce: bool,
    /// The template's `rubric` is true: it warns of data that asks for a grade.
    pub rubric: bool,
}

impl Default for Defences {
    fn default() -> Self {
        Self { normalise: true, escape: true, nonce: true, rubric: true }
    }
}

impl DefenceOverrides {
    fn over(self, below: Self) -> Self {
        Self {
            normalise: self.normalise.or(below.normalise),
            escape: self.escape.or(below.escape),
            nonce: self.nonce.or(below.nonce),
            rubric: self.rubric.or(below.rubric),
        }
    }

    fn resolve(self) -> Defences {
        let all = Defences::default();
        Defences {
            normalise: self.normalise.unwrap_or(all.normalise),
            escape: self.escape.unwrap_or(all.escape),
            nonce: self.nonce.unwrap_or(all.nonce),
            rubric: self.rubric.unwrap_or(all.rubric),
        }
    }
}

/// `[answering]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnsweringOverrides {
    /// minijinja over `prompt` and `notes`; default the prompt alone.
    pub template: Option<String>,
    /// The longest answer, in tokens, at least 1; default 512.
    pub max_tokens: Option<usize>,
}

/// What holds for one model after all layers.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// How it grades.
    pub grading: GradingSettings,
    /// How it answers.
    pub answering: AnsweringSettings,
}

/// How a model grades.
#[derive(Clone, Debug, PartialEq)]
pub struct GradingSettings {
    /// At least two, with different texts.
    pub tokens: Vec<GradeToken>,
    /// minijinja over `prompt`, `reference`, `candidate`, `nonce` and `rubric`.
    pub template: String,
    /// Whether newlines and tabs in data become spaces.
    pub flatten: bool,
    /// The least probability of all grade tokens together, `0.0..=1.0`.
    pub min_mass: f64,
    /// What to do below it.
    pub low_mass: LowMass,
    /// The longest candidate that the model is shown, in bytes: a model that was taught short
    /// answers must not judge long ones.
    pub max_bytes: usize,
    /// Whether the model has to show that it grades before it answers (see [`crate::checkup`]).
    pub checkup: bool,
    /// What protects it from the data.
    pub defences: Defences,
}

/// How a model answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweringSettings {
    /// minijinja over `prompt` and `notes`.
    pub template: String,
    /// The longest answer, in tokens.
    pub max_tokens: usize,
}

/// Settings that make no sense: the operator's or the model author's fault.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML, or a key that is not known.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// A single grade is no grade.
    #[error("grading.tokens: at least two are needed, there are {0}")]
    TooFewTokens(usize),
    /// The same text twice.
    #[error("grading.tokens: {0:?} is given twice")]
    RepeatedToken(String),
    /// Outside `0.0..=1.0`.
    #[error("{key} = {value}: not between 0.0 and 1.0")]
    NotAShare {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
    },
    /// No token, no answer.
    #[error("answering.max_tokens: must be at least 1")]
    NoTokens,
}

impl ModelOverrides {
    /// Reads a `waggle.toml`.
    ///
    /// # Errors
    /// [`SettingsError::Form`] with line and column.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        Ok(toml::from_str(text)?)
    }

    /// These keys, and where they are absent those of `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            grading: GradingOverrides {
                tokens: self.grading.tokens.or(below.grading.tokens),
                // Whether to flatten belongs to the template that it is given with.
                flatten: self.grading.flatten.or(if self.grading.template.is_some() {
                    None
                } else {
                    below.grading.flatten
                }),
                template: self.grading.template.or(below.grading.template),
                min_mass: self.grading.min_mass.or(below.grading.min_mass),
                low_mass: self.grading.low_mass.or(below.grading.low_mass),
                max_bytes: self.grading.max_bytes.or(below.grading.max_bytes),
                checkup: self.grading.checkup.or(below.grading.checkup),
                defences: self.grading.defences.over(below.grading.defences),
            },
            answering: AnsweringOverrides {
                template: self.answering.template.or(below.answering.template),
                max_tokens: self.answering.max_tokens.or(below.answering.max_tokens),
            },
        }
    }

    /// Fills in the defaults and checks all values. Templates are checked by
    /// [`crate::prompts::Prompts::new`].
    ///
    /// # Errors
    /// [`SettingsError`], naming the key.
    pub fn resolve(self) -> Result<ModelSettings, SettingsError> {
        let tokens = self.grading.tokens.unwrap_or_else(five_grades);
        if tokens.len() < 2 {
            return Err(SettingsError::TooFewTokens(tokens.len()));
        }
        for (index, GradeToken { token, value }) in tokens.iter().enumerate() {
            share("grading.tokens.value", *value)?;
            if tokens.iter().take(index).any(|earlier| earlier.token == *token) {
                return Err(SettingsError::RepeatedToken(token.clone()));
            }
        }
        let max_tokens = self.answering.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS);
        if max_tokens == 0 {
            return Err(SettingsError::NoTokens);
        }
        Ok(ModelSettings {
            grading: GradingSettings {
                tokens,
                flatten: self.grading.flatten.unwrap_or(self.grading.template.is_some()),
                template: self.grading.template.unwrap_or_else(|| DEFAULT_GRADING.to_string()),
                min_mass: share(
                    "grading.min_mass",
                    self.grading.min_mass.unwrap_or(DEFAULT_MIN_MASS),
                )?,
                low_mass: self.grading.low_mass.unwrap_or_default(),
                max_bytes: self.grading.max_bytes.unwrap_or(usize::MAX),
                checkup: self.grading.checkup.unwrap_or(true),
                defences: self.grading.defences.resolve(),
            },
            answering: AnsweringSettings {
                template: self.answering.template.unwrap_or_else(|| DEFAULT_ANSWERING.to_string()),
                max_tokens,
            },
        })
    }
}

fn five_grades() -> Vec<GradeToken> {
    let worth = [("1", 0.0), ("2", 0.25), ("3", 0.5), ("4", 0.75), ("5", 1.0)];
    worth.map(|(token, value)| GradeToken { token: token.to_string(), value }).to_vec()
}

fn share(key: &'static str, value: f64) -> Result<f64, SettingsError> {
    (0.0..=1.0).contains(&value).then_some(value).ok_or(SettingsError::NotAShare { key, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<ModelSettings, SettingsError> {
        ModelOverrides::parse(text)?.resolve()
    }

    #[test]
    fn defaults_should_suit_an_ordinary_language_model() {
        let settings = resolve("").unwrap();
        assert_eq!(settings.grading.tokens.len(), 5);
        assert!(!settings.grading.flatten);
        assert_eq!(settings.answering.template, "{{ prompt }}");
    }

    #[test]
    fn flatten_should_follow_the_template_when_not_given() {
        assert!(resolve("grading.template = 'x'").unwrap().grading.flatten);
        assert!(
            !resolve("grading.template = 'x'\ngrading.flatten = false").unwrap().grading.flatten
        );
        let author =
            ModelOverrides::parse("grading.template = 'x'\ngrading.flatten = false").unwrap();
        let operator = ModelOverrides::parse("grading.template = 'y'").unwrap();
        assert!(operator.over(author.clone()).resolve().unwrap().grading.flatten);
        assert!(!ModelOverrides::default().over(author).resolve().unwrap().grading.flatten);
    }

    #[test]
    fn operator_should_win_key_by_key() {
        let author =
            ModelOverrides::parse("answering.max_tokens = 24\ngrading.min_mass = 0.9").unwrap();
        let settings = ModelOverrides::parse("grading.min_mass = 0.1")
            .unwrap()
            .over(author)
            .resolve()
            .unwrap();
        assert_eq!(settings.answering.max_tokens, 24);
        assert_eq!(settings.grading.min_mass, 0.1);
    }

    #[test]
    fn defences_should_be_on_unless_switched_off() {
        assert_eq!(resolve("").unwrap().grading.defences, Defences::default());
        let author = ModelOverrides::parse("grading.defences.nonce = false").unwrap();
        let operator = ModelOverrides::parse("grading.defences.escape = false").unwrap();
        let both = operator.over(author).resolve().unwrap().grading.defences;
        assert_eq!(both, Defences { nonce: false, escape: false, ..Defences::default() });
    }

    #[test]
    fn resolve_should_fail_when_values_make_no_sense() {
        let tokens = |list: &str| format!("grading.tokens = [{list}]");
        let one = r#"{token = "1", value = 0.0}"#;
        assert!(matches!(resolve(&tokens(one)), Err(SettingsError::TooFewTokens(1))));
        assert!(matches!(
            resolve(&tokens(&format!("{one}, {one}"))),
            Err(SettingsError::RepeatedToken(_))
        ));
        let high = r#"{token = "2", value = 1.1}"#;
        assert!(matches!(
            resolve(&tokens(&format!("{one}, {high}"))),
            Err(SettingsError::NotAShare { .. })
        ));
        assert!(matches!(resolve("grading.min_mass = nan"), Err(SettingsError::NotAShare { .. })));
        assert!(matches!(resolve("answering.max_tokens = 0"), Err(SettingsError::NoTokens)));
        assert!(matches!(resolve("grading.rubric = 'x'"), Err(SettingsError::Form(_))));
    }
}
