//! What the scenarios share: a network, questions from a printed seed, and a round followed while something happens.

use std::time::{SystemTime, UNIX_EPOCH};
use subxt_signer::sr25519::Keypair;
use tokio::task::JoinHandle;
use waggle_cli::{
    account::development,
    amount::{Amount, WAG},
    ask::{watch, Question},
    chain::Chain,
    local_network::{cast, models_directory, Binaries, LocalNetwork, Plan, Preset},
    progress::{Progress, Verbosity},
    report::RoundReport,
    submit::{check, submit, Submitted, TermsArgs},
    Failure,
};
use waggle_primitives::view::RoundState;

/// Agents in each scenario.
pub const AGENTS: u32 = 7;

/// What to start: one validator, and seven agents on the bundled models.
pub fn plan() -> Plan {
    Plan {
        binaries: Binaries::find(None, None),
        preset: Preset::Dev,
        roles: cast(&models_directory(), AGENTS as usize).unwrap(),
        worker_url: None,
    }
}

/// Start a network.
pub async fn start(plan: Plan) -> LocalNetwork {
    LocalNetwork::start(plan, &quiet()).await.unwrap()
}

/// No progress display.
pub fn quiet() -> Progress {
    Progress::new(Verbosity::TerminalOnly)
}

/// Terms with so many blocks for the answers.
pub fn terms(answering_blocks: u32) -> TermsArgs {
    TermsArgs { reward: Amount(20 * WAG), answering_blocks: Some(answering_blocks), min_agents: 2, max_agents: AGENTS }
}

/// Who asks.
pub fn alice() -> Keypair {
    development("//Alice").unwrap()
}

/// Ask one question and wait for the result.
pub async fn ask(network: &LocalNetwork, prompt: &str, terms: &TermsArgs) -> Result<RoundReport, Failure> {
    let mut chain = Chain::connect(&network.url()).await?;
    let question = Question { payer: &alice(), prompt, terms, finalised: false };
    waggle_cli::ask::ask(&mut chain, &question, &mut quiet()).await
}

/// Submit a question only.
pub async fn submit_only(network: &LocalNetwork, prompt: &str, terms: &TermsArgs) -> Submitted {
    let chain = Chain::connect(&network.url()).await.unwrap();
    let terms = check(prompt, terms, &chain.constants().await.unwrap()).unwrap();
    submit(&chain, &alice(), prompt, &terms).await.unwrap()
}

/// Follow a round in the background, through whatever happens to the node.
pub fn watch_in_background(url: String, round: u64) -> JoinHandle<Result<RoundReport, Failure>> {
    tokio::spawn(async move {
        let mut chain = Chain::connect(&url).await?;
        watch(&mut chain, round, false, &mut quiet()).await
    })
}

/// Where a round stands now.
pub async fn state(network: &LocalNetwork, round: u64) -> RoundState {
    let chain = Chain::connect(&network.url()).await.unwrap();
    let best = chain.best_block().await.unwrap();
    chain.round(round, best.hash).await.unwrap().expect("the round is on chain").state
}

/// Questions with a right answer, drawn from a seed that is printed so that a failure can be repeated:
/// `WAGGLE_SEED` sets it.
pub fn questions(count: usize) -> Vec<String> {
    let mut draw = Draw::from_environment("questions");
    (0..count).map(|place| draw.question(place)).collect()
}

/// SplitMix64: enough for drawing questions and garbage.
pub struct Draw(u64);

impl Draw {
    /// Begin with the seed of `WAGGLE_SEED`, or another one each time, and say with which.
    pub fn from_environment(what: &str) -> Self {
        let set = std::env::var("WAGGLE_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = set.unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map(|now| now.as_nanos() as u64 % 1_000_000)
                .unwrap_or_default()
        });
        eprintln!("{what} drawn with WAGGLE_SEED={seed}");
        Self(seed)
    }

    /// A number from 0 to `bound` − 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn numbers(&mut self, fewest: u64, most: u64, bound: u64) -> String {
        let count = fewest + self.below(most - fewest + 1);
        (0..count).map(|_| self.below(bound).to_string()).collect::<Vec<_>>().join(" ")
    }

    fn word(&mut self) -> String {
        (0..3 + self.below(4)).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    fn question(&mut self, place: usize) -> String {
        match place % 5 {
            0 => format!("{}+{}", self.below(50), self.below(50)),
            1 => {
                let (a, b) = (self.below(50), self.below(50));
                format!("{}-{}", a.max(b), a.min(b))
            }
            2 => format!("sort {}", self.numbers(3, 5, 10)),
            3 => format!("reverse {}", self.word()),
            _ => format!("max {}", self.numbers(2, 4, 100)),
        }
    }
}
