//! The command line.

use crate::config::{Config, ConfigError};
use clap::Parser;
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
/// When it listens it prints one line on stdout, `listening on http://ADDRESS:PORT`; all else
/// goes to stderr. GET /healthz turns 200 when the models are loaded. SIGTERM or SIGINT stops it
/// after the jobs under way; a second one at once.
#[derive(Clone, Debug, Parser)]
#[command(name = "waggle-worker", version, verbatim_doc_comment, max_term_width = 100)]
pub struct Cli {
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

    /// Where to listen, instead of what the configuration says (127.0.0.1:7741 if nothing). Port
    /// 0 takes a free one. The worker trusts whoever can reach it: keep it on loopback or
    /// behind something that knows its clients.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Check the configuration and the model directories that it names, without loading them, and
    /// exit.
    #[arg(long)]
    pub check_config: bool,

    /// What to log, as a tracing filter: error, warn, info, debug, or by module.
    #[arg(
        long,
        value_name = "FILTER",
        env = "WAGGLE_WORKER_LOG",
        default_value = "info,mistralrs_core=warn"
    )]
    pub log: String,

    /// Log one JSON object a line.
    #[arg(long)]
    pub log_json: bool,
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

impl Cli {
    /// The configuration that the command line asks for; `None` if it does not say what to serve.
    ///
    /// # Errors
    /// [`ConfigError`] if a file or directory cannot be read.
    pub fn configuration(&self) -> Option<Result<Config, ConfigError>> {
        let config = if let Some(file) = &self.config {
            Config::read(file)
        } else if let Some(model) = &self.model {
            Ok(Config::single_model(model, self.gguf.clone(), self.temperature.unwrap_or(0.7)))
        } else if let Some(gguf) = &self.llama_server {
            Ok(Config::single_gguf(gguf, self.temperature.unwrap_or(0.7)))
        } else {
            let directory = self.bundled.clone()?.unwrap_or_else(bundled_models);
            Config::bundled(&directory, self.temperature.unwrap_or(0.0))
        };
        Some(config.map(|mut config| {
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
        assert_eq!(bundled.bundled, Some(None));
        assert_eq!(parse("--bundled=models").unwrap().bundled, Some(Some("models".into())));
        assert_eq!(bundled.listen.unwrap().port(), 0);
    }

    #[test]
    fn docs_should_name_every_option() {
        let page = include_str!("../../docs/worker-protocol.md");
        for option in Cli::command().get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(
                page.contains(&format!("`--{option}")),
                "docs/worker-protocol.md does not explain --{option}"
            );
        }
    }
}
