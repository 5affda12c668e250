//! What an agent thinks with, and what the worker's configuration says of it.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The first line of the configuration.
const HEAD: &str = "# Written by `waggle agent init`; docs/agents.md says what may stand here.";
/// How much chance there is in the answers of a model, unless somebody says otherwise.
const TEMPERATURE: f64 = 0.7;
/// The same of the bundled models, which know their six tasks best without any.
const BUNDLED_TEMPERATURE: f64 = 0.0;

/// What an agent thinks with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mind {
    /// One of the toys that come with Waggle.
    Bundled {
        /// Its name.
        name: String,
        /// Its directory.
        path: PathBuf,
    },
    /// A GGUF file, on llama.cpp's server, which the worker starts.
    Gguf {
        /// Its name.
        name: String,
        /// The file.
        file: PathBuf,
        /// The server's program.
        llama_server: PathBuf,
    },
    /// A server that speaks OpenAI's protocol: Ollama, vLLM, llama.cpp and others.
    Server {
        /// Its address, up to `/v1`.
        base_url: String,
        /// Its name for the model.
        model: String,
        /// The file with the key that it wants.
        api_key_file: Option<PathBuf>,
    },
}

#[derive(Serialize)]
struct Configuration<'a> {
    server: Listening,
    models: [ModelEntry<'a>; 1],
    agents: [AgentEntry<'a>; 1],
}

#[derive(Serialize)]
struct Listening {
    listen: String,
}

#[derive(Default, Serialize)]
struct ModelEntry<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    llama_server: Option<LlamaServer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    openai: Option<OpenAi<'a>>,
}

#[derive(Serialize)]
struct LlamaServer<'a> {
    gguf: &'a Path,
    program: &'a Path,
    threads: usize,
}

#[derive(Serialize)]
struct OpenAi<'a> {
    base_url: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_file: Option<&'a Path>,
}

#[derive(Serialize)]
struct AgentEntry<'a> {
    key: &'a str,
    model: &'a str,
    temperature: f64,
}

impl Mind {
    /// What the agent declares to be.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Bundled { name, .. } | Self::Gguf { name, .. } => name,
            Self::Server { model, .. } => without_path(model),
        }
    }

    /// In a line.
    pub(crate) fn print(&self) -> String {
        match self {
            Self::Bundled { name, .. } => format!("{name}, a bundled toy"),
            Self::Gguf { name, file, .. } => format!("{name} ({})", file.display()),
            Self::Server { base_url, model, .. } => format!("{model} at {base_url}"),
        }
    }

    /// The worker's configuration for one agent, whose key is given in hex. Leaves one of `cores`
    /// to the node.
    ///
    /// # Errors
    /// If a path is not UTF-8.
    pub(crate) fn worker_config(
        &self,
        key: &str,
        port: u16,
        cores: usize,
    ) -> Result<String, toml::ser::Error> {
        let name = self.name();
        let (entry, temperature) = match self {
            Self::Bundled { path, .. } => {
                (ModelEntry { path: Some(path), ..Default::default() }, BUNDLED_TEMPERATURE)
            }
            Self::Gguf { file, llama_server, .. } => {
                let threads = cores.saturating_sub(1).max(1);
                let server = LlamaServer { gguf: file, program: llama_server, threads };
                (ModelEntry { llama_server: Some(server), ..Default::default() }, TEMPERATURE)
            }
            Self::Server { base_url, model, api_key_file } => {
                let api_key_file = api_key_file.as_deref();
                let openai = Some(OpenAi { base_url, model, api_key_file });
                (ModelEntry { openai, ..Default::default() }, TEMPERATURE)
            }
        };
        let text = toml::to_string(&Configuration {
            server: Listening { listen: format!("127.0.0.1:{port}") },
            models: [ModelEntry { name, ..entry }],
            agents: [AgentEntry { key, model: name, temperature }],
        })?;
        Ok(format!("{HEAD}\n{text}"))
    }
}

/// A server's name for a model without where its file is: llama.cpp's server calls it by the path,
/// which is nobody's business.
fn without_path(model: &str) -> &str {
    let is_file = model.starts_with('/') || model.ends_with(".gguf");
    let stem = Path::new(model).file_stem().and_then(|stem| stem.to_str());
    stem.filter(|_| is_file).unwrap_or(model)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mind: &Mind) -> toml::Table {
        mind.worker_config("0a", 7_741, 4).unwrap().parse().unwrap()
    }

    #[test]
    fn configuration_should_name_the_model_where_it_is() {
        let bundled = read(&Mind::Bundled { name: "a".into(), path: "/models/a".into() });
        assert_eq!(bundled["server"]["listen"].as_str(), Some("127.0.0.1:7741"));
        assert_eq!(bundled["models"][0]["path"].as_str(), Some("/models/a"));
        assert_eq!(bundled["agents"][0]["key"].as_str(), Some("0a"));
        assert_eq!(bundled["agents"][0]["temperature"].as_float(), Some(0.0));

        let gguf = read(&Mind::Gguf {
            name: "b".into(),
            file: "/b.gguf".into(),
            llama_server: "/bin/llama-server".into(),
        });
        assert_eq!(gguf["models"][0]["llama_server"]["threads"].as_integer(), Some(3));
        assert_eq!(gguf["agents"][0]["model"].as_str(), Some("b"));

        let server = Mind::Server {
            base_url: "http://127.0.0.1:11434/v1".into(),
            model: "qwen2.5:1.5b".into(),
            api_key_file: Some("/key".into()),
        };
        let openai = &read(&server)["models"][0]["openai"];
        assert_eq!(openai["model"].as_str(), Some("qwen2.5:1.5b"));
        assert_eq!(openai["api_key_file"].as_str(), Some("/key"));
    }

    #[test]
    fn name_should_not_tell_where_a_server_has_its_file() {
        for (model, name) in [
            ("/srv/models/qwen2.5-1.5b-q4_k_m.gguf", "qwen2.5-1.5b-q4_k_m"),
            ("qwen2.5-1.5b.gguf", "qwen2.5-1.5b"),
            ("qwen2.5:1.5b", "qwen2.5:1.5b"),
            ("Qwen/Qwen2.5-1.5B-Instruct", "Qwen/Qwen2.5-1.5B-Instruct"),
        ] {
            let base_url = "http://127.0.0.1:8080/v1".into();
            let server = Mind::Server { base_url, model: model.into(), api_key_file: None };
            assert_eq!(server.name(), name);
            let openai = &read(&server)["models"][0]["openai"];
            assert_eq!(openai["model"].as_str(), Some(model), "the server's own name");
        }
    }
}
