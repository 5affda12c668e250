//! What each answer says about who gave it: its votes against all other claims, and its deviation
//! from kin.

use super::records::Answers;
use std::collections::BTreeMap;
use waggle_primitives::audit::{
    contrast::Vote,
    distance::{Deviation, Kin},
    Centroid, Embedding,
};

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The vote against each other claim, in the order of their names; none where there are too few
    /// references.
    pub votes: Vec<Option<Vote>>,
    /// How much further it is from kin than they are from each other; none of fewer than three.
    pub deviation: Option<Deviation>,
}

/// What a member's answers say: by question, in the order of their names, then by answer.
pub type Evidence = Vec<Vec<Said>>;

/// The references of a claim, and of all others.
pub struct References<'a> {
    claimed: &'a Answers,
    others: Vec<BTreeMap<&'a str, Centroid>>,
}

impl<'a> References<'a> {
    /// Of a claim and of the other claims, in the order of their names.
    pub fn of(claimed: &'a Answers, others: impl IntoIterator<Item = &'a Answers>) -> Self {
        let others = others.into_iter().map(centroids).collect();
        Self { claimed, others }
    }

    /// How many other claims there are.
    pub fn others(&self) -> usize {
        self.others.len()
    }

    /// What these answers say, to the questions that the claim has references to.
    pub fn judge(&self, answers: &Answers) -> Evidence {
        let mut evidence = Evidence::new();
        for (question, answers) in answers {
            let Some(references) = self.claimed.get(question) else { continue };
            let Some(centroid) = Centroid::of(references) else { continue };
            let kin = Kin::of(references);
            let said = answers.iter().map(|answer| Said {
                votes: self.votes(question, answer, &centroid),
                deviation: kin.as_ref().and_then(|kin| kin.deviation(answer)),
            });
            evidence.extend(heard(said.collect()));
        }
        evidence
    }

    /// What the claim's own references say, each without itself.
    pub fn judge_themselves(&self) -> Evidence {
        let mut evidence = Evidence::new();
        for (question, references) in self.claimed {
            let Some(centroid) = Centroid::of(references) else { continue };
            let said = references.iter().filter_map(|reference| {
                let others = centroid.clone().without(reference)?;
                Some(Said { votes: self.votes(question, reference, &others), deviation: None })
            });
            evidence.extend(heard(said.collect()));
        }
        evidence
    }

    fn votes(&self, question: &str, answer: &Embedding, claimed: &Centroid) -> Vec<Option<Vote>> {
        let of = |other: &BTreeMap<&str, Centroid>| Vote::of(answer, claimed, other.get(question)?);
        self.others.iter().map(of).collect()
    }
}

fn centroids(answers: &Answers) -> BTreeMap<&str, Centroid> {
    answers
        .iter()
        .filter_map(|(question, answers)| Some((question.as_str(), Centroid::of(answers)?)))
        .collect()
}

/// The answers to a question, if any of them says anything.
fn heard(answers: Vec<Said>) -> Option<Vec<Said>> {
    let speaks = |said: &Said| said.deviation.is_some() || said.votes.iter().any(Option::is_some);
    answers.iter().any(speaks).then_some(answers)
}
