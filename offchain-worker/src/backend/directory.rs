//! A model directory, looked through before mistral.rs loads it.
//!
//! mistral.rs takes an id that is no existing path for a Hub id and fetches it, and panics on some
//! malformed files. So a directory is checked first, and whatever is wrong is said in one line.
//! Nothing here touches the network.

use crate::settings::{ModelOverrides, SettingsError};
use mistralrs::NormalLoaderType;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The file with a model's settings, in its directory.
pub const SETTINGS_FILE: &str = "waggle.toml";

/// What is wrong with a model directory: the operator's or the model author's fault.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Not there, or a file.
    #[error("{0}: no such directory")]
    Missing(PathBuf),
    /// A file that is needed cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {problem}")]
    Invalid {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong, in one line.
        problem: String,
    },
    /// The model's own settings are wrong.
    #[error("{path}: {source}")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SettingsError,
    },
}

/// A directory that mistral.rs should be able to load.
#[derive(Debug)]
pub struct ModelDirectory {
    /// Its absolute path.
    pub path: PathBuf,
    /// The architecture that `config.json` names; `None` for GGUF, which names it itself.
    pub architecture: Option<NormalLoaderType>,
    /// The control tokens of its tokenizer.
    pub special_tokens: Vec<String>,
    /// Its `waggle.toml`.
    pub settings: ModelOverrides,
    /// The size of its weights, in bytes.
    pub weight_bytes: u64,
}

#[derive(Deserialize)]
struct ModelConfig {
    #[serde(default)]
    architectures: Vec<String>,
}

#[derive(Deserialize)]
struct Tokenizer {
    added_tokens: Vec<AddedToken>,
    model: TokenizerModel,
}

#[derive(Deserialize)]
struct TokenizerModel {
    vocab: serde_json::Value,
}

#[derive(Deserialize)]
struct AddedToken {
    content: String,
    #[serde(default)]
    special: bool,
}

#[derive(Deserialize)]
struct TokenizerConfig {
    #[serde(default)]
    chat_template: Option<serde_json::Value>,
}

impl ModelDirectory {
    /// Looks through `path`. `gguf` is the file to load from it, if not safetensors.
    ///
    /// # Errors
    /// [`DirectoryError`] with the file and what is wrong with it.
    pub fn inspect(path: &Path, gguf: Option<&str>) -> Result<Self, DirectoryError> {
        if !path.is_dir() {
            return Err(DirectoryError::Missing(path.to_path_buf()));
        }
        let path = path
            .canonicalize()
            .map_err(|source| DirectoryError::Unreadable { path: path.into(), source })?;
        let settings = own_settings(&path)?;
        if let Some(file) = gguf {
            let file = path.join(file);
            let found = fs::metadata(&file).map_err(|source| unreadable(&file, source))?;
            let tokenizer = path.join("tokenizer.json");
            let special_tokens =
                if tokenizer.is_file() { special_tokens(&tokenizer)? } else { Vec::new() };
            return Ok(Self {
                path,
                architecture: None,
                special_tokens,
                settings,
                weight_bytes: found.len(),
            });
        }
        let config: ModelConfig = json(&path.join("config.json"))?;
        let special_tokens = special_tokens(&path.join("tokenizer.json"))?;
        check_chat_template(&path)?;
        let architecture =
            config.architectures.first().map(|name| architecture(&path, name)).transpose()?;
        let weight_bytes = weight_bytes(&path)?;
        Ok(Self { path, architecture, special_tokens, settings, weight_bytes })
    }
}

/// The control tokens that a `tokenizer.json` adds: whatever is special, or written like a tag.
///
/// # Errors
/// [`DirectoryError`] if mistral.rs would not take the file either.
pub fn special_tokens(file: &Path) -> Result<Vec<String>, DirectoryError> {
    let tokenizer: Tokenizer = json(file)?;
    if !tokenizer.model.vocab.is_object() {
        return Err(invalid(
            file,
            "its vocabulary is not a table of tokens, which mistral.rs needs",
        ));
    }
    let tag = |text: &str| text.starts_with(['<', '[']) && text.ends_with(['>', ']']);
    Ok(tokenizer
        .added_tokens
        .into_iter()
        .filter(|token| token.special || tag(&token.content))
        .map(|token| token.content)
        .collect())
}

fn own_settings(path: &Path) -> Result<ModelOverrides, DirectoryError> {
    let file = path.join(SETTINGS_FILE);
    match fs::read_to_string(&file) {
        Ok(text) => ModelOverrides::parse(&text)
            .map_err(|source| DirectoryError::Settings { path: file, source }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ModelOverrides::default()),
        Err(source) => Err(unreadable(&file, source)),
    }
}

fn check_chat_template(path: &Path) -> Result<(), DirectoryError> {
    let jinja = path.join("chat_template.jinja");
    let file = path.join("tokenizer_config.json");
    let config: TokenizerConfig = json(&file)?;
    let (source, text) = match config.chat_template {
        _ if jinja.is_file() => (&jinja, text(&jinja)?),
        Some(template) => (&file, template.to_string()),
        None => {
            return Err(invalid(
                &file,
                "there is no chat_template in it, and no chat_template.jinja next to it",
            ))
        }
    };
    let all = |words: &[&str]| words.iter().all(|word| text.contains(word));
    if all(&["<|channel|>"]) || all(&["<|start|>", "<|message|>", "<|end|>"]) {
        return Err(invalid(
            source,
            "a Harmony chat format, for which mistral.rs would fetch a vocabulary",
        ));
    }
    Ok(())
}

fn architecture(path: &Path, name: &str) -> Result<NormalLoaderType, DirectoryError> {
    NormalLoaderType::from_causal_lm_name(name).map_err(|_| {
        invalid(
            &path.join("config.json"),
            &format!("mistral.rs does not know the architecture {name}"),
        )
    })
}

fn weight_bytes(path: &Path) -> Result<u64, DirectoryError> {
    let entries = fs::read_dir(path).map_err(|source| unreadable(path, source))?;
    let sizes = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "safetensors"));
    match sizes.filter_map(|entry| fs::metadata(entry.path()).ok()).map(|found| found.len()).sum() {
        0 => Err(invalid(path, "there is no model.safetensors in it")),
        bytes => Ok(bytes),
    }
}

fn text(file: &Path) -> Result<String, DirectoryError> {
    fs::read_to_string(file).map_err(|source| unreadable(file, source))
}

/// Reads a JSON file of a model.
pub(crate) fn json<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<T, DirectoryError> {
    serde_json::from_str(&text(file)?).map_err(|error| invalid(file, &error.to_string()))
}

fn unreadable(path: &Path, source: std::io::Error) -> DirectoryError {
    DirectoryError::Unreadable { path: path.to_path_buf(), source }
}

fn invalid(path: &Path, problem: &str) -> DirectoryError {
    DirectoryError::Invalid { path: path.to_path_buf(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(change: impl Fn(&Path)) -> Result<ModelDirectory, DirectoryError> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("config.json", r#"{"architectures": ["LlamaForCausalLM"]}"#);
        write(
            "tokenizer.json",
            r#"{"added_tokens": [{"content": "<|eos|>", "special": true},
                {"content": "<think>", "special": false},
                {"content": "    ", "special": false}], "model": {"vocab": {"a": 0}}}"#,
        );
        write("tokenizer_config.json", r#"{"chat_template": "{{ messages[0]['content'] }}"}"#);
        write("model.safetensors", "weights");
        change(folder.path());
        ModelDirectory::inspect(folder.path(), None)
    }

    #[test]
    fn inspect_should_find_what_loading_needs() {
        let found = directory(|folder| {
            fs::write(folder.join(SETTINGS_FILE), "answering.max_tokens = 3").unwrap()
        })
        .unwrap();
        assert_eq!(found.architecture, Some(NormalLoaderType::Llama));
        assert_eq!(found.special_tokens, ["<|eos|>", "<think>"]);
        assert_eq!(found.settings.answering.max_tokens, Some(3));
        assert_eq!(found.weight_bytes, 7);
    }

    #[test]
    fn inspect_should_name_the_file_when_something_is_wrong() {
        let fails = |name: &'static str, text: Option<&'static str>| {
            let change = |folder: &Path| match text {
                Some(text) => fs::write(folder.join(name), text).unwrap(),
                None => fs::remove_file(folder.join(name)).unwrap(),
            };
            directory(change).unwrap_err().to_string()
        };
        for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
            assert!(fails(name, None).contains(name));
            assert!(fails(name, Some("{")).contains(name));
        }
        assert!(fails("model.safetensors", None).contains("model.safetensors"));
        assert!(
            fails("config.json", Some(r#"{"architectures": ["BertModel"]}"#)).contains("BertModel")
        );
        assert!(fails("tokenizer.json", Some(r#"{"added_tokens": null, "model": {"vocab": {}}}"#))
            .contains("tokenizer"));
        assert!(fails("tokenizer.json", Some(r#"{"added_tokens": [], "model": {"vocab": []}}"#))
            .contains("vocabulary"));
        assert!(fails("tokenizer_config.json", Some("{}")).contains("chat_template"));
        assert!(fails("tokenizer_config.json", Some(r#"{"chat_template": "<|channel|>"}"#))
            .contains("Harmony"));
        assert!(fails(SETTINGS_FILE, Some("grading.rubric = 1")).contains(SETTINGS_FILE));
        let missing = ModelDirectory::inspect(Path::new("/nonexistent/model"), None).unwrap_err();
        assert!(matches!(missing, DirectoryError::Missing(_)));
    }
}
