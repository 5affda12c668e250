//! How the worker talks to one model: grade tokens, templates, lengths.
//!
//! Three layers, the later winning key by key: the defaults for instruction-tuned language models,
//! the `waggle.toml` in the model's directory (written by its author), and the model's entry in the
//! worker's configuration (written by the operator).

mod grading;
mod presets;

pub use grading::{
    DefenceOverrides, Defences, Form, GradeToken, GradingOverrides, GradingSettings, LowMass,
    GRADING_DELIMITERS,
};
pub use presets::Preset;

use serde::Deserialize;

/// The tags around the notes of units in a system message; broken up in data too.
pub const NOTES_DELIMITERS: (&str, &str) = ("<waggle-notes>", "</waggle-notes>");

/// The question, and after it what a closed one is asked to end with.
const DEFAULT_ANSWERING: &str = "{{ prompt }}{% if final_line %}\n\n{{ final_line }}{% endif %}";
const DEFAULT_MAX_TOKENS: usize = 512;

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

/// `[answering]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnsweringOverrides {
    /// minijinja over `prompt`, `notes` and more; default the prompt, and after it `final_line`
    /// where there is one.
    pub template: Option<String>,
    /// The longest answer, in tokens, at least 1; default 512.
    pub max_tokens: Option<usize>,
    /// Whether it reads conversations; default true.
    pub conversations: Option<bool>,
    /// Whether answers to closed questions are to end with a line `Answer: X`; default true.
    pub final_line: Option<bool>,
}

/// What holds for one model after all layers.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// How it grades.
    pub grading: GradingSettings,
    /// How it answers.
    pub answering: AnsweringSettings,
}

/// How a model answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweringSettings {
    /// minijinja over `prompt`, `notes` and more ([`crate::prompts`]).
    pub template: String,
    /// The longest answer, in tokens.
    pub max_tokens: usize,
    /// Whether it reads conversations. If not, it answers what the user said last, and grades by
    /// that, as if nothing had been said before.
    pub conversations: bool,
    /// Whether the template gets what asks for a last line `Answer: X`, where the question is
    /// closed ([`crate::final_line`]). An answer to a template that asks for it is completed.
    pub final_line: bool,
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
    /// Two answers are compared with two tokens.
    #[error("grading.tokens: the form \"pairs\" has two, one worth 1.0 and one worth 0.0")]
    NotAChoice,
    /// No order, or one that no look has.
    #[error("grading.orders = {0}: 1 or 2 is needed")]
    Orders(usize),
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
            grading: self.grading.over(below.grading),
            answering: AnsweringOverrides {
                template: self.answering.template.or(below.answering.template),
                max_tokens: self.answering.max_tokens.or(below.answering.max_tokens),
                conversations: self.answering.conversations.or(below.answering.conversations),
                final_line: self.answering.final_line.or(below.answering.final_line),
            },
        }
    }

    /// Fills in the defaults and checks all values. Templates are checked by
    /// [`crate::prompts::Prompts::new`].
    ///
    /// # Errors
    /// [`SettingsError`], naming the key.
    pub fn resolve(self) -> Result<ModelSettings, SettingsError> {
        let max_tokens = self.answering.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS);
        if max_tokens == 0 {
            return Err(SettingsError::NoTokens);
        }
        Ok(ModelSettings {
            grading: self.grading.resolve()?,
            answering: AnsweringSettings {
                template: self.answering.template.unwrap_or_else(|| DEFAULT_ANSWERING.to_string()),
                max_tokens,
                conversations: self.answering.conversations.unwrap_or(true),
                final_line: self.answering.final_line.unwrap_or(true),
            },
        })
    }
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
        assert_eq!(settings.grading.tokens.len(), 2);
        assert!(settings.grading.flatten);
        let own = resolve("grading.template = '{{ candidate }}'").unwrap();
        assert_eq!(own.grading.tokens.len(), 5);
        assert!(settings.answering.template.starts_with("{{ prompt }}"));
        assert!(settings.answering.conversations && settings.answering.final_line);
        assert!(!resolve("answering.final_line = false").unwrap().answering.final_line);
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
