//! Asking the swarm of a local network one question after another.

use crate::{
    examiner::{Examiner, Secret},
    Failure,
};
use subxt_signer::sr25519::Keypair;
use waggle_cli::progress::Progress;
use waggle_client::{
    account::development,
    amount::{Amount, WAG},
    ask::{ask, Question},
    chain::Chain,
    report::{RoundReport, Status},
    submit::Terms,
};
use waggle_harness::tasks::right_answer;
use waggle_local_network::LocalNetwork;
use waggle_primitives::{domain::GENERAL, Grade, RoundId, MIN_SWARM};

/// How much time the agents get, and how many answers suffice.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long they may answer, in blocks of 250 ms.
    answering_blocks: u32,
    /// The round goes on when this many have answered; none: when all have.
    enough: Option<u32>,
}

impl Pace {
    /// Of the bundled models. They need less than a second; this bounds a round with an agent that
    /// says nothing.
    pub const BUNDLED: Self = Self { answering_blocks: 24, enough: None };

    /// Of models that write for seconds, and graders that share this machine with a node: two
    /// minutes, unless `enough` agents have answered before.
    pub const fn real(enough: u32) -> Self {
        Self { answering_blocks: 480, enough: Some(enough) }
    }
}

/// The account that tells the truth after examinations. Another one asks, as it should be.
const EXAMINER: &str = "//Bob";

/// Asks one question after another.
pub struct Interview {
    payer: Keypair,
    terms: Terms,
    chain: Chain,
    examiner: Option<Examiner>,
}

impl Interview {
    /// Of the swarm of `network`, paid by `//Alice`.
    pub async fn of(network: &LocalNetwork, pace: Pace) -> Result<Self, Failure> {
        let agents = network.agents().len() as u32;
        let agents = pace.enough.map_or(agents, |enough| enough.min(agents));
        let terms = Terms {
            reward: Amount(20 * WAG),
            answering_blocks: Some(pace.answering_blocks),
            min_agents: MIN_SWARM,
            max_agents: agents,
            min_score: Grade::MIN,
        };
        Ok(Self {
            payer: development("//Alice")?,
            terms,
            chain: Chain::connect(&network.url()).await?,
            examiner: None,
        })
    }

    /// Ask one question and wait for the swarm's answer. As an examination, if that is wished and
    /// the right answer known: then it is told after the settlement, and the agents' records learn
    /// from it. Whether it was one is told as well.
    pub async fn ask(
        &mut self,
        network: &LocalNetwork,
        prompt: &str,
        is_examination: bool,
        progress: &mut Progress,
    ) -> Result<(RoundReport, bool), Failure> {
        let truth = right_answer(prompt).filter(|_| is_examination);
        let secret = truth.map(Secret::new).transpose()?;
        let question = Question {
            payer: &self.payer,
            prompt,
            domain: GENERAL,
            terms: &self.terms,
            sealed: secret.as_ref().map(|secret| secret.sealed_for(&self.payer)),
            finalised: false,
        };
        let mut report = ask(&mut self.chain, &question, progress).await?;
        for answer in &mut report.answers {
            if let Some(model) = network.model_of(&answer.agent) {
                answer.model = model.to_owned();
            }
        }
        report.expected = right_answer(prompt);
        report.memory = Some(network.memory());
        let secret = secret.filter(|_| report.status != Status::Cancelled);
        if let Some(secret) = &secret {
            self.tell(report.round, secret).await?;
        }
        Ok((report, secret.is_some()))
    }

    /// Tell the truth of a round. Nothing is paid back: the examiner's budget is nothing.
    async fn tell(&mut self, round: RoundId, secret: &Secret) -> Result<(), Failure> {
        let examiner = match &mut self.examiner {
            Some(examiner) => examiner,
            none => none.insert(Examiner::appoint(&self.chain, GENERAL, EXAMINER, 0).await?),
        };
        examiner.tell(&self.chain, round, secret).await
    }
}

/// The questions in `text`: one a line; empty lines and lines that start with # do not count.
pub fn questions(text: &str) -> Vec<String> {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_should_be_the_lines_that_say_something() {
        assert_eq!(questions("37+12\r\n\n# a comment\n  sort 3 1 2 \n"), ["37+12", "sort 3 1 2"]);
    }
}
