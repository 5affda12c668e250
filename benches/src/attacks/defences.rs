//! Which of the worker's defences are on.

use crate::arena::Rubric;
use waggle_primitives::MAX_ANSWER_BYTES;

/// The defences that the bundled models' template leaves room for. Its delimiters are line ends, so
/// it has no random code in them, and it has no words that could warn: *nonce* and *rubric* are for
/// models that follow instructions.
pub const DEFENCES: [&str; 5] = ["normalise", "escape", "flatten", "length", "fail-closed"];

/// A choice of defences.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// `all`, `none`, `only escape`, `all but escape`.
    pub name: String,
    /// Which are on.
    pub on: Vec<&'static str>,
}

impl Choice {
    /// All, none, each left out, each alone.
    pub fn list() -> Vec<Self> {
        let of = |name: String, on: Vec<&'static str>| Self { name, on };
        let mut choices = vec![of("all".into(), DEFENCES.to_vec()), of("none".into(), Vec::new())];
        for defence in DEFENCES {
            let others = DEFENCES.into_iter().filter(|other| *other != defence).collect();
            choices.push(of(format!("all but {defence}"), others));
        }
        choices.extend(DEFENCES.map(|defence| of(format!("only {defence}"), vec![defence])));
        choices
    }

    /// What it is in the worker's configuration.
    pub fn rubric(&self) -> Rubric {
        let on = |name: &str| self.on.contains(&name);
        let off =
            ["normalise", "escape"].into_iter().filter(|name| !on(name)).map(|name| (name, false));
        Rubric {
            flatten: (!on("flatten")).then_some(false),
            min_mass: (!on("fail-closed")).then_some(0.0),
            low_mass: (!on("fail-closed")).then_some("decline"),
            max_bytes: (!on("length")).then_some(MAX_ANSWER_BYTES as usize),
            defences: off.collect(),
            ..Rubric::bundled()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_defences_should_be_what_the_worker_does_by_default() {
        let choices = Choice::list();
        assert_eq!(choices.len(), 2 + 2 * DEFENCES.len());
        assert_eq!(choices[0].rubric(), Rubric::bundled());
        assert!(choices[1..].iter().all(|choice| choice.rubric() != Rubric::bundled()));
    }
}
