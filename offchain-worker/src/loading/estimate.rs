//! What a model takes of this machine, before its weights are loaded: memory, and how long a grade
//! is likely to take on a CPU.
//!
//! Memory is that of the weights, as they are loaded, and of the keys and values of a context. The
//! speed is a guess to within a factor of three, from what was measured on two cores.

use super::{
    error::{LoadError, LOG_TARGET},
    LoadOptions,
};
use crate::known;
use candle_core::quantized::gguf_file::{Content, Value};
use serde::Deserialize;
use std::{fs::File, io::BufReader, path::Path, time::Duration};
use sysinfo::System;
use tracing::{info, warn};

/// A longer context is counted as this, in tokens: memory for it is taken as it fills.
const CONTEXT_COUNTED: u64 = 8192;

/// How many tokens the default template makes of a short question and its answers; and how many of
/// them are not shared with the other candidates, which llama.cpp reads once.
const GRADE_TOKENS: f64 = 350.0;
const OWN_TOKENS: f64 = 60.0;

/// What one core does in a second for mistral.rs: a GGUF of 135 M parameters graded in 19 s, one of
/// 494 M in 39 s; safetensors are faster.
const QUANTISED_OPERATIONS: f64 = 3e9;
const PLAIN_OPERATIONS: f64 = 5e9;

/// And for llama.cpp: it read 300 tokens a second of 135 M parameters.
const LLAMA_OPERATIONS: f64 = 4e10;

/// A grade that takes longer endangers tickets: a grading window of 15 s has several of them.
const SLOW_GRADE: Duration = Duration::from_secs(3);

/// A model's measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measures {
    /// How many numbers it has.
    pub(super) parameters: u64,
    /// What its weights take once they are loaded, in bytes.
    pub(super) weights: u64,
    /// What a token of context takes, in bytes.
    pub(super) token: u64,
    /// The longest context, in tokens.
    pub(super) context: u64,
    /// Whether its weights stay quantised.
    pub(super) quantised: bool,
}

/// What computes on a CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// This process.
    MistralRs,
    /// Its server.
    LlamaCpp,
}

/// What a model takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    /// In bytes.
    pub(super) memory: u64,
    /// One further grade of the default template, on this machine's CPU.
    pub(super) grade: Duration,
}

#[derive(Deserialize)]
struct Architecture {
    hidden_size: u64,
    num_hidden_layers: u64,
    num_attention_heads: u64,
    #[serde(default)]
    num_key_value_heads: Option<u64>,
    #[serde(default)]
    head_dim: Option<u64>,
    #[serde(default)]
    max_position_embeddings: Option<u64>,
    #[serde(default, alias = "dtype")]
    torch_dtype: Option<String>,
}

impl Measures {
    /// Of a directory with `config.json` and `file_bytes` of safetensors, which are loaded with
    /// `loaded_bits` for each number. `None` if the file says too little.
    pub(super) fn of_directory(path: &Path, file_bytes: u64, loaded_bits: u64) -> Option<Self> {
        let text = std::fs::read_to_string(path.join("config.json")).ok()?;
        let config: Architecture = serde_json::from_str(&text).ok()?;
        let stored_bytes = match config.torch_dtype.as_deref() {
            Some("float32") => 4,
            _ => 2,
        };
        let parameters = file_bytes / stored_bytes;
        let heads = config.num_key_value_heads.unwrap_or(config.num_attention_heads);
        let head_dim = config
            .head_dim
            .or_else(|| config.hidden_size.checked_div(config.num_attention_heads))?;
        Some(Self {
            parameters,
            weights: parameters.saturating_mul(loaded_bits) / 8,
            token: numbers_of_a_token(config.num_hidden_layers, heads, head_dim)?
                .saturating_mul(if loaded_bits == 32 { 4 } else { 2 }),
            context: config.max_position_embeddings.unwrap_or(CONTEXT_COUNTED),
            quantised: loaded_bits < 16,
        })
    }

    /// Of a GGUF file. `None` if it is none, or says too little.
    pub(super) fn of_gguf(file: &Path) -> Option<Self> {
        let weights = std::fs::metadata(file).ok()?.len();
        let content = Content::read(&mut BufReader::new(File::open(file).ok()?)).ok()?;
        let tensors = content.tensor_infos.values();
        let parameters: usize = tensors.map(|tensor| tensor.shape.elem_count()).sum();
        let architecture = content.metadata.get("general.architecture")?.to_string().ok()?;
        let number = |key: &str| number(content.metadata.get(&format!("{architecture}.{key}"))?);
        let layers = number("block_count")?;
        let heads = number("attention.head_count")?;
        let head_dim = number("attention.key_length")
            .or_else(|| number("embedding_length")?.checked_div(heads))?;
        let kv_heads = number("attention.head_count_kv").unwrap_or(heads);
        Some(Self {
            parameters: parameters as u64,
            weights,
            token: numbers_of_a_token(layers, kv_heads, head_dim)?.saturating_mul(2),
            context: number("context_length").unwrap_or(CONTEXT_COUNTED),
            quantised: true,
        })
    }

    /// Of a known model of the Hub, loaded with `loaded_bits` for each number.
    pub(super) fn of_known(id: &str, loaded_bits: u64) -> Option<Self> {
        let model = known::find(id)?;
        Some(Self {
            parameters: model.parameters,
            weights: model.parameters.saturating_mul(loaded_bits) / 8,
            token: model.context_bytes(1),
            context: model.context,
            quantised: loaded_bits < 16,
        })
    }

    /// What it takes on this machine, with that many tokens of context, or else with as many as are
    /// usual.
    pub(super) fn estimate(&self, engine: Engine, context: Option<u64>) -> Estimate {
        let context = context.unwrap_or(self.context.min(CONTEXT_COUNTED));
        let context = context.saturating_mul(self.token);
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let (core, tokens) = match (engine, self.quantised) {
            (Engine::LlamaCpp, _) => (LLAMA_OPERATIONS, OWN_TOKENS),
            (Engine::MistralRs, true) => (QUANTISED_OPERATIONS, GRADE_TOKENS),
            (Engine::MistralRs, false) => (PLAIN_OPERATIONS, GRADE_TOKENS),
        };
        let seconds = 2.0 * self.parameters as f64 * tokens / (core * cores);
        Estimate {
            memory: self.weights.saturating_add(context),
            grade: Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
        }
    }
}

impl Estimate {
    /// Whether this machine can take the model: an error if there is too little memory, a word in
    /// the log if grades will take too long.
    pub(super) fn weigh(&self, model: &str, options: LoadOptions) -> Result<(), LoadError> {
        let free = free_memory().unwrap_or(u64::MAX);
        let (needed_mib, free_mib) = (self.memory >> 20, free >> 20);
        let grade_s = self.grade.as_secs_f32();
        info!(target: LOG_TARGET, model, needed_mib, free_mib, grade_s, "estimated");
        if self.memory > free && !options.force {
            return Err(LoadError::TooLarge { needed: needed_mib, free: free_mib });
        }
        if self.grade > SLOW_GRADE {
            warn!(
                target: LOG_TARGET,
                model,
                grade_s,
                "grades will be too slow for most rounds on this CPU: take a smaller model, a \
                 GPU, or llama.cpp if this is not it (docs/agents.md)"
            );
        }
        Ok(())
    }
}

/// The memory that a new model may take, in bytes: of the machine, or of the container if that has
/// less. `None` where nobody says.
fn free_memory() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory();
    let container = system.cgroup_limits().map(|limits| limits.free_memory);
    match system.available_memory() {
        0 => container,
        machine => Some(container.map_or(machine, |container| container.min(machine))),
    }
}

/// Keys and values of one token.
fn numbers_of_a_token(layers: u64, heads: u64, head_dim: u64) -> Option<u64> {
    layers.checked_mul(heads)?.checked_mul(head_dim)?.checked_mul(2)
}

/// A whole number, or the largest of a list of them: some models have other heads in each layer.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::U8(number) => Some(u64::from(*number)),
        Value::U16(number) => Some(u64::from(*number)),
        Value::U32(number) => Some(u64::from(*number)),
        Value::U64(number) => Some(*number),
        Value::I32(number) => u64::try_from(*number).ok(),
        Value::I64(number) => u64::try_from(*number).ok(),
        Value::Array(values) => values.iter().filter_map(self::number).max(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_should_be_measured_by_its_config() {
        let folder = tempfile::tempdir().unwrap();
        let config = r#"{"hidden_size": 896, "num_hidden_layers": 24, "num_attention_heads": 14,
            "num_key_value_heads": 2, "max_position_embeddings": 32768,
            "torch_dtype": "bfloat16"}"#;
        std::fs::write(folder.path().join("config.json"), config).unwrap();
        let found = Measures::of_directory(folder.path(), 988_000_000, 32).unwrap();
        assert_eq!((found.parameters, found.weights), (494_000_000, 1_976_000_000));
        assert_eq!(found.token, 2 * 24 * 2 * 64 * 4);
        let memory = |context| found.estimate(Engine::MistralRs, context).memory;
        assert_eq!(memory(None), found.weights + CONTEXT_COUNTED * found.token);
        assert_eq!(memory(Some(10)), found.weights + 10 * found.token);
        let four_bits = Measures::of_directory(folder.path(), 988_000_000, 4).unwrap();
        assert_eq!(four_bits.weights, 247_000_000);
        std::fs::write(folder.path().join("config.json"), "{}").unwrap();
        assert_eq!(Measures::of_directory(folder.path(), 1, 32), None);
    }

    #[test]
    fn known_model_should_need_no_file() {
        let found = Measures::of_known("Qwen/Qwen2.5-7B-Instruct", 16).unwrap();
        let (ours, theirs) =
            (found.estimate(Engine::MistralRs, None), found.estimate(Engine::LlamaCpp, None));
        assert!(ours.memory > 15_000_000_000);
        assert!(ours.grade > theirs.grade);
        assert_eq!(Measures::of_known("nobody/knows", 16), None);
    }

    #[test]
    fn gguf_should_be_measured_by_its_header() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model.gguf");
        let values = [
            ("general.architecture", Value::String("llama".into())),
            ("llama.block_count", Value::U32(3)),
            ("llama.attention.head_count", Value::U32(4)),
            ("llama.attention.head_count_kv", Value::U32(2)),
            ("llama.embedding_length", Value::U32(64)),
            ("llama.context_length", Value::U32(128)),
        ];
        let values: Vec<(&str, &Value)> = values.iter().map(|(key, value)| (*key, value)).collect();
        candle_core::quantized::gguf_file::write(&mut File::create(&file).unwrap(), &values, &[])
            .unwrap();
        let found = Measures::of_gguf(&file).unwrap();
        assert_eq!((found.token, found.context), (2 * 3 * 2 * 16 * 2, 128));
        std::fs::write(&file, "no GGUF").unwrap();
        assert_eq!(Measures::of_gguf(&file), None);
    }

    #[test]
    fn model_should_be_refused_when_it_does_not_fit_unless_it_is_forced() {
        assert!(free_memory().is_none_or(|free| free > 0));
        let small = Estimate { memory: 1, grade: Duration::ZERO };
        let large = Estimate { memory: u64::MAX - 1, ..small };
        let refused = large.weigh("m", LoadOptions::default()).unwrap_err().to_string();
        assert!(refused.contains("--force"), "{refused}");
        assert!(large.weigh("m", LoadOptions { force: true }).is_ok());
        assert!(small.weigh("m", LoadOptions::default()).is_ok());
    }
}
