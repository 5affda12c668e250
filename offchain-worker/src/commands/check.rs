//! `waggle-worker check`: lets each model grade what is known, and says whether it is fit to.

use super::{print, steps, table::table, CommandError};
use crate::{
    checkup::{examine, Checkup},
    loading::Loaded,
};
use clap::Args;
use serde::Serialize;
use std::num::NonZeroU16;

/// How it is done.
#[derive(Clone, Debug, Args)]
pub struct CheckOptions {
    /// Print JSON: one object for each model.
    #[arg(long)]
    pub json: bool,

    /// How many questions to ask at most.
    #[arg(long, value_name = "NUMBER", default_value = "12")]
    pub questions: NonZeroU16,
}

/// What was found out about a model.
#[derive(Debug, Serialize)]
struct Finding {
    model: String,
    /// `None`: it has nothing to show here.
    fit: Option<bool>,
    /// Whether it is asked to end answers to closed questions with a line `Answer: X`.
    #[serde(skip_serializing_if = "Option::is_none")]
    final_line: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    questions: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ordered: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mass: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_grade_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    further_grade_ms: Option<f64>,
    /// What is wrong, and what helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn new(model: &str, fit: Option<bool>, advice: Option<String>) -> Self {
        Self {
            model: model.to_string(),
            fit,
            final_line: None,
            questions: None,
            ordered: None,
            right: None,
            wrong: None,
            mass: None,
            first_grade_ms: None,
            further_grade_ms: None,
            advice,
        }
    }

    fn of(model: &str, checkup: &Checkup) -> Self {
        let verdict = checkup.verdict();
        let milliseconds = |took: std::time::Duration| took.as_secs_f64() * 1000.0;
        Self {
            questions: Some(checkup.questions),
            ordered: Some(checkup.ordered),
            right: Some(checkup.right),
            wrong: Some(checkup.wrong),
            mass: checkup.mass,
            first_grade_ms: Some(milliseconds(checkup.first_grade)),
            further_grade_ms: Some(milliseconds(checkup.further_grade)),
            ..Self::new(model, Some(verdict.is_ok()), verdict.err().map(|unfit| unfit.to_string()))
        }
    }

    fn row(&self) -> [String; 9] {
        fn shown<T>(value: Option<T>, form: impl Fn(T) -> String) -> String {
            value.map_or_else(|| "-".to_string(), form)
        }
        let order = self.ordered.zip(self.questions);
        [
            self.model.clone(),
            match self.fit {
                Some(true) => "fit".to_string(),
                Some(false) => "UNFIT".to_string(),
                None => "-".to_string(),
            },
            match self.final_line {
                Some(true) => "asked".to_string(),
                Some(false) | None => "-".to_string(),
            },
            shown(order, |(ordered, questions)| format!("{ordered}/{questions}")),
            shown(self.right, |grade| format!("{:.2}", f64::from(grade) / 10_000.0)),
            shown(self.wrong, |grade| format!("{:.2}", f64::from(grade) / 10_000.0)),
            shown(self.mass, |mass| format!("{mass:.2}")),
            shown(self.first_grade_ms, |took| format!("{took:.0}")),
            shown(self.further_grade_ms, |took| format!("{took:.0}")),
        ]
    }
}

/// Examines all models; `false` if one of them is unfit, or was not loaded.
///
/// # Errors
/// [`CommandError::Io`].
pub async fn run(loaded: &Loaded, options: &CheckOptions) -> Result<bool, CommandError> {
    let bar = steps(loaded.models.len());
    let mut findings = Vec::new();
    for (model, entry) in loaded.models.iter().zip(&loaded.entries) {
        bar.set_message(model.name.clone());
        let finding = match (&entry.problem, model) {
            (Some(problem), _) => {
                Finding::new(&model.name, Some(false), Some(format!("not loaded: {problem}")))
            }
            (None, _) if !model.checkup => {
                let reason = "not examined: the questions are not for it (checkup = false)";
                Finding::new(&model.name, None, Some(reason.to_string()))
            }
            _ => match examine(model.module.as_ref(), usize::from(options.questions.get())).await {
                Ok(checkup) => Finding::of(&model.name, &checkup),
                Err(reason) => {
                    Finding::new(&model.name, Some(false), Some(format!("no grades: {reason}")))
                }
            },
        };
        findings.push(Finding { final_line: entry.final_line, ..finding });
        bar.inc(1);
    }
    bar.finish_and_clear();
    print(&if options.json { json(&findings) } else { text(&findings) })?;
    Ok(findings.iter().all(|finding| finding.fit != Some(false)))
}

fn json(findings: &[Finding]) -> String {
    serde_json::to_string_pretty(findings).unwrap_or_default() + "\n"
}

fn text(findings: &[Finding]) -> String {
    let rows: Vec<[String; 9]> = findings.iter().map(Finding::row).collect();
    let head = [
        "model",
        "verdict",
        "last line",
        "order",
        "right",
        "wrong",
        "mass",
        "first ms",
        "further ms",
    ];
    let advice =
        |finding: &Finding| Some(format!("{}: {}\n", finding.model, finding.advice.as_ref()?));
    table(head, &rows) + &findings.iter().filter_map(advice).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn table_should_say_what_is_wrong_and_what_helps() {
        let checkup = Checkup {
            questions: 12,
            ordered: 5,
            right: 5_700,
            wrong: 5_700,
            mass: Some(0.91),
            first_grade: Duration::from_millis(1200),
            further_grade: Duration::from_millis(250),
        };
        let fit = Checkup { ordered: 12, right: 9_000, ..checkup.clone() };
        let large = Finding { final_line: Some(true), ..Finding::of("large", &fit) };
        let findings = [Finding::of("small", &checkup), large];
        let text = text(&findings);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[1].starts_with("small  UNFIT") && lines[1].ends_with("250"), "{text}");
        assert!(lines[2].starts_with("large  fit") && lines[2].contains("12/12"), "{text}");
        assert!(lines[2].contains("asked") && !lines[1].contains("asked"), "{text}");
        assert!(lines[3].starts_with("small: ") && lines[3].contains("model"), "{text}");
        assert!(json(&findings).contains("\"further_grade_ms\": 250.0"));
    }
}
