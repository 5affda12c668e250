//! `[grading]`: in which form a model grades, with which tokens and template, and what protects it.

use super::{share, Preset, SettingsError};
use serde::Deserialize;

const DEFAULT_MIN_MASS: f64 = 0.5;

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

/// A grade that a model can give with a single token.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeToken {
    /// The token's text; its form after a space counts too where that is a token of its own.
    pub token: String,
    /// What it is worth, `0.0..=1.0`.
    pub value: f64,
}

/// How many answers a model sees at once, and what its template is told. All have `prompt`,
/// `reference` (the agent's own answer, or nothing), `nonce` and `rubric`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// One answer: `candidate`. The token is its grade.
    #[default]
    Alone,
    /// Up to four: `candidates`, a list of `letter` and `text`, and the `letter` of the one whose
    /// grade the token is.
    Beside,
    /// Two: `first` and `second`. The token's value is the grade of the first, what is left to 1.0
    /// that of the second; an answer's grade is the mean over those it was compared with.
    Pairs,
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
    /// Form, tokens, template and prefill of a kind that was measured; each of these keys goes
    /// before it. Default: [`Preset::YesNo`].
    pub preset: Option<Preset>,
    /// How many answers the model sees at once; default with a template of one's own: one.
    pub form: Option<Form>,
    /// The grades, at least two.
    pub tokens: Option<Vec<GradeToken>>,
    /// minijinja over the names of [`Form`].
    pub template: Option<String>,
    /// What the model's reply begins with, before the token that is read.
    pub prefill: Option<String>,
    /// In how many orders answers are shown side by side, 1 or 2; default 2, because the place of
    /// an answer matters to a model.
    pub orders: Option<usize>,
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

/// How a model grades.
#[derive(Clone, Debug, PartialEq)]
pub struct GradingSettings {
    /// How many answers the model sees at once.
    pub form: Form,
    /// At least two, with different texts.
    pub tokens: Vec<GradeToken>,
    /// minijinja over the names of [`Form`].
    pub template: String,
    /// What the model's reply begins with.
    pub prefill: Option<String>,
    /// In how many orders answers are shown side by side, 1 or 2.
    pub orders: usize,
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

impl GradingOverrides {
    /// These keys, and where they are absent those of `below`.
    pub(super) fn over(self, below: Self) -> Self {
        let (own, below) = (self.expanded(), below.expanded());
        // What a template is filled with belongs to the template that it is given with.
        let with_template = if own.template.is_some() { Self::default() } else { below.clone() };
        Self {
            preset: None,
            form: own.form.or(with_template.form),
            tokens: own.tokens.or(below.tokens),
            template: own.template.or(below.template),
            prefill: own.prefill.or(with_template.prefill),
            orders: own.orders.or(below.orders),
            flatten: own.flatten.or(with_template.flatten),
            min_mass: own.min_mass.or(below.min_mass),
            low_mass: own.low_mass.or(below.low_mass),
            max_bytes: own.max_bytes.or(below.max_bytes),
            checkup: own.checkup.or(below.checkup),
            defences: own.defences.over(below.defences),
        }
    }

    /// With the keys of the preset in place of the preset.
    fn expanded(self) -> Self {
        let Some(preset) = self.preset else { return self };
        let template_of_its_own = self.template.is_some();
        let keys = preset.keys();
        Self {
            preset: None,
            form: self.form.or(if template_of_its_own { None } else { keys.form }),
            tokens: self.tokens.or(keys.tokens),
            flatten: self.flatten.or(if template_of_its_own { None } else { keys.flatten }),
            template: self.template.or(keys.template),
            prefill: self.prefill.or(if template_of_its_own { None } else { keys.prefill }),
            ..self
        }
    }

    /// What stands in for the keys that nobody gave: what small models do best with, or the five
    /// digits for a template of one's own.
    fn default_preset(&self) -> Preset {
        let own = self.clone().expanded().template.is_some();
        if own {
            Preset::Digits
        } else {
            Preset::YesNo
        }
    }

    pub(super) fn resolve(self) -> Result<GradingSettings, SettingsError> {
        let Self { form, tokens, template, prefill, orders, flatten, min_mass, low_mass, .. } =
            self.clone().over(Self { preset: Some(self.default_preset()), ..Self::default() });
        let (form, tokens) = (form.unwrap_or_default(), tokens.unwrap_or_default());
        if tokens.len() < 2 {
            return Err(SettingsError::TooFewTokens(tokens.len()));
        }
        for (index, GradeToken { token, value }) in tokens.iter().enumerate() {
            share("grading.tokens.value", *value)?;
            if tokens.iter().take(index).any(|earlier| earlier.token == *token) {
                return Err(SettingsError::RepeatedToken(token.clone()));
            }
        }
        let worth = |wanted: f64| tokens.iter().any(|token| token.value == wanted);
        if form == Form::Pairs && !(worth(0.0) && worth(1.0)) {
            return Err(SettingsError::NotAChoice);
        }
        let orders = orders.unwrap_or(2);
        if !(1..=2).contains(&orders) {
            return Err(SettingsError::Orders(orders));
        }
        Ok(GradingSettings {
            form,
            tokens,
            template: template.unwrap_or_default(),
            prefill,
            orders,
            flatten: flatten.unwrap_or(true),
            min_mass: share("grading.min_mass", min_mass.unwrap_or(DEFAULT_MIN_MASS))?,
            low_mass: low_mass.unwrap_or_default(),
            max_bytes: self.max_bytes.unwrap_or(usize::MAX),
            checkup: self.checkup.unwrap_or(true),
            defences: self.defences.resolve(),
        })
    }
}
