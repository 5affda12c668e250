//! Members answer, auditors replay: all weights in one worker process, in its own engine, since no
//! server shows what a replay needs. One job at a time: the engine takes no more on a CPU.
//!
//! A question is done with all weights before the next one begins, so that a run that is stopped
//! has as many answers of each. Answers are drawn at a temperature of 1 among all tokens, as the
//! worker draws them by default, and replayed as claimed so.

use super::{
    asking::bar,
    kept::{key, Answered, Cost, Kept},
    quantised::{Variant, Weights},
    replays::{replay_key, Replayed, Sums},
    together::Until,
};
use crate::arena::{AgentRole, Claim, LineUp, Mind, Reply, Rubric, Worker};
use anyhow::{bail, Context, Result};
use std::{
    path::{Path, PathBuf},
    time::Instant,
};
use waggle_harness::swarm::{Engine, Real};

/// At which answers are drawn.
const TEMPERATURE: f64 = 1.0;
/// The same in basis points, as claims have it.
const CLAIMED_TEMPERATURE: u32 = 10_000;
/// Which of an agent's answers to a question it is: there is one of each.
const DRAW: u64 = 0;
/// How long the worker may take for a job, in milliseconds: none is declined for being slow.
const PATIENCE_MS: u64 = 3_600_000;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The questions, in their order.
    pub questions: Vec<String>,
    /// How long an answer may be, in tokens. Of a longer one its whole sentences are left.
    pub max_tokens: u32,
}

impl Plan {
    /// What the answer of weights to a question is kept under.
    pub fn answer_key(&self, variant: &Variant, question: &str) -> String {
        let temperature = TEMPERATURE.to_bits();
        key(&("replays", variant.recipe.as_str(), temperature, self.max_tokens, question))
    }

    /// The keys of all answers of weights.
    pub fn answer_keys(&self, variant: &Variant) -> Vec<String> {
        self.questions.iter().map(|question| self.answer_key(variant, question)).collect()
    }
}

/// What is known, by key.
pub struct Records {
    /// Answers.
    pub answers: Kept<Answered>,
    /// Replays.
    pub replays: Kept<Replayed>,
}

/// Who answers and who replays: each of these weights does both.
pub struct Swarm<'a> {
    /// The weights, whose number is their agent's.
    pub served: Vec<(Variant, Weights)>,
    /// A `waggle-worker`.
    pub worker: &'a Path,
    /// Until when.
    pub until: Until,
}

impl Swarm<'_> {
    /// Do what is not known yet. Whether all is known then.
    ///
    /// # Errors
    /// If the worker fails or has other weights, or nothing can be kept.
    pub fn measure(&self, plan: &Plan, records: &mut Records) -> Result<bool> {
        let left: Vec<&String> = plan
            .questions
            .iter()
            .filter(|question| !self.is_done(plan, question, records))
            .collect();
        if left.is_empty() || self.until.is_over() {
            return Ok(left.is_empty());
        }
        let bar = bar("answers and their replays", left.len());
        let limits = [("deadline_ms", PATIENCE_MS)];
        let line_up = self.line_up(plan);
        let worker = Worker::start_limited(self.worker, &line_up, &Rubric::bundled(), &limits)?;
        let mut done = 0;
        for question in &left {
            if self.until.is_over() {
                break;
            }
            self.answer(&worker, plan, question, records)?;
            self.replay(&worker, plan, question, records)?;
            done += 1;
            bar.inc(1);
        }
        bar.finish_and_clear();
        eprintln!("{done} of {} questions in {:.0} s", left.len(), bar.elapsed().as_secs_f64());
        Ok(done == left.len())
    }

    fn line_up(&self, plan: &Plan) -> LineUp {
        let role = |(variant, weights): &(Variant, Weights)| AgentRole {
            name: variant.name.clone(),
            model: variant.name.clone(),
            directory: PathBuf::new(),
            mind: Mind::Real(Real {
                gguf: weights.path.clone(),
                engine: Engine::InProcess,
                temperature: TEMPERATURE,
                system: None,
                max_tokens: plan.max_tokens,
            }),
        };
        LineUp { agents: self.served.iter().map(role).collect() }
    }

    fn is_done(&self, plan: &Plan, question: &str, records: &Records) -> bool {
        let answers: Vec<String> =
            self.served.iter().map(|(variant, _)| plan.answer_key(variant, question)).collect();
        answers.iter().all(|answer| match records.answers.get(answer) {
            None => false,
            Some(Answered { text: None, .. }) => true,
            Some(_) => self.served.iter().all(|(claimed, _)| {
                records.replays.get(&replay_key(&claimed.recipe, answer)).is_some()
            }),
        })
    }

    /// Have all weights answer that have not.
    fn answer(
        &self,
        worker: &Worker,
        plan: &Plan,
        question: &str,
        records: &mut Records,
    ) -> Result<()> {
        for (agent, (variant, _)) in self.served.iter().enumerate() {
            let key = plan.answer_key(variant, question);
            if records.answers.get(&key).is_some() {
                continue;
            }
            let since = Instant::now();
            let reply = worker.ask(agent, question, DRAW);
            let (text, reason) = match reply.with_context(|| variant.name.clone())? {
                Reply::Done(text) => (Some(text), None),
                Reply::Declined(reason) => (None, Some(reason)),
            };
            let seconds = (since.elapsed().as_secs_f64() * 1e3).round() / 1e3;
            let cost = Cost { seconds, tokens: 0.0 };
            let agent = format!("{}, at {TEMPERATURE}", variant.name);
            records.answers.keep(key, Answered { agent, text, reason, cost })?;
        }
        Ok(())
    }

    /// Replay all answers to a question with all weights, where that was not done.
    fn replay(
        &self,
        worker: &Worker,
        plan: &Plan,
        question: &str,
        records: &mut Records,
    ) -> Result<()> {
        for (agent, (claimed, weights)) in self.served.iter().enumerate() {
            let mut new: Vec<(String, &Variant, String)> = Vec::new();
            for (run, _) in &self.served {
                let answer = plan.answer_key(run, question);
                let text = records.answers.get(&answer).and_then(|answered| answered.text.clone());
                let key = replay_key(&claimed.recipe, &answer);
                if let Some(text) = text.filter(|_| records.replays.get(&key).is_none()) {
                    new.push((key, run, text));
                }
            }
            if new.is_empty() {
                continue;
            }
            let texts: Vec<&str> = new.iter().map(|(_, _, text)| text.as_str()).collect();
            let claim = Claim { weights: &weights.sha256, temperature: CLAIMED_TEMPERATURE };
            let found = match worker.replay(agent, question, claim, &texts)? {
                Reply::Done(found) => found,
                Reply::Declined(reason) => bail!("{} replays nothing: {reason}", claimed.name),
            };
            for ((key, run, _), sums) in new.iter().zip(found) {
                let (claimed, run) = (claimed.name.clone(), run.name.clone());
                let replayed = Replayed { claimed, run, sums: sums.map(Sums::from) };
                records.replays.keep(key.clone(), replayed)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{quantised::Bits, sources::Sources},
        *,
    };
    use waggle_primitives::audit::replay::Replay;

    fn records(folder: &Path) -> Records {
        Records {
            answers: Kept::open(&folder.join("answers"), None).unwrap(),
            replays: Kept::open(&folder.join("replays"), None).unwrap(),
        }
    }

    #[test]
    fn question_should_be_done_when_all_weights_replayed_all_its_answers() {
        let model = &Sources::read().unwrap().models[0];
        let plan = Plan { questions: vec!["q".into()], max_tokens: 9 };
        let weights = || Weights { path: PathBuf::new(), sha256: String::new() };
        let served = Variant::all(model).map(|variant| (variant, weights())).to_vec();
        let swarm = Swarm { served, worker: Path::new(""), until: Until::default() };
        let folder = std::env::temp_dir().join(format!("waggle-replaying-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let mut records = records(&folder);
        let [eight, four] = Variant::all(model);
        let answered = |text: Option<&str>| Answered {
            agent: "a".into(),
            text: text.map(str::to_owned),
            reason: None,
            cost: Cost::default(),
        };
        let answer = plan.answer_key(&eight, "q");
        records.answers.keep(answer.clone(), answered(Some("x"))).unwrap();
        // One that says nothing has nothing to be replayed.
        records.answers.keep(plan.answer_key(&four, "q"), answered(None)).unwrap();
        for claimed in [&eight, &four] {
            assert!(!swarm.is_done(&plan, "q", &records));
            let sums = Some(Sums::from(Replay::default()));
            let replayed = Replayed { claimed: "c".into(), run: "r".into(), sums };
            records.replays.keep(replay_key(&claimed.recipe, &answer), replayed).unwrap();
        }
        assert!(swarm.is_done(&plan, "q", &records));
        // Nothing is left to do, so no worker is started.
        assert!(swarm.measure(&plan, &mut records).unwrap());
        let longer = Plan { max_tokens: 10, ..plan.clone() };
        assert!(!swarm.is_done(&longer, "q", &records));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn answers_should_be_kept_by_weights_question_and_length() {
        let models = Sources::read().unwrap().models;
        let plan = Plan { questions: vec!["q".into(), "r".into()], max_tokens: 9 };
        let eight = Variant::of(&models[0], Bits::Eight);
        let keys = plan.answer_keys(&eight);
        assert_eq!(keys[0], plan.answer_key(&eight, "q"));
        assert_ne!(keys[0], keys[1]);
        assert_ne!(keys[0], plan.answer_key(&Variant::of(&models[0], Bits::Four), "q"));
        let longer = Plan { max_tokens: 10, ..plan.clone() };
        assert_ne!(keys[0], longer.answer_key(&eight, "q"));
    }
}
