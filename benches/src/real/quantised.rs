//! Two files of weights of one model: with 8 bits a weight, and with 4.
//!
//! `llama-quantize` makes them on this machine. The 8-bit file (Q8_0) is made of the file that
//! `benches/real.toml` lists, whose weights it holds nearly exactly, however few bits that has: it
//! is *the model* here. The 4-bit file (Q4_0) is made of the 8-bit one, as people make such files.
//! llama.cpp leaves the embeddings of both at more bits, and norms as they are.

use super::{
    programs::said,
    sources::{sha256, Folders, Model},
};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of such files, beside those that are listed.
const FOLDER: &str = "requantised";

/// How many bits a weight has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// Eight.
    Eight,
    /// Four.
    Four,
}

impl Bits {
    /// Both of them, the model itself first.
    pub const ALL: [Bits; 2] = [Bits::Eight, Bits::Four];

    /// What llama.cpp calls it.
    pub fn quantisation(self) -> &'static str {
        match self {
            Bits::Eight => "Q8_0",
            Bits::Four => "Q4_0",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Bits::Eight => "8-bit",
            Bits::Four => "4-bit",
        }
    }
}

/// A model with so many bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// What tables and configurations call it.
    pub name: String,
    /// What its file is made of, and how: what results are kept under. Not the file's checksum,
    /// which may be another where a compiler rounds in another way.
    pub recipe: String,
    file: String,
    bits: Bits,
}

/// A file of weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Where it is.
    pub path: PathBuf,
    /// Its checksum in hex, by which the worker knows it.
    pub sha256: String,
}

impl Variant {
    /// Of a model with so many bits.
    pub fn of(model: &Model, bits: Bits) -> Self {
        let made = |bits: Bits| format!(", as {}", bits.quantisation());
        let recipe = match bits {
            Bits::Eight => model.sha256.clone() + &made(Bits::Eight),
            Bits::Four => model.sha256.clone() + &made(Bits::Eight) + &made(Bits::Four),
        };
        let stem = model.file.strip_suffix(".gguf").unwrap_or(&model.file);
        Self {
            name: format!("{}-{}", model.name, bits.name()),
            recipe,
            file: format!("{stem}-as-{}.gguf", bits.quantisation()),
            bits,
        }
    }

    /// Those of a model.
    pub fn all(model: &Model) -> [Self; 2] {
        Bits::ALL.map(|bits| Self::of(model, bits))
    }

    /// Its file, made by `quantize` (a `llama-quantize`) if it is not there.
    ///
    /// # Errors
    /// If the listed file is not there or another one, or a file cannot be made.
    pub fn weights(&self, model: &Model, folders: &Folders, quantize: &Path) -> Result<Weights> {
        let folder = folders.models.join(FOLDER);
        let path = folder.join(&self.file);
        if !path.is_file() {
            let origin = match self.bits {
                Bits::Eight => folders.gguf(model)?,
                Bits::Four => Self::of(model, Bits::Eight).weights(model, folders, quantize)?.path,
            };
            fs::create_dir_all(&folder)?;
            let unfinished = path.with_extension("part");
            let mut command = Command::new(quantize);
            command.arg("--allow-requantize").arg(origin).arg(&unfinished);
            command.arg(self.bits.quantisation());
            said(command).with_context(|| format!("{} cannot be made", path.display()))?;
            fs::rename(&unfinished, &path)?;
        }
        let path = path.canonicalize()?;
        Ok(Weights { sha256: sha256(&path)?, path })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sources::Sources, *};

    #[test]
    fn variants_should_be_told_apart_by_model_and_bits() {
        let models = Sources::read().unwrap().models;
        let [eight, four] = Variant::all(&models[0]);
        assert_eq!(eight.name, "SmolLM2-135M-8-bit");
        assert_eq!(eight.file, "SmolLM2-135M-Instruct.Q4_1-as-Q8_0.gguf");
        assert_ne!(eight.file, four.file);
        assert!(four.recipe.starts_with(&eight.recipe), "the one is made of the other");
        assert_ne!(eight.recipe, four.recipe);
        assert_ne!(eight.recipe, Variant::of(&models[1], Bits::Eight).recipe);
    }

    #[cfg(unix)]
    #[test]
    fn files_should_be_made_once_and_never_be_half_there() {
        let folder = std::env::temp_dir().join(format!("waggle-quantised-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        // Not written by this process: while another test starts a program, that would keep the
        // file open, and it could not be run.
        let program = |name: &str, text: &str| {
            let path = folder.join(name);
            let write = r#"printf %s "$1" >"$2" && chmod 755 "$2""#;
            let mut shell = Command::new("sh");
            shell.args(["-c", write, "sh", text]).arg(&path);
            said(shell).unwrap();
            path
        };
        // What is written tells what was asked for.
        let works = program("works", "#!/bin/sh\n(cat \"$2\"; echo \"$1 $4\") >\"$3\"\n");
        let fails = program("fails", "#!/bin/sh\necho half >\"$3\"\necho no room >&2\nexit 1\n");
        fs::write(folder.join("m.gguf"), "a").unwrap();
        let model = Model {
            name: "M".into(),
            file: "m.gguf".into(),
            sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb".into(),
            licence: String::new(),
            origin: String::new(),
        };
        let (fetched, repositories) = (folder.clone(), None);
        let folders = Folders { models: folder.clone(), fetched, repositories };
        let four = Variant::of(&model, Bits::Four);
        let error = four.weights(&model, &folders, &fails).unwrap_err();
        assert!(format!("{error:#}").contains("no room"), "{error:#}");
        let made = four.weights(&model, &folders, &works).unwrap();
        let said = "a--allow-requantize Q8_0\n--allow-requantize Q4_0\n";
        assert_eq!(fs::read_to_string(&made.path).unwrap(), said);
        assert_eq!(four.weights(&model, &folders, &fails).unwrap(), made, "it is there");
        fs::remove_dir_all(&folder).unwrap();
    }
}
