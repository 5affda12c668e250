//! `[[units]]`: auxiliary units, which agents list by name.

use super::{error::ConfigError, modules::ProgramConfig};
use crate::{
    program::Program,
    units::{
        calculator::Calculator,
        dates::Dates,
        filter::{Filter, Rules},
        knowledge::Knowledge,
        program::ProgramUnit,
        Stage, Unit,
    },
};
use bm25::Language;
use regex::Regex;
use serde::Deserialize;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use whatlang::Lang;

/// One of `[[units]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum UnitConfig {
    /// Exact arithmetic and conversion of units.
    Calculator {
        /// What agents call it.
        name: String,
        /// Where it acts.
        at: Vec<Stage>,
    },
    /// Calculations with dates.
    Dates {
        /// What agents call it.
        name: String,
        /// Where it acts.
        at: Vec<Stage>,
    },
    /// Lets prompts and answers pass, or not.
    Filter {
        /// What agents call it.
        name: String,
        /// For prompts.
        #[serde(default)]
        prompt: Option<RulesConfig>,
        /// For answers.
        #[serde(default)]
        answer: Option<RulesConfig>,
    },
    /// A folder of documents.
    Knowledge {
        /// What agents call it.
        name: String,
        /// Where it acts: `note` and `tool`.
        at: Vec<Stage>,
        /// The documents: files below it that end in md, txt, rst or adoc.
        folder: PathBuf,
        /// How many passages are found for a prompt.
        #[serde(default = "default_passages")]
        passages: usize,
        /// The language of the documents, for stemming.
        #[serde(default = "default_language")]
        language: String,
    },
    /// A program that speaks JSON lines.
    Program {
        /// What agents call it.
        name: String,
        /// Where it acts.
        at: Vec<Stage>,
        /// What a model is told of it, if it is a tool.
        #[serde(default)]
        description: String,
        /// How it is started.
        program: ProgramConfig,
    },
}

fn default_passages() -> usize {
    3
}

fn default_language() -> String {
    "english".to_string()
}

/// What a text must be like, all keys optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesConfig {
    /// The fewest characters.
    pub min_chars: Option<usize>,
    /// The most characters.
    pub max_chars: Option<usize>,
    /// Languages as ISO 639-3 codes: `eng`, `deu`, …
    pub languages: Vec<String>,
    /// Regular expressions that must all match.
    pub require: Vec<String>,
    /// Regular expressions of which none may match.
    pub forbid: Vec<String>,
}

impl UnitConfig {
    /// What agents call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Calculator { name, .. }
            | Self::Dates { name, .. }
            | Self::Filter { name, .. }
            | Self::Knowledge { name, .. }
            | Self::Program { name, .. } => name,
        }
    }

    /// Relative paths count from `base`.
    pub(super) fn rebase(&mut self, base: &Path) {
        match self {
            Self::Knowledge { folder, .. } => *folder = base.join(&*folder),
            Self::Program { program, .. } => program.rebase(base),
            _ => (),
        }
    }

    /// The unit; reads the documents of a knowledge base. Otherwise what is wrong, in one line.
    pub(super) fn check(self) -> Result<Arc<dyn Unit>, String> {
        let acts = |at: &[Stage], possible: &[Stage]| match at
            .iter()
            .find(|stage| !possible.contains(stage))
        {
            _ if at.is_empty() => Err("at: at least one stage is needed".to_string()),
            Some(stage) => Err(format!("at: {stage:?} is not possible for it").to_lowercase()),
            None => Ok(()),
        };
        let every = [Stage::Note, Stage::Answer, Stage::Check, Stage::Tool];
        Ok(match self {
            Self::Calculator { at, .. } => {
                acts(&at, &every)?;
                Arc::new(Calculator { at })
            }
            Self::Dates { at, .. } => {
                acts(&at, &every)?;
                Arc::new(Dates { at })
            }
            Self::Filter { name, prompt, answer } => {
                let (prompt, answer) =
                    (prompt.map(RulesConfig::check), answer.map(RulesConfig::check));
                Arc::new(Filter { name, prompt: prompt.transpose()?, answer: answer.transpose()? })
            }
            Self::Knowledge { name, at, folder, passages, language } => {
                acts(&at, &[Stage::Note, Stage::Tool])?;
                if passages == 0 {
                    return Err("passages: must be at least 1".to_string());
                }
                let language =
                    language_of(&language).ok_or(format!("language: {language:?} is not known"))?;
                let knowledge = Knowledge::read(&name, &folder, at, passages, language)
                    .map_err(|error| error.to_string())?;
                tracing::info!(unit = name, passages = knowledge.len(), "knowledge base read");
                Arc::new(knowledge)
            }
            Self::Program { name, at, description, program } => {
                acts(&at, &every)?;
                let program = Arc::new(Program::new(program.check(&name)?));
                Arc::new(ProgramUnit { name, at, description, program })
            }
        })
    }
}

impl RulesConfig {
    fn check(self) -> Result<Rules, String> {
        let pattern = |text: &String| {
            Regex::new(text).map_err(|error| format!("{text:?} is no pattern: {error}"))
        };
        let language = |code: &String| {
            Lang::from_code(code).ok_or(format!("languages: {code:?} is not known"))
        };
        Ok(Rules {
            min_chars: self.min_chars,
            max_chars: self.max_chars,
            languages: self.languages.iter().map(language).collect::<Result<_, _>>()?,
            require: self.require.iter().map(pattern).collect::<Result<_, _>>()?,
            forbid: self.forbid.iter().map(pattern).collect::<Result<_, _>>()?,
        })
    }
}

fn language_of(name: &str) -> Option<Language> {
    Some(match name {
        "arabic" => Language::Arabic,
        "danish" => Language::Danish,
        "dutch" => Language::Dutch,
        "english" => Language::English,
        "french" => Language::French,
        "german" => Language::German,
        "greek" => Language::Greek,
        "hungarian" => Language::Hungarian,
        "italian" => Language::Italian,
        "norwegian" => Language::Norwegian,
        "portuguese" => Language::Portuguese,
        "romanian" => Language::Romanian,
        "russian" => Language::Russian,
        "spanish" => Language::Spanish,
        "swedish" => Language::Swedish,
        "tamil" => Language::Tamil,
        "turkish" => Language::Turkish,
        _ => return None,
    })
}

/// The units by their names. Names are words, since models call some units by them.
pub(super) fn check_units(
    configured: Vec<UnitConfig>,
) -> Result<HashMap<String, Arc<dyn Unit>>, ConfigError> {
    let mut units = HashMap::new();
    for config in configured {
        let unit = config.name().to_string();
        let wrong = |problem: String| ConfigError::Unit { unit: unit.clone(), problem };
        let word =
            |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if unit.is_empty() || !word(&unit) || units.contains_key(&unit) {
            return Err(wrong(
                "a name of letters, digits, - and _ is needed, each once".to_string(),
            ));
        }
        let checked = config.check().map_err(wrong)?;
        units.insert(unit, checked);
    }
    Ok(units)
}
