//! `[models.openai]` and `[models.program]`: modules that run outside of the worker;
//! `[models.adversary]`: those that no operator wants.

use super::error::ConfigError;
use crate::{
    backend::openai::{ApiKey, Dialect, Fields, LogBase, OpenAiSpec, MOST_TOP_LOGPROBS},
    known,
    loading::{AdversarySpec, CheckedModule, LoadError},
    module::adversary::Kind,
    program::{find, ProgramSpec},
    settings::ModelOverrides,
};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// `[models.openai]`: a server that speaks OpenAI's protocol.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAiConfig {
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
    /// How many requests the server gets at a time.
    #[serde(default = "default_parallel")]
    pub parallel: usize,
    /// How many likely tokens to ask for when grading; at least as many as there are grades.
    #[serde(default = "default_top_logprobs")]
    pub top_logprobs: usize,
    /// The base of the server's logarithms, `e` or `10`; by default `e`, and what is seen of
    /// mistral.rs' server.
    #[serde(default)]
    pub log_base: Option<LogBase>,
    /// What kind of server it is; by default what it says.
    #[serde(default)]
    pub dialect: DialectConfig,
    /// More fields for the body of every request.
    #[serde(default)]
    pub extra: toml::Table,
    /// More fields for answers, over those of `extra`.
    #[serde(default)]
    pub extra_answer: toml::Table,
    /// More fields for grades, over those of `extra`.
    #[serde(default)]
    pub extra_grade: toml::Table,
    /// Fields that are never sent.
    #[serde(default)]
    pub omit: Vec<String>,
}

/// `openai.dialect`: `auto`, or one of [`Dialect`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DialectConfig(Option<Dialect>);

impl TryFrom<String> for DialectConfig {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self(None));
        }
        let name = serde_json::Value::String(text);
        serde_json::from_value(name).map(|dialect| Self(Some(dialect))).map_err(|e| e.to_string())
    }
}

/// Fields without which there is no request, or no grade.
const NEEDED: [&str; 4] = ["model", "messages", "logprobs", "top_logprobs"];

fn default_timeout_ms() -> u64 {
    30_000
}

fn default_reply_bytes() -> usize {
    1 << 20
}

fn default_parallel() -> usize {
    4
}

fn default_top_logprobs() -> usize {
    MOST_TOP_LOGPROBS
}

/// `[models.program]` and `[units.program]`: a program that speaks JSON lines.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// The program and its arguments. A program with a `/` counts from the directory, another is
    /// looked for in `PATH`.
    pub command: Vec<String>,
    /// Its working directory; by default that of the configuration's file.
    #[serde(default)]
    pub directory: PathBuf,
    /// Variables that it gets in addition to `PATH` and `LANG`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// How long it may take to reply, in milliseconds.
    #[serde(default = "default_program_timeout_ms")]
    pub timeout_ms: u64,
    /// The longest line it may write, in bytes.
    #[serde(default = "default_line_bytes")]
    pub line_bytes: usize,
}

/// `[models.adversary]`: for tests and demos.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdversaryConfig {
    /// How it behaves.
    pub kind: Kind,
    /// What it draws from; colluding ones with the same seed are a ring.
    #[serde(default)]
    pub seed: u64,
    /// The name of the model behind a buggy or an injecting one.
    #[serde(default)]
    pub model: Option<String>,
}

impl AdversaryConfig {
    /// `earlier` are the names of the models before it. What is wrong, in one line.
    pub(super) fn check(self, name: &str, earlier: &[String]) -> Result<AdversarySpec, String> {
        let Self { kind, seed, model } = self;
        match &model {
            None if kind.needs_model() => {
                Err(format!("adversary.model: {} needs one", kind.name()))
            }
            Some(_) if !kind.needs_model() => {
                Err(format!("adversary.model: {} has none", kind.name()))
            }
            Some(model) if !earlier.contains(model) => {
                Err(format!("adversary.model: there is no model {model:?} before it"))
            }
            _ => Ok(AdversarySpec { name: name.to_string(), kind, seed, model }),
        }
    }
}

fn default_program_timeout_ms() -> u64 {
    5_000
}

fn default_line_bytes() -> usize {
    1 << 18
}

impl OpenAiConfig {
    /// Relative paths count from `base`.
    pub(super) fn rebase(&mut self, base: &Path) {
        if let Some(file) = &mut self.api_key_file {
            *file = base.join(&*file);
        }
    }

    /// The module of the model `name`, whose settings are `settings`. `tools` are offered to it or
    /// not.
    pub(super) fn check(
        self,
        name: String,
        settings: ModelOverrides,
        tools: bool,
    ) -> Result<CheckedModule, ConfigError> {
        let wrong = |problem: String| ConfigError::Model { model: name.clone(), problem };
        let base_url = base_url(&self.base_url).map_err(wrong)?;
        for (key, value) in [
            ("parallel", self.parallel),
            ("reply_bytes", self.reply_bytes),
            ("top_logprobs", self.top_logprobs),
        ] {
            if value == 0 {
                return Err(wrong(format!("openai.{key}: must be at least 1")));
            }
        }
        let api_key = api_key(self.api_key_file.as_deref(), self.api_key_env.as_deref());
        let api_key = api_key.map_err(wrong)?;
        let fields = self.fields().map_err(wrong)?;
        let load =
            |source: LoadError| ConfigError::Load { model: name.clone(), source: Box::new(source) };
        let known = known::defaults_for(&self.model).unwrap_or_default();
        let settings = settings.over(known).resolve().map_err(|error| load(error.into()))?;
        let grades: Vec<String> =
            settings.grading.tokens.iter().map(|grade| grade.token.trim().to_string()).collect();
        if grades.len() > self.top_logprobs {
            return Err(wrong(format!(
                "openai.top_logprobs: {} are too few for {} grades",
                self.top_logprobs,
                grades.len()
            )));
        }
        let spec = OpenAiSpec {
            base_url,
            model: self.model,
            api_key,
            timeout: Duration::from_millis(self.timeout_ms),
            reply_bytes: self.reply_bytes,
            top_logprobs: self.top_logprobs,
            parallel: self.parallel,
            log_base: self.log_base,
            dialect: self.dialect.0,
            fields,
            grades,
        };
        CheckedModule::server(name.clone(), spec, settings, tools).map_err(load)
    }

    /// What is added and removed.
    fn fields(&self) -> Result<Fields, String> {
        let table = |table: &toml::Table| {
            let value = serde_json::to_value(table).ok();
            value.and_then(|value| value.as_object().cloned()).unwrap_or_default()
        };
        if let Some(field) = self.omit.iter().find(|field| NEEDED.contains(&field.as_str())) {
            return Err(format!("openai.omit: no request goes without {field}"));
        }
        Ok(Fields {
            all: table(&self.extra),
            answer: table(&self.extra_answer),
            grade: table(&self.extra_grade),
            omit: self.omit.clone(),
        })
    }
}

/// Where a server is, of which the configuration speaks as `openai`; what is wrong, in one line.
pub(super) fn base_url(text: &str) -> Result<reqwest::Url, String> {
    let base_url: reqwest::Url =
        text.parse().map_err(|error| format!("openai.base_url: {error}"))?;
    if !matches!(base_url.scheme(), "http" | "https") {
        return Err("openai.base_url: http or https is needed".to_string());
    }
    if !base_url.username().is_empty() || base_url.password().is_some() {
        return Err("openai.base_url: keys belong into api_key_file or api_key_env".to_string());
    }
    Ok(base_url)
}

/// The key of a server, from a file or a variable of the environment; what is wrong, in one line.
pub(super) fn api_key(
    file: Option<&Path>,
    variable: Option<&str>,
) -> Result<Option<ApiKey>, String> {
    let (source, text) = match (file, variable) {
        (None, None) => return Ok(None),
        (Some(file), None) => {
            let text =
                fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            (file.display().to_string(), text)
        }
        (None, Some(variable)) => {
            let text = std::env::var(variable)
                .map_err(|_| format!("openai.api_key_env: {variable} is not set"))?;
            (variable.to_string(), text)
        }
        (Some(_), Some(_)) => {
            return Err("one of openai.api_key_file and openai.api_key_env is enough".to_string())
        }
    };
    ApiKey::new(&text).map(Some).ok_or_else(|| format!("{source}: it holds no key"))
}

impl ProgramConfig {
    /// Relative paths count from `base`.
    pub(super) fn rebase(&mut self, base: &Path) {
        self.directory = base.join(&self.directory);
    }

    /// What is wrong, in one line.
    pub(super) fn check(self, name: &str) -> Result<ProgramSpec, String> {
        let program = self.command.first().ok_or("program.command: a program is needed")?;
        if self.timeout_ms == 0 || self.line_bytes == 0 {
            return Err("program.timeout_ms and program.line_bytes: must be at least 1".to_string());
        }
        let here = || std::env::current_dir().map_err(|error| error.to_string());
        let directory =
            if self.directory.as_os_str().is_empty() { here()? } else { self.directory };
        if !directory.is_dir() {
            return Err(format!("program.directory: {}: no such directory", directory.display()));
        }
        let found = find(program, &directory)
            .ok_or_else(|| format!("program.command: there is no program {program:?}"))?;
        let found = std::path::absolute(found).map_err(|error| error.to_string())?;
        let command = std::iter::once(found.display().to_string())
            .chain(self.command.into_iter().skip(1))
            .collect();
        Ok(ProgramSpec {
            name: name.to_string(),
            command,
            directory,
            environment: self.environment,
            timeout: Duration::from_millis(self.timeout_ms),
            line_bytes: self.line_bytes,
        })
    }
}
