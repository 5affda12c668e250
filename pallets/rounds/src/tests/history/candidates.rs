//! What the answers of the model's rounds say, and which of them are equal.

use super::model::{Model, Round};
use waggle_primitives::{seal, RoundId};

/// By index, the number of each agent's candidate.
pub(crate) type Candidacies = Vec<Option<u32>>;

impl Round {
    /// What each opened answer says, by index: in this history what stands after `Answer: `, or all
    /// of it where it does not say that.
    pub(crate) fn said(&self) -> Vec<Option<String>> {
        self.players
            .iter()
            .map(|player| {
                let text = seal::decrypt(&player.answer_key?, &player.sealed.ciphertext);
                let text = String::from_utf8(text).expect("a text");
                Some(text.rsplit("Answer: ").next().unwrap_or_default().to_string())
            })
            .collect()
    }

    /// Which of the opened answers are equal, by index: those that say the same.
    pub(crate) fn candidacies(&self) -> Candidacies {
        let mut known: Vec<String> = Vec::new();
        let mut number = |said: String| {
            let number = known.iter().position(|other| *other == said).unwrap_or_else(|| {
                known.push(said);
                known.len() - 1
            });
            number as u32
        };
        self.said().into_iter().map(|said| said.map(&mut number)).collect()
    }

    /// Whether two agents have opened equal answers.
    pub(crate) fn has_equal_answers(&self) -> bool {
        let numbers: Vec<u32> = self.candidacies().into_iter().flatten().collect();
        (1..numbers.len()).any(|index| numbers[..index].contains(&numbers[index]))
    }
}

impl Model {
    /// What the chain should say of this round's candidates.
    pub(crate) fn candidacies(&self, id: RoundId) -> Candidacies {
        match self.rounds.get(&id) {
            Some(round) if round.opened().is_empty() => Vec::new(),
            Some(round) => round.candidacies(),
            None => self.candidacies.get(&id).cloned().unwrap_or_default(),
        }
    }
}
