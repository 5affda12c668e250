//! Ways of grading that were measured on real models (docs/grading.md), each under a name.

use super::{Form, GradeToken, GradingOverrides};
use serde::Deserialize;

/// A form with its tokens and template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// One answer, five levels: for open questions and models of several billions.
    Digits,
    /// One answer, right or not.
    YesNo,
    /// One answer, right or not, with examples of both: for models that follow examples better
    /// than orders.
    YesNoExamples,
    /// Up to four answers side by side, each right or not.
    Beside,
    /// Two answers side by side: which is right?
    Pairs,
    /// The same, with examples.
    PairsExamples,
}

impl Preset {
    /// The keys that it stands for.
    pub(super) fn keys(self) -> GradingOverrides {
        let yes_no = [("No", 0.0), ("Yes", 1.0)].as_slice();
        let letters = [("A", 1.0), ("B", 0.0)].as_slice();
        let (form, tokens, template) = match self {
            Self::Digits => (
                Form::Alone,
                [("1", 0.0), ("2", 0.25), ("3", 0.5), ("4", 0.75), ("5", 1.0)].as_slice(),
                include_str!("../templates/digits.txt"),
            ),
            Self::YesNo => (Form::Alone, yes_no, include_str!("../templates/yes-no.txt")),
            Self::YesNoExamples => {
                (Form::Alone, yes_no, include_str!("../templates/yes-no-examples.txt"))
            }
            Self::Beside => (Form::Beside, yes_no, include_str!("../templates/beside.txt")),
            Self::Pairs => (Form::Pairs, letters, include_str!("../templates/pairs.txt")),
            Self::PairsExamples => {
                (Form::Pairs, letters, include_str!("../templates/pairs-examples.txt"))
            }
        };
        let token = |&(text, value): &(&str, f64)| GradeToken { token: text.to_string(), value };
        GradingOverrides {
            form: Some(form),
            tokens: Some(tokens.iter().map(token).collect()),
            template: Some(template.to_string()),
            // Data of one line cannot forge the lines of a template; the first puts it between tags
            // that it cannot write.
            flatten: Some(self != Self::Digits),
            ..GradingOverrides::default()
        }
    }
}
