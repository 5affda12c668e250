//! Questions to a person at a terminal. Where there is none, or nobody wants to be asked, nothing
//! is asked: what is missing is an error that names the option that says it.

use crate::failure::Failure;
use dialoguer::{Confirm, Input, Select};
use std::io::IsTerminal;

/// Whether somebody can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialogue {
    /// A person is there.
    Person,
    /// Nobody is asked, and whatever only wants a yes has it (`--yes`).
    Agreed,
    /// Nobody is there, and nobody has agreed to anything.
    Nobody,
}

impl Dialogue {
    /// With the person at the terminal, if there is one; `yes` agrees to everything beforehand.
    pub(crate) fn new(yes: bool) -> Self {
        match (yes, std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            (true, _) => Self::Agreed,
            (false, true) => Self::Person,
            (false, false) => Self::Nobody,
        }
    }

    /// Whether a person is asked.
    pub(crate) fn is_with_person(self) -> bool {
        self == Self::Person
    }

    /// Whether they agree to `question`, which `option` would have agreed to.
    ///
    /// # Errors
    /// [`Failure::Unsaid`] if nobody can be asked; [`Failure::Interrupted`] if they went away.
    pub(crate) fn agrees(
        self,
        question: &'static str,
        option: &'static str,
    ) -> Result<bool, Failure> {
        match self {
            Self::Agreed => Ok(true),
            Self::Nobody => Err(Failure::Unsaid { what: question, option }),
            Self::Person => {
                let asked = Confirm::new().with_prompt(question).default(false).interact_opt();
                asked.ok().flatten().ok_or(Failure::Interrupted)
            }
        }
    }

    /// Which of `choices` they take. The first is offered first.
    ///
    /// # Errors
    /// [`Failure::Unsaid`] if nobody is asked; [`Failure::Interrupted`] if they went away.
    pub(crate) fn choice(
        self,
        question: &'static str,
        choices: &[String],
        option: &'static str,
    ) -> Result<usize, Failure> {
        if !self.is_with_person() {
            return Err(Failure::Unsaid { what: question, option });
        }
        let asked = Select::new().with_prompt(question).items(choices).default(0).interact_opt();
        asked.ok().flatten().ok_or(Failure::Interrupted)
    }

    /// What they write, `usual` if nothing.
    ///
    /// # Errors
    /// As [`Self::choice`].
    pub(crate) fn text(
        self,
        question: &'static str,
        usual: &str,
        option: &'static str,
    ) -> Result<String, Failure> {
        if !self.is_with_person() {
            return Err(Failure::Unsaid { what: question, option });
        }
        let mut input = Input::<String>::new().with_prompt(question);
        if !usual.is_empty() {
            input = input.default(usual.to_owned());
        }
        input.interact_text().map_err(|_| Failure::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_should_be_asked_where_nobody_is() {
        let missing = |failure: Failure| matches!(failure, Failure::Unsaid { option: "--x", .. });
        assert!(Dialogue::Agreed.agrees("sure?", "--x").unwrap());
        assert!(missing(Dialogue::Nobody.agrees("sure?", "--x").unwrap_err()));
        for dialogue in [Dialogue::Agreed, Dialogue::Nobody] {
            assert!(missing(dialogue.choice("which?", &["a".into()], "--x").unwrap_err()));
            assert!(missing(dialogue.text("what?", "", "--x").unwrap_err()));
        }
        assert_eq!(Dialogue::new(true), Dialogue::Agreed);
    }
}
