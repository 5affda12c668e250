//! The command line.

use crate::{
    commands::{
        bench::BenchOptions, chat::ChatOptions, check::CheckOptions, claim::ClaimOptions,
        embed::EmbedOptions, list::ListOptions, pull::PullOptions,
    },
    config::{Config, ConfigError},
};
use clap::{Args, Parser, Subcommand};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Serves language models to the agents of a Waggle node: answers prompts, grades answers.
///
/// The node posts jobs to it over HTTP (docs/worker-protocol.md). Say what to serve:
///
///   waggle-worker --config worker.toml      models and agents of a file (worker.example.toml)
///   waggle-worker --model DIRECTORY_OR_ID   one model for any agent
///   waggle-worker --llama-server FILE.gguf  one model for any agent, on llama.cpp's server
///   waggle-worker --bundled                 the small models that come with Waggle
///
/// With a command it serves nothing, but looks at models first: list and pull find one, check says
/// whether it can grade, bench how fast it is, chat lets you talk to it, claim what may be said of
/// it on chain. embed tries what audits measure answers with.
///
/// When it listens it prints one line on stdout, `listening on http://ADDRESS:PORT`; all else
/// goes to stderr. GET /healthz turns 200 when the models are loaded. SIGTERM or SIGINT stops it
/// after the jobs under way; a second one at once.
#[derive(Clone, Debug, Parser)]
#[command(name = "waggle-worker", version, verbatim_doc_comment, max_term_width = 100)]
pub struct Cli {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What to serve.
    #[command(flatten)]
    pub what: Selection,

    /// Where to listen, instead of what the configuration says (127.0.0.1:7741 if nothing). Port
    /// 0 takes a free one. The worker trusts whoever can reach it: keep it on loopback or
    /// behind something that knows its clients.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Check the configuration and the model directories that it names, without loading them, and
    /// exit.
    #[arg(long)]
    pub check_config: bool,

    /// What to log, as a tracing filter: error, warn, info, debug, or by module. By default
    /// info,mistralrs_core=warn, and warn for a command.
    #[arg(long, value_name = "FILTER", env = "WAGGLE_WORKER_LOG", global = true)]
    pub log: Option<String>,

    /// Log one JSON object a line.
    #[arg(long, global = true)]
    pub log_json: bool,
}

/// What to do instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Let the models grade what is known, and say whether they are fit to.
    ///
    /// Prints how often right answers got more than wrong ones, the mean grades of both, the mass
    /// (the probability that the model replies with a grade at all) and how long grades take. The
    /// exit status is 1 if a model is unfit.
    Check {
        /// Which models.
        #[command(flatten)]
        what: Selection,
        /// How.
        #[command(flatten)]
        options: CheckOptions,
    },
    /// Measure how fast the models answer, read, write and grade.
    Bench {
        /// Which models.
        #[command(flatten)]
        what: Selection,
        /// How.
        #[command(flatten)]
        options: BenchOptions,
    },
    /// Talk to a model as its agent would: each line of the input is a prompt.
    Chat {
        /// Which models.
        #[command(flatten)]
        what: Selection,
        /// With whom.
        #[command(flatten)]
        options: ChatOptions,
    },
    /// Print what the agents may claim on chain: model, SHA-256 of its weights, quantisation, and
    /// the knowledge base's SHA-256.
    ///
    /// Loads nothing. Weights are read once, and again when size or time say that they changed.
    Claim {
        /// Which models.
        #[command(flatten)]
        what: Selection,
        /// How.
        #[command(flatten)]
        options: ClaimOptions,
    },
    /// Make points of texts, and say how far they are from each other.
    ///
    /// Prints each embedder's digest, by which audits name it, and the dimensions of its points,
    /// which are quantised as a node gets them.
    Embed {
        /// Which embedders.
        #[command(flatten)]
        what: Selection,
        /// Of which texts.
        #[command(flatten)]
        options: EmbedOptions,
    },
    /// Name the models that are known, what they need, what was tried, and which are here.
    List(ListOptions),
    /// Fetch the file of a known model, and print the lines for a configuration.
    ///
    /// What breaks off goes on where it was; the checksum is compared. HF_ENDPOINT and HF_TOKEN
    /// are those of the Hugging Face Hub.
    Pull(PullOptions),
}

/// Which models.
#[derive(Clone, Debug, Default, Args)]
pub struct Selection {
    /// A TOML file with models, agents and limits.
    #[arg(long, value_name = "FILE", group = "what")]
    pub config: Option<PathBuf>,

    /// A model directory, or the id of a Hugging Face repository, which is fetched if need be
    /// (HF_HOME says where to). It serves any agent.
    #[arg(long, value_name = "DIRECTORY_OR_ID", group = "what")]
    pub model: Option<String>,

    /// A GGUF file that llama.cpp's server runs: the fast way on a CPU. The worker starts
    /// llama-server, which it looks for in PATH, and ends it. It serves any agent.
    #[arg(long, value_name = "FILE.gguf", group = "what")]
    pub llama_server: Option<PathBuf>,

    /// Every model directory in DIRECTORY (without one: Waggle's own models). Each agent gets one
    /// of them, always the same.
    #[arg(long, value_name = "DIRECTORY", group = "what", num_args = 0..=1, require_equals = true)]
    pub bundled: Option<Option<PathBuf>>,

    /// With --model: a GGUF file in it, instead of safetensors.
    #[arg(long, value_name = "FILE", requires = "model")]
    pub gguf: Option<String>,

    /// With --model or --llama-server (there 0.7 if not given) or --bundled (there 0): how much
    /// chance there is in answers; 0 is none.
    #[arg(long, value_name = "NUMBER", conflicts_with = "config")]
    pub temperature: Option<f64>,

    /// Load weights even if there seems to be too little memory for them.
    #[arg(long)]
    pub force: bool,
}

/// Where Waggle's own models are: next to the program, or in the repository that is the working
/// directory.
fn bundled_models() -> PathBuf {
    let installed =
        std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("models")));
    installed
        .filter(|path| path.is_dir())
        .unwrap_or_else(|| Path::new("offchain-worker").join("models"))
}

impl Selection {
    fn says_nothing(&self) -> bool {
        let Self { config, model, llama_server, bundled, .. } = self;
        config.is_none() && model.is_none() && llama_server.is_none() && bundled.is_none()
    }

    /// The configuration that it means; `None` if it says nothing.
    fn configuration(&self) -> Option<Result<Config, ConfigError>> {
        Some(if let Some(file) = &self.config {
            Config::read(file)
        } else if let Some(model) = &self.model {
            Ok(Config::single_model(model, self.gguf.clone(), self.temperature.unwrap_or(0.7)))
        } else if let Some(gguf) = &self.llama_server {
            Ok(Config::single_gguf(gguf, self.temperature.unwrap_or(0.7)))
        } else {
            let directory = self.bundled.clone()?.unwrap_or_else(bundled_models);
            Config::bundled(&directory, self.temperature.unwrap_or(0.0))
        })
    }
}

impl Cli {
    /// Which models: what the command says, or else what is said before it.
    pub fn selection(&self) -> &Selection {
        match &self.command {
            Some(
                Command::Check { what, .. }
                | Command::Bench { what, .. }
                | Command::Chat { what, .. }
                | Command::Claim { what, .. }
                | Command::Embed { what, .. },
            ) if !what.says_nothing() => what,
            _ => &self.what,
        }
    }

    /// Whether to load weights that seem too large.
    pub fn force(&self) -> bool {
        self.what.force || self.selection().force
    }

    /// The configuration that the command line asks for; `None` if it does not say what to serve.
    ///
    /// # Errors
    /// [`ConfigError`] if a file or directory cannot be read.
    pub fn configuration(&self) -> Option<Result<Config, ConfigError>> {
        Some(self.selection().configuration()?.map(|mut config| {
            config.server.listen = self.listen.unwrap_or(config.server.listen);
            config
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_line_should_be_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_to_serve_should_be_said_once() {
        let parse = |arguments: &str| {
            Cli::try_parse_from(format!("waggle-worker {arguments}").split_whitespace())
        };
        assert!(parse("--config a.toml --model b").is_err());
        assert!(parse("--config a.toml --temperature 1").is_err());
        assert!(parse("--gguf a.gguf").is_err());
        assert!(parse("--llama-server a.gguf --bundled").is_err());
        let llama = parse("--llama-server models/a.gguf").unwrap().configuration().unwrap();
        assert_eq!(llama.unwrap().models[0].name, "a");
        assert!(parse("").unwrap().configuration().is_none());
        let bundled = parse("--bundled --listen 127.0.0.1:0").unwrap();
        assert_eq!(bundled.what.bundled, Some(None));
        assert_eq!(parse("--bundled=models").unwrap().what.bundled, Some(Some("models".into())));
        assert_eq!(bundled.listen.unwrap().port(), 0);
    }

    #[test]
    fn commands_should_take_what_to_serve_before_or_after_them() {
        for line in ["check --config a.toml", "--config a.toml check"] {
            let cli = Cli::try_parse_from(format!("waggle-worker {line}").split(' ')).unwrap();
            assert_eq!(cli.selection().config, Some("a.toml".into()), "{line}");
        }
        let cli = Cli::try_parse_from(["waggle-worker", "check", "--model", "m", "--force"]);
        assert!(cli.as_ref().unwrap().force());
        assert!(cli.unwrap().configuration().is_some());
        assert!(Cli::try_parse_from(["waggle-worker", "check", "--questions", "0"]).is_err());
        assert!(Cli::try_parse_from(["waggle-worker", "pull"]).is_err());
    }

    #[test]
    fn docs_should_name_every_option() {
        let page = include_str!("../../docs/worker-protocol.md");
        let program = Cli::command();
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let name = command.get_name();
            assert!(page.contains(&format!("`{name}")), "docs/worker-protocol.md lacks {name}");
            for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
                assert!(
                    page.contains(&format!("`--{option}")),
                    "docs/worker-protocol.md does not explain --{option} of {name}"
                );
            }
        }
    }
}
