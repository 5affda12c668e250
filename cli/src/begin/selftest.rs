//! The worker examines the model before any money is at stake: whether it can grade, and how fast.

use crate::failure::Failure;
use serde::Deserialize;
use std::{
    path::Path,
    process::{Command, Output},
};
use waggle_client::Constants;

/// How many answers of others an agent grades in a round of the usual size.
const GRADED: f64 = 6.0;

/// What `waggle-worker check --json` says of a model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Finding {
    model: String,
    /// `None`: it has nothing to show there.
    fit: Option<bool>,
    questions: Option<u32>,
    ordered: Option<u32>,
    first_grade_ms: Option<f64>,
    further_grade_ms: Option<f64>,
    advice: Option<String>,
}

/// Whether the worker takes its configuration.
///
/// # Errors
/// [`Failure::Program`] with what it says.
pub(crate) fn check_config(worker: &Path, config: &Path) -> Result<(), Failure> {
    let said = run(worker, config, &["--check-config"])?;
    if said.status.success() {
        Ok(())
    } else {
        Err(Failure::program(worker, errors(&said)))
    }
}

/// Let the worker examine its model. What it says in a line.
///
/// # Errors
/// [`Failure::Unfit`]; [`Failure::Program`] if the worker says nothing.
pub(super) fn examine(
    worker: &Path,
    config: &Path,
    constants: &Constants,
) -> Result<String, Failure> {
    let said = run(worker, config, &["check", "--json"])?;
    let findings: Vec<Finding> = serde_json::from_slice(&said.stdout)
        .map_err(|_| Failure::program(worker, errors(&said)))?;
    let grading_ms = f64::from(constants.phase_blocks.1) * constants.slot_ms as f64;
    findings.first().map_or_else(
        || Err(Failure::program(worker, "examined nothing")),
        |finding| finding.verdict(grading_ms),
    )
}

impl Finding {
    /// What it comes to, where a round has so many milliseconds for grades.
    fn verdict(&self, grading_ms: f64) -> Result<String, Failure> {
        let advice = || self.advice.clone().unwrap_or_default();
        if self.fit == Some(false) {
            return Err(Failure::Unfit { model: self.model.clone(), reason: advice() });
        }
        let Some((first, further)) = self.first_grade_ms.zip(self.further_grade_ms) else {
            return Ok(advice());
        };
        let took = first + (GRADED - 1.0) * further;
        if took > grading_ms {
            let reason = format!(
                "grading takes it {:.0} s where the chain gives {:.0} s",
                took / 1e3,
                grading_ms / 1e3
            );
            return Err(Failure::Unfit { model: self.model.clone(), reason });
        }
        let order = self.ordered.zip(self.questions);
        let order = order.map(|(right, of)| format!("{right} of {of} in order, "));
        Ok(format!(
            "it grades: {}six grades in {:.1} s of {:.0} s",
            order.unwrap_or_default(),
            took / 1e3,
            grading_ms / 1e3
        ))
    }
}

fn run(worker: &Path, config: &Path, what: &[&str]) -> Result<Output, Failure> {
    let said = Command::new(worker).args(what).arg("--config").arg(config).output();
    said.map_err(|error| Failure::program(worker, error))
}

/// The end of what it said on stderr.
fn errors(said: &Output) -> String {
    let text = String::from_utf8_lossy(&said.stderr);
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it failed").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(text: &str) -> Finding {
        let findings: Vec<Finding> = serde_json::from_str(text).unwrap();
        findings[0].clone()
    }

    #[test]
    fn model_should_be_refused_when_it_is_unfit_or_too_slow() {
        let unfit = finding(r#"[{"model": "a", "fit": false, "advice": "it does not grade"}]"#);
        let failure = unfit.verdict(15e3).unwrap_err();
        assert!(matches!(&failure, Failure::Unfit { .. }));
        assert!(failure.to_string().contains("it does not grade"), "{failure}");

        let slow = r#"[{"model": "a", "fit": true, "questions": 12, "ordered": 12,
                        "first_grade_ms": 9000.0, "further_grade_ms": 2000.0}]"#;
        assert!(matches!(finding(slow).verdict(15e3), Err(Failure::Unfit { .. })));
        let said = finding(slow).verdict(60e3).unwrap();
        assert_eq!(said, "it grades: 12 of 12 in order, six grades in 19.0 s of 60 s");
    }

    #[test]
    fn model_should_be_taken_when_it_has_nothing_to_show() {
        let silent = finding(r#"[{"model": "a", "fit": null, "advice": "not examined"}]"#);
        assert_eq!(silent.verdict(15e3).unwrap(), "not examined");
    }
}
