//! What a question is asked for, on the command line.

use waggle_client::{amount::Amount, submit::Terms};
use waggle_primitives::{Grade, MIN_SWARM};

/// What the client asks for; what is `None` takes a default that suits the chain.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct TermsArgs {
    /// What you pay for the answer, in WAG: held while the round runs, returned if it is
    /// cancelled.
    #[arg(long, value_name = "WAG", default_value = "20")]
    pub reward: Amount,
    /// How long agents may answer, in blocks [default: 10 seconds' worth]. The phase ends sooner
    /// when --max-agents agents have answered.
    #[arg(long, value_name = "N")]
    pub answering_blocks: Option<u32>,
    /// If fewer agents than this answer in time, the round is cancelled. Four at least: in smaller
    /// swarms whoever grades its rivals down would gain by it.
    #[arg(long, value_name = "N", default_value_t = MIN_SWARM)]
    pub min_agents: u32,
    /// The round goes on at once when this many agents have answered. Each costs 0.006 WAG, and
    /// more take longer. If there are more agents on the domain's roster, the chain draws by lot
    /// who may answer.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub max_agents: u32,
    /// What the best answer has to score, 0 to 1, or nobody wins: then those who answered share
    /// three quarters of the winners' part, and the rest of it comes back [default: nothing]. Few
    /// answers score more than 0.6.
    #[arg(
        long,
        value_name = "SCORE",
        value_parser = score,
        default_value = "0",
        hide_default_value = true
    )]
    pub min_score: Grade,
}

/// A score, 0 to 1, as the chain counts it.
fn score(text: &str) -> Result<Grade, String> {
    let score: f64 = text.parse().map_err(|_| "a number from 0 to 1 is needed".to_owned())?;
    let basis_points = (0.0..=1.0).contains(&score).then(|| (score * 10_000.0).round() as u16);
    basis_points.and_then(Grade::new).ok_or_else(|| "a score is 0 to 1".to_owned())
}

impl From<TermsArgs> for Terms {
    fn from(args: TermsArgs) -> Self {
        let TermsArgs { reward, answering_blocks, min_agents, max_agents, min_score } = args;
        Self { reward, answering_blocks, min_agents, max_agents, min_score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        terms: TermsArgs,
    }

    #[test]
    fn terms_should_be_those_of_the_library_when_not_said_otherwise() {
        let terms: Terms = Cli::try_parse_from(["ask"]).unwrap().terms.into();
        assert_eq!(terms, Terms::default());
    }

    #[test]
    fn scores_should_be_read_as_the_chain_counts_them() {
        let basis_points = |text: &str| score(text).map(Grade::basis_points);
        for (text, expected) in
            [("0", 0), ("0.45", 4_500), ("0.0001", 1), (".5", 5_000), ("1", 10_000)]
        {
            assert_eq!(basis_points(text), Ok(expected), "{text}");
        }
        for wrong in ["-0.1", "1.01", "45 %", "NaN", ""] {
            assert!(basis_points(wrong).is_err(), "{wrong}");
        }
    }
}
