//! What the files next to a sentence model say: how long texts may be, and how one point is made of
//! the points of their tokens.

use crate::backend::directory::{json, DirectoryError};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::Path;

/// How one point is made of those of the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    /// The first token's.
    First,
    /// Their mean.
    Mean,
}

/// The steps that are known; all points are made as long as 1 in any case.
const STEPS: [&str; 3] = ["Transformer", "Pooling", "Normalize"];

#[derive(Deserialize)]
struct Module {
    r#type: String,
}

#[derive(Deserialize)]
struct Sentences {
    max_seq_length: Option<usize>,
}

/// As `1_Pooling/config.json` says; the mean if there is none.
///
/// # Errors
/// [`DirectoryError`] if it is another way, or if `modules.json` has another step after it.
pub(super) fn pooling(folder: &Path) -> Result<Pooling, DirectoryError> {
    let steps = folder.join("modules.json");
    if steps.is_file() {
        let modules: Vec<Module> = json(&steps)?;
        let name = |module: &Module| module.r#type.rsplit('.').next().map(str::to_string);
        let unknown = |name: &String| !STEPS.contains(&name.as_str());
        if let Some(step) = modules.iter().filter_map(name).find(unknown) {
            return Err(invalid(&steps, format!("the step {step} is not known here")));
        }
    }
    let file = folder.join("1_Pooling").join("config.json");
    if !file.is_file() {
        return Ok(Pooling::Mean);
    }
    let keys: Map<String, Value> = json(&file)?;
    let chosen = |(key, value): (&String, &Value)| {
        let mode = key.strip_prefix("pooling_mode_")?;
        (*value == Value::Bool(true)).then(|| mode.to_string())
    };
    let modes: Vec<String> = keys.iter().filter_map(chosen).collect();
    match modes.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["cls_token"] => Ok(Pooling::First),
        ["mean_tokens"] => Ok(Pooling::Mean),
        others => {
            let others = others.join(", ");
            Err(invalid(&file, format!("cls_token or mean_tokens is needed, not: {others}")))
        }
    }
}

/// The longest text in tokens, as `sentence_bert_config.json` says, but `most` at most.
///
/// # Errors
/// [`DirectoryError`] if that file is not what it should be.
pub(super) fn most_tokens(folder: &Path, most: usize) -> Result<usize, DirectoryError> {
    let file = folder.join("sentence_bert_config.json");
    let said = if file.is_file() { json::<Sentences>(&file)?.max_seq_length } else { None };
    Ok(said.map_or(most, |said| said.min(most)))
}

pub(super) fn invalid(path: &Path, problem: String) -> DirectoryError {
    DirectoryError::Invalid { path: path.to_path_buf(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    #[test]
    fn pooling_should_be_as_the_model_was_trained() {
        let of = |text: &str| {
            let folder = folder(&[("1_Pooling/config.json", text)]);
            pooling(folder.path()).map_err(|error| error.to_string())
        };
        let first = r#"{"word_embedding_dimension": 8, "pooling_mode_cls_token": true,
            "pooling_mode_mean_tokens": false}"#;
        assert_eq!(of(first), Ok(Pooling::First));
        assert_eq!(of(r#"{"pooling_mode_mean_tokens": true}"#), Ok(Pooling::Mean));
        assert_eq!(pooling(folder(&[]).path()).unwrap(), Pooling::Mean);
        assert!(of(r#"{"pooling_mode_lasttoken": true}"#).unwrap_err().contains("lasttoken"));
        let both = r#"{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}"#;
        assert!(of(both).is_err(), "they would be put one after another");
    }

    #[test]
    fn pooling_should_fail_when_there_is_a_step_that_is_not_known() {
        let module = |name: &str| {
            let text = format!(r#"[{{"idx": 0, "type": "sentence_transformers.models.{name}"}}]"#);
            pooling(folder(&[("modules.json", &text)]).path()).map_err(|error| error.to_string())
        };
        assert_eq!(module("Normalize"), Ok(Pooling::Mean));
        assert!(module("Dense").unwrap_err().contains("Dense"));
    }

    #[test]
    fn texts_should_be_as_long_as_both_files_allow() {
        let of =
            |text: &str| most_tokens(folder(&[("sentence_bert_config.json", text)]).path(), 512);
        assert_eq!(of(r#"{"max_seq_length": 256, "do_lower_case": false}"#).unwrap(), 256);
        assert_eq!(of(r#"{"max_seq_length": 9000}"#).unwrap(), 512);
        assert_eq!(of(r#"{"max_seq_length": null}"#).unwrap(), 512);
        assert_eq!(most_tokens(folder(&[]).path(), 512).unwrap(), 512);
        assert!(of("[]").is_err());
    }
}
