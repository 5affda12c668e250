//! What the scenarios share: a network, questions from a printed seed, and a round followed while
//! something happens.

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Output,
    time::{SystemTime, UNIX_EPOCH},
};
use subxt_signer::sr25519::Keypair;
use tokio::{process::Command, task::JoinHandle};
use waggle_cli::progress::{Progress, Verbosity};
use waggle_client::{
    account::development,
    amount::{Amount, WAG},
    ask::{watch, Question},
    chain::Chain,
    report::RoundReport,
    submit::{check, submit, Prompt, Submitted, Terms},
    Failure,
};
use waggle_harness::questions::Draw;
use waggle_local_network::{cast, models_directory, Binaries, LocalNetwork, Plan, Preset};
use waggle_primitives::{domain::GENERAL, view::RoundState, Grade, MIN_SWARM};

/// Agents in each scenario.
pub(crate) const AGENTS: u32 = 7;

/// What to start: one validator, and seven agents on the bundled models.
pub(crate) fn plan() -> Plan {
    let roles = cast(&models_directory().unwrap(), AGENTS as usize).unwrap();
    Plan::new(Binaries::find(None, None), Preset::Dev, roles)
}

/// The program `waggle`. It is another package's, so cargo does not say where it is; it is built
/// into the same directory as the demo (./scripts/test builds both).
pub(crate) fn waggle_program() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_waggle-demo")).with_file_name("waggle")
}

/// What `waggle` does with these arguments and the node at `url`.
pub(crate) async fn waggle(url: &str, arguments: &[&str]) -> Output {
    Command::new(waggle_program()).args(arguments).args(["--url", url]).output().await.unwrap()
}

/// What it printed, which must be JSON and nothing else.
pub(crate) fn printed(output: &Output) -> Value {
    assert!(output.status.success(), "{}", errors(output));
    serde_json::from_slice(&output.stdout).expect("JSON and nothing else on stdout")
}

/// What it said on stderr.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Start a network.
pub(crate) async fn start(plan: Plan) -> LocalNetwork {
    LocalNetwork::start(plan, &quiet()).await.unwrap()
}

/// No progress display.
pub(crate) fn quiet() -> Progress {
    Progress::new(Verbosity::TerminalOnly)
}

/// Terms with this many blocks for the answers.
pub(crate) fn terms(answering_blocks: u32) -> Terms {
    Terms {
        reward: Amount(20 * WAG),
        answering_blocks: Some(answering_blocks),
        min_agents: MIN_SWARM,
        max_agents: AGENTS,
        min_score: Grade::MIN,
    }
}

/// Who asks.
pub(crate) fn alice() -> Keypair {
    development("//Alice").unwrap()
}

/// Ask one question and wait for the result.
pub(crate) async fn ask(
    network: &LocalNetwork,
    prompt: &str,
    terms: &Terms,
) -> Result<RoundReport, Failure> {
    let mut chain = Chain::connect(&network.url()).await?;
    let payer = alice();
    let question =
        Question { payer: &payer, prompt, domain: GENERAL, terms, sealed: None, finalised: false };
    waggle_client::ask::ask(&mut chain, &question, &mut quiet()).await
}

/// Submit a question only.
pub(crate) async fn submit_only(network: &LocalNetwork, prompt: &str, terms: &Terms) -> Submitted {
    let chain = Chain::connect(&network.url()).await.unwrap();
    let terms = check(prompt, terms, &chain.constants().await.unwrap()).unwrap();
    submit(&chain, &alice(), &Prompt::new(prompt, &terms)).await.unwrap()
}

/// Follow a round in the background, through whatever happens to the node.
pub(crate) fn watch_in_background(
    url: String,
    round: u64,
) -> JoinHandle<Result<RoundReport, Failure>> {
    tokio::spawn(async move {
        let mut chain = Chain::connect(&url).await?;
        watch(&mut chain, round, false, &mut quiet()).await
    })
}

/// Where a round stands now.
pub(crate) async fn state(network: &LocalNetwork, round: u64) -> RoundState {
    let chain = Chain::connect(&network.url()).await.unwrap();
    let best = chain.best_block().await.unwrap();
    chain.round(round, best.hash).await.unwrap().expect("the round is on chain").state
}

/// Questions with a right answer, drawn from a seed that is printed so that a failure can be
/// repeated: `WAGGLE_SEED` sets it.
pub(crate) fn questions(count: usize) -> Vec<String> {
    let mut draw = drawn("questions");
    (0..count).map(|number| draw.question(number)).collect()
}

/// A draw that begins with the seed of `WAGGLE_SEED`, or with another one each time; it says with
/// which.
pub(crate) fn drawn(what: &str) -> Draw {
    let set = std::env::var("WAGGLE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = set.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map(|now| now.as_nanos() as u64 % 1_000_000)
            .unwrap_or_default()
    });
    eprintln!("{what} drawn with WAGGLE_SEED={seed}");
    Draw::new(seed)
}
