//! `[[embedders]]`: what makes points of texts, for audits.

use super::{
    error::ConfigError,
    modules::{api_key, base_url},
};
use crate::{
    backend::openai::OpenAiSpec,
    embedding::bert::BertEmbedder,
    loading::{CheckedEmbedder, EmbedderSource},
    protocol::{Hex32, MOST_AUDITED},
};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// One of `[[embedders]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedderConfig {
    /// What logs and metrics call it; no model has the same name.
    pub name: String,
    /// The directory of a sentence model; or else
    pub path: Option<PathBuf>,
    /// `[embedders.openai]`, a server.
    pub openai: Option<EmbeddingsConfig>,
    /// SHA-256 of its weights, by which jobs name it. Of a directory it is found, and compared with
    /// this if it is given; of a server it is the operator's word.
    pub sha256: Option<Hex32>,
}

/// `[embedders.openai]`: a server with `POST /v1/embeddings`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsConfig {
    /// Up to and including `/v1`.
    pub base_url: String,
    /// What the server calls the model.
    pub model: String,
    /// A file that holds the key and nothing else.
    #[serde(default)]
    pub api_key_file: Option<PathBuf>,
    /// Or the variable of the worker's environment that holds it.
    #[serde(default)]
    pub api_key_env: Option<String>,
    /// For a whole request, in milliseconds.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// The largest reply, in bytes.
    #[serde(default = "default_reply_bytes")]
    pub reply_bytes: usize,
    /// The most texts of a request.
    #[serde(default = "default_batch")]
    pub batch: usize,
}

fn default_timeout_ms() -> u64 {
    60_000
}

fn default_reply_bytes() -> usize {
    4 << 20
}

fn default_batch() -> usize {
    MOST_AUDITED
}

impl EmbedderConfig {
    /// Relative paths count from `base`.
    pub(super) fn rebase(&mut self, base: &Path) {
        if let Some(path) = &mut self.path {
            *path = base.join(&*path);
        }
        if let Some(file) = self.openai.as_mut().and_then(|server| server.api_key_file.as_mut()) {
            *file = base.join(&*file);
        }
    }

    pub(super) fn check(self) -> Result<CheckedEmbedder, ConfigError> {
        let Self { name, path, openai, sha256 } = self;
        let wrong = |problem: String| ConfigError::Embedder { embedder: name.clone(), problem };
        if name.is_empty() {
            return Err(ConfigError::EmbedderName(name));
        }
        let source = match (path, openai, sha256) {
            (Some(path), None, sha256) => {
                BertEmbedder::inspect(&path).map_err(|error| wrong(error.to_string()))?;
                EmbedderSource::Directory { path, sha256 }
            }
            (None, Some(server), Some(sha256)) => {
                let (spec, batch) = server.spec().map_err(wrong)?;
                EmbedderSource::Server { spec: Box::new(spec), batch, sha256 }
            }
            (None, Some(_), None) => {
                let problem = "sha256 is needed: jobs name a server's embedder by that of its \
                               weights";
                return Err(wrong(problem.to_string()));
            }
            _ => return Err(wrong("one of path and openai is needed".to_string())),
        };
        Ok(CheckedEmbedder { name, source })
    }
}

impl EmbeddingsConfig {
    /// How it is asked, and with how many texts at a time; what is wrong, in one line.
    fn spec(self) -> Result<(OpenAiSpec, usize), String> {
        for (key, value) in [("reply_bytes", self.reply_bytes), ("batch", self.batch)] {
            if value == 0 {
                return Err(format!("openai.{key}: must be at least 1"));
            }
        }
        let spec = OpenAiSpec {
            api_key: api_key(self.api_key_file.as_deref(), self.api_key_env.as_deref())?,
            timeout: Duration::from_millis(self.timeout_ms),
            reply_bytes: self.reply_bytes,
            ..OpenAiSpec::new(base_url(&self.base_url)?, self.model, Vec::new())
        };
        Ok((spec, self.batch))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn problem(lines: &str) -> String {
        let config: Config = toml::from_str(&format!("[[embedders]]\n{lines}")).unwrap();
        config.embedders().unwrap_err().to_string()
    }

    const SERVER: &str = "[embedders.openai]\nbase_url = 'http://127.0.0.1:1/v1'\nmodel = 'm'";

    #[test]
    fn a_server_should_need_the_digest_of_its_weights() {
        let sha256 = format!("sha256 = '{}'", "ab".repeat(32));
        let lines = format!("[[embedders]]\nname = 'far'\n{sha256}\n{SERVER}");
        let config: Config = toml::from_str(&lines).unwrap();
        let checked = config.embedders().unwrap();
        assert_eq!(checked[0].name(), "far");
        assert!(problem(&format!("name = 'far'\n{SERVER}")).contains("sha256"));
        let nothing = format!("name = 'far'\n{sha256}\n{SERVER}\nbatch = 0");
        assert!(problem(&nothing).contains("batch"));
        let url = format!("name = 'far'\n{sha256}\n{}", SERVER.replace("http", "ftp"));
        assert!(problem(&url).contains("http or https"));
    }

    #[test]
    fn an_embedder_should_have_a_name_and_one_source() {
        assert!(problem("path = '/nonexistent'").contains("name"));
        assert!(problem("name = 'e'").contains("path and openai"));
        assert!(problem(&format!("name = 'e'\npath = 'p'\n{SERVER}")).contains("path and openai"));
        assert!(problem("name = 'e'\npath = '/nonexistent'").contains("no such directory"));
    }
}
