//! Examining a swarm: asking what one knows the answer to, and telling it afterwards.
//!
//! Two accounts are needed. The one that asks should be one that nobody connects with examinations,
//! because what agents can tell to be one they may answer better than others. The *examiner* is
//! known to the chain; only it may reveal, in the domains for which it was appointed. Between the
//! two lies a file: whatever stops a run, what was asked can be revealed by another one.
//!
//! Out of scope: who is an examiner, which is governance's affair; good questions, which are the
//! examiner's.

mod kept;
mod makers;
mod outcome;
mod reveal;

pub use makers::Maker;
pub use outcome::{ExaminedAnswer, Outcome, Revealed};
pub use reveal::tell;

use crate::{account::AccountArgs, progress::Progress, terms::TermsArgs};
use kept::{Kept, Salts};
use makers::Solved;
use std::{collections::BTreeSet, path::PathBuf};
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    account::{self, account_id},
    ask::{is_judged, outcome as round_of_question, send, watch, Question},
    chain::Chain,
    random::{random_bytes, random_number},
    report::RoundReport,
    secret,
    submit::{check, check_members, Terms},
    Failure, Round,
};
use waggle_primitives::{domain::GENERAL, view::RoundState, DomainId};

/// What is asked, and by whom it is revealed.
#[derive(Clone, Debug, clap::Args)]
pub struct ExamineArgs {
    /// What to ask, if the questions are not made (--make).
    #[arg(
        requires = "truth",
        conflicts_with = "make",
        required_unless_present_any = ["make", "reveal_from"]
    )]
    pub question: Option<String>,
    /// The right answer. Answers are right if they come to the same in the end
    /// (docs/protocol.md#equal-answers).
    #[arg(allow_negative_numbers = true)]
    pub truth: Option<String>,
    /// Make questions of this kind; the bundled models know them all.
    #[arg(long, value_name = "KIND", value_enum)]
    pub make: Option<Maker>,
    /// How many questions to make. Each is asked when the one before has been revealed.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "make",
        conflicts_with = "question",
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub count: u32,
    /// What the questions are drawn from: the same ones for the same number [default: another one
    /// each time, which is printed].
    #[arg(long, value_name = "N", requires = "make", conflicts_with = "question")]
    pub seed: Option<u64>,
    /// The domain to ask in, of which the examiner must be one.
    #[arg(long, value_name = "N", default_value_t = GENERAL)]
    pub domain: DomainId,
    /// Where questions, truths and salts are kept; new ones are added. Without its salt a truth can
    /// never be revealed, and whoever has the file can tell the examinations from other rounds.
    #[arg(long, value_name = "FILE", default_value = "examinations.jsonl")]
    pub salts: PathBuf,
    /// Ask nothing. Reveal what is in this file, has been settled and has not been revealed yet, in
    /// whatever domain it was asked.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["question", "truth", "make", "count", "seed", "domain", "salts"]
    )]
    pub reveal_from: Option<PathBuf>,
    /// Reveal as soon as a round is settled in the best block. A re-org may then take the round
    /// away, after everybody has read its truth.
    #[arg(long)]
    pub best: bool,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    examiner: ExaminerArgs,
}

/// Where the examiner's key comes from.
#[derive(Clone, Debug, clap::Args)]
pub struct ExaminerArgs {
    /// Secret URI of the examiner's account (sr25519). Other users of the machine can see what is
    /// given here: use --examiner-key-file for keys that are worth something.
    #[arg(
        long,
        value_name = "SURI",
        default_value = "//Alice",
        conflicts_with = "examiner_key_file"
    )]
    pub examiner_suri: String,
    /// File whose first line is the secret URI of the examiner's account.
    #[arg(long, value_name = "FILE")]
    pub examiner_key_file: Option<PathBuf>,
}

impl ExaminerArgs {
    fn keypair(&self) -> Result<Keypair, Failure> {
        let file = self.examiner_key_file.as_ref();
        let (source_name, suri) = secret::read("--examiner-suri", Some(&self.examiner_suri), file)?;
        account::parse(&source_name, &suri)
    }
}

impl ExamineArgs {
    /// The questions to ask. A seed that nobody said is told.
    fn questions(&self, progress: &Progress) -> Result<Vec<Solved>, Failure> {
        let Some(maker) = self.make else {
            let question = self.question.as_deref().unwrap_or_default();
            return Ok(vec![Solved::new(question, self.truth.as_deref().unwrap_or_default())?]);
        };
        let seed = match self.seed {
            Some(seed) => seed,
            None => {
                let seed = u64::from(random_number()?);
                progress.note(format!("questions drawn with --seed {seed}"));
                seed
            }
        };
        Ok(maker.make(self.count, seed))
    }
}

/// Examine the swarm that the node at `url` knows, as `args` say. `tell` gets each examination when
/// it is over.
///
/// # Errors
/// [`Failure::Cancelled`] if a round was, and [`Failure::NotExaminer`] if one in the file is of a
/// domain where the examiner is none, after the others have been revealed. All others end the run;
/// what was asked by then can be revealed by another one, from the file.
pub async fn examine(
    url: &str,
    args: &ExamineArgs,
    progress: &mut Progress,
    mut tell: impl FnMut(&Outcome, &Progress),
) -> Result<(), Failure> {
    let examiner = args.examiner.keypair()?;
    if let Some(file) = &args.reveal_from {
        let salts = Salts(file.clone());
        let all = salts.read()?;
        let mut run = Run { args, chain: Chain::connect(url).await?, examiner };
        return run.reveal(all, &salts, progress, &mut tell).await;
    }
    let payer = args.account.keypair()?;
    let questions = args.questions(progress)?;
    let mut run = Run { args, chain: Chain::connect(url).await?, examiner };
    run.ask(&payer, &questions, progress, &mut tell).await
}

/// A run of one examiner.
struct Run<'a> {
    args: &'a ExamineArgs,
    chain: Chain,
    examiner: Keypair,
}

impl Run<'_> {
    /// See that the examiner is one of this domain, and tell what is left of its budget there.
    async fn show_budget(&self, domain: DomainId, progress: &Progress) -> Result<(), Failure> {
        let budget = reveal::budget(&self.chain, domain, &self.examiner).await?;
        progress.note(format!(
            "examiner {} of domain {domain}: {budget} WAG of its budget are left",
            account_id(&self.examiner)
        ));
        Ok(())
    }

    /// Ask one question after another, and reveal each when its round has been settled.
    async fn ask(
        &mut self,
        payer: &Keypair,
        questions: &[Solved],
        progress: &mut Progress,
        tell: &mut impl FnMut(&Outcome, &Progress),
    ) -> Result<(), Failure> {
        let domain = self.chain.domain(self.args.domain).await?;
        self.show_budget(domain.id, progress).await?;
        let constants = self.chain.constants().await?;
        let terms = Terms::from(self.args.terms);
        for solved in questions {
            check_members(&domain, &check(&solved.question, &terms, &constants)?)?;
        }
        if account_id(payer) == account_id(&self.examiner) {
            progress.note("the examiner asks by itself: everybody can tell these examinations");
        }
        let salts = Salts(self.args.salts.clone());
        let mut cancelled = None;
        for (number, solved) in questions.iter().enumerate() {
            if questions.len() > 1 {
                let (number, all) = (number + 1, questions.len());
                progress.done(format!("question {number} of {all}: {}", solved.question));
            }
            let (kept, report) = self.ask_one(payer, solved, &salts, progress).await?;
            if is_judged(&report) {
                progress.doing("revealing the truth");
                let outcome = reveal::reveal(&self.chain, &self.examiner, &kept, &report).await?;
                progress.doing("");
                tell(&outcome, progress);
            } else {
                tell(&Outcome::of(&kept, &report, None), progress);
                let reason = report.cancelled_because.unwrap_or_default();
                cancelled = Some(Failure::Cancelled { round: report.round, reason });
            }
        }
        cancelled.map_or(Ok(()), Err)
    }

    /// Ask one question: what opens its seal is in the file before.
    async fn ask_one(
        &mut self,
        payer: &Keypair,
        solved: &Solved,
        salts: &Salts,
        progress: &mut Progress,
    ) -> Result<(Kept, RoundReport), Failure> {
        let Solved { question, truth } = solved;
        let mut kept = Kept::new(account_id(payer), question, truth, random_bytes()?);
        salts.append(&kept)?;
        let asked = Question {
            payer,
            prompt: question,
            domain: self.args.domain,
            terms: &Terms::from(self.args.terms),
            sealed: Some(kept.sealed.0),
            finalised: !self.args.best,
        };
        let submitted = send(&self.chain, &asked, progress).await?;
        kept.round = Some(submitted.round);
        salts.append(&kept)?;
        let report = round_of_question(&mut self.chain, &asked, &submitted, progress).await?;
        Ok((kept, report))
    }

    /// Reveal those of `all`, which are in the file `salts`, that have been settled and not been
    /// revealed.
    async fn reveal(
        &mut self,
        all: Vec<Kept>,
        salts: &Salts,
        progress: &mut Progress,
        tell: &mut impl FnMut(&Outcome, &Progress),
    ) -> Result<(), Failure> {
        progress.doing("looking for what is sealed");
        let (settled, running) = self.sealed_rounds(all).await?;
        let domains = settled.iter().map(|(_, round)| round.domain).collect();
        let (own, none_of) = self.domains_of_examiner(domains, progress).await?;
        let mut revealed = 0;
        for (kept, round) in settled.iter().filter(|(_, round)| own.contains(&round.domain)) {
            let final_only = !self.args.best;
            let report = watch(&mut self.chain, round.id, final_only, progress).await?;
            progress.doing("revealing the truth");
            let outcome = reveal::reveal(&self.chain, &self.examiner, kept, &report).await?;
            progress.doing("");
            tell(&outcome, progress);
            revealed += 1;
        }
        if running > 0 {
            progress.note(format!("{running} rounds still run: reveal them later"));
        }
        if revealed == 0 && none_of.is_none() {
            progress.note(format!("nothing that {} has is left to reveal now", salts.path()));
        }
        none_of.map_or(Ok(()), Err)
    }

    /// Those of `all` whose rounds have been settled and not been revealed, and how many still run.
    async fn sealed_rounds(&self, all: Vec<Kept>) -> Result<(Vec<(Kept, Round)>, u32), Failure> {
        let best = self.chain.best_block().await?.hash;
        let sealed = self.chain.sealed_truths(best).await?;
        let (mut settled, mut running) = (Vec::new(), 0);
        for kept in all {
            let Some(round) = reveal::round_of(&self.chain, &kept, &sealed, best).await? else {
                continue;
            };
            match round.state {
                RoundState::Running { .. } => running += 1,
                RoundState::Cancelled { .. } => {}
                RoundState::Settled { .. } | RoundState::NobodyWon { .. } => {
                    settled.push((kept, round))
                }
            }
        }
        Ok((settled, running))
    }

    /// Those of `domains` of which the examiner is one, each told with its budget; and the failure
    /// that it is none of another.
    async fn domains_of_examiner(
        &self,
        domains: BTreeSet<DomainId>,
        progress: &Progress,
    ) -> Result<(BTreeSet<DomainId>, Option<Failure>), Failure> {
        let (mut own, mut none_of) = (BTreeSet::new(), None);
        for domain in domains {
            match self.show_budget(domain, progress).await {
                Ok(()) => {
                    own.insert(domain);
                }
                Err(failure @ Failure::NotExaminer { .. }) => none_of = Some(failure),
                Err(failure) => return Err(failure),
            }
        }
        Ok((own, none_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Verbosity;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: ExamineArgs,
    }

    fn parsed(arguments: &[&str]) -> Result<ExamineArgs, String> {
        let all = ["examine"].into_iter().chain(arguments.iter().copied());
        Cli::try_parse_from(all).map(|cli| cli.args).map_err(|error| error.to_string())
    }

    fn quiet() -> Progress {
        Progress::new(Verbosity::TerminalOnly)
    }

    #[test]
    fn questions_should_be_the_callers_or_made_ones() {
        let own = parsed(&["37+12", "49"]).unwrap().questions(&quiet()).unwrap();
        assert_eq!(own, [Solved { question: "37+12".into(), truth: "49".into() }]);
        let make = ["--make", "sums", "--count", "5", "--seed", "7"];
        let made = parsed(&make).unwrap().questions(&quiet()).unwrap();
        assert_eq!(made, Maker::Sums.make(5, 7));
        let one = parsed(&["--make", "mixed"]).unwrap().questions(&quiet()).unwrap();
        assert_eq!(one.len(), 1);
    }

    #[test]
    fn arguments_should_be_refused_when_they_do_not_say_one_thing() {
        let refused: [&[&str]; 13] = [
            &[],
            &["37+12"],
            &["37+12", "49", "--make", "sums"],
            &["37+12", "49", "--count", "2"],
            &["37+12", "49", "--seed", "2"],
            &["--make", "poems"],
            &["--make", "sums", "--count", "0"],
            &["--count", "2"],
            &["--reveal-from", "a", "--count", "2"],
            &["--reveal-from", "a", "--make", "sums"],
            &["37+12", "49", "--reveal-from", "a"],
            &["--reveal-from", "a", "--salts", "b"],
            &["--reveal-from", "a", "--domain", "1"],
        ];
        for arguments in refused {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
        assert!(parsed(&["--reveal-from", "a"]).is_ok());
        assert!(parsed(&["37+12", "49", "--salts", "a", "--best"]).is_ok());
        assert_eq!(parsed(&["12-37", "-25"]).unwrap().truth.as_deref(), Some("-25"));
        assert_eq!(parsed(&["37+12", "49"]).unwrap().domain, GENERAL);
        assert_eq!(parsed(&["37+12", "49", "--domain", "4"]).unwrap().domain, 4);
    }

    #[test]
    fn truths_should_be_refused_when_no_answer_could_equal_them() {
        let refused = parsed(&["37+12", " . "]).unwrap().questions(&quiet()).unwrap_err();
        assert!(matches!(refused, Failure::TruthEmpty(_)), "{refused}");
    }

    #[test]
    fn examiner_should_be_alice_unless_said_otherwise() {
        let key = |arguments: &[&str]| parsed(arguments).unwrap().examiner.keypair();
        let development = |suri| account_id(&account::development(suri).unwrap());
        assert_eq!(account_id(&key(&["1+1", "2"]).unwrap()), development("//Alice"));
        let bob = key(&["1+1", "2", "--examiner-suri", "//Bob"]).unwrap();
        assert_eq!(account_id(&bob), development("//Bob"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "//Charlie\n").unwrap();
        let path = file.path().to_str().unwrap();
        let charlie = key(&["1+1", "2", "--examiner-key-file", path]).unwrap();
        assert_eq!(account_id(&charlie), development("//Charlie"));
        assert_eq!(key(&["1+1", "2", "--examiner-suri", "no phrase"]).unwrap_err().exit_code(), 2);
    }
}
