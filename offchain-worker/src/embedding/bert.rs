//! Sentence models such as MiniLM, BGE and E5 in this process: BERT, one point of all tokens.
//!
//! The directory is one of sentence-transformers: `config.json`, `tokenizer.json`,
//! `model.safetensors`, and where they are there `modules.json`, `1_Pooling/config.json` and
//! `sentence_bert_config.json`. Nothing is fetched.
//!
//! It computes in 32 bits on the CPU, each text for itself, whatever comes along with it: there is
//! no padding, and a text's point depends on nothing else.

use super::{
    pooling::{invalid, most_tokens, pooling, Pooling},
    threads, Embedder, MOST_DIMENSIONS,
};
use crate::{
    backend::{
        directory::{json, DirectoryError},
        first_line, BackendError,
    },
    protocol::Hex32,
};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use rayon::{
    iter::{IntoParallelRefIterator, ParallelIterator},
    ThreadPool,
};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokenizers::{Tokenizer, TruncationParams};

/// The file with the weights.
const WEIGHTS: &str = "model.safetensors";

/// The fewest tokens of a text: those at both ends, and one between.
const LEAST_TOKENS: usize = 3;

/// A sentence model.
pub struct BertEmbedder {
    sentences: Arc<Sentences>,
    threads: Arc<ThreadPool>,
    sha256: Hex32,
    dimensions: usize,
}

struct Sentences {
    model: BertModel,
    tokenizer: Tokenizer,
    pooling: Pooling,
}

impl BertEmbedder {
    /// Looks through `folder` without reading the weights.
    ///
    /// # Errors
    /// [`DirectoryError`] with the file and what is wrong with it.
    pub fn inspect(folder: &Path) -> Result<(), DirectoryError> {
        config(folder)?;
        for name in ["tokenizer.json", WEIGHTS] {
            let path = folder.join(name);
            fs::metadata(&path)
                .map_err(|source| DirectoryError::Unreadable { path: path.clone(), source })?;
        }
        pooling(folder).map(|_| ())
    }

    /// Loads the model of a directory. Keeps the calling thread busy.
    ///
    /// # Errors
    /// [`DirectoryError`] with the file and what is wrong with it.
    pub fn load(folder: &Path) -> Result<Self, DirectoryError> {
        let (config, pooling) = (config(folder)?, pooling(folder)?);
        let file = folder.join("tokenizer.json");
        let wrong = |error: &dyn std::fmt::Display| invalid(&file, first_line(error));
        let mut tokenizer = Tokenizer::from_file(&file).map_err(|error| wrong(&error))?;
        let max_length = most_tokens(folder, config.max_position_embeddings)?.max(LEAST_TOKENS);
        // Files of sentence models have a shorter limit of their own, and fill up to it.
        let limit = TruncationParams { max_length, ..TruncationParams::default() };
        tokenizer.with_padding(None);
        tokenizer.with_truncation(Some(limit)).map_err(|error| wrong(&error))?;
        let path = folder.join(WEIGHTS);
        let weights = fs::read(&path)
            .map_err(|source| DirectoryError::Unreadable { path: path.clone(), source })?;
        let sha256 = Hex32(Sha256::digest(&weights).into());
        let wrong = |error: &dyn std::fmt::Display| invalid(&path, first_line(error));
        let model = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)
            .and_then(|weights| BertModel::load(weights, &config))
            .map_err(|error| wrong(&error))?;
        let threads = threads::pool().map_err(|error| wrong(&error))?;
        Ok(Self {
            sentences: Arc::new(Sentences { model, tokenizer, pooling }),
            threads: Arc::new(threads),
            sha256,
            dimensions: config.hidden_size,
        })
    }

    /// SHA-256 of the file with its weights.
    pub fn sha256(&self) -> Hex32 {
        self.sha256
    }

    /// How many dimensions its points have: 1..=[`MOST_DIMENSIONS`].
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }
}

/// What the model is, if it is one that can be loaded.
fn config(folder: &Path) -> Result<Config, DirectoryError> {
    if !folder.is_dir() {
        return Err(DirectoryError::Missing(PathBuf::from(folder)));
    }
    let file = folder.join("config.json");
    let config: Config = json(&file)?;
    if config.model_type.as_deref().is_some_and(|kind| kind != "bert") {
        let kind = config.model_type.unwrap_or_default();
        return Err(invalid(&file, format!("its model_type is {kind}: only bert is known here")));
    }
    if !(1..=MOST_DIMENSIONS).contains(&config.hidden_size) {
        let size = config.hidden_size;
        return Err(invalid(&file, format!("{size} dimensions, {MOST_DIMENSIONS} are the most")));
    }
    Ok(config)
}

#[async_trait::async_trait]
impl Embedder for BertEmbedder {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, BackendError> {
        let (sentences, threads) = (self.sentences.clone(), self.threads.clone());
        let texts = texts.to_vec();
        let all = move || -> Result<Vec<Option<Vec<f32>>>, BackendError> {
            threads.install(|| texts.par_iter().map(|text| sentences.point(text)).collect())
        };
        let points = tokio::task::spawn_blocking(all).await;
        points.map_err(|error| BackendError::Engine(error.to_string()))?
    }
}

impl Sentences {
    /// Where a text is; `None` if it has no tokens.
    fn point(&self, text: &str) -> Result<Option<Vec<f32>>, BackendError> {
        let refused = |error: &dyn std::fmt::Display| BackendError::Refused(first_line(error));
        let tokens = self.tokenizer.encode(text, true).map_err(|error| refused(&error))?;
        if tokens.get_special_tokens_mask().iter().all(|special| *special == 1) {
            return Ok(None);
        }
        let point = self.forward(tokens.get_ids(), tokens.get_type_ids());
        point.map(Some).map_err(|error| refused(&error))
    }

    fn forward(&self, ids: &[u32], types: &[u32]) -> candle_core::Result<Vec<f32>> {
        let one = |values: &[u32]| Tensor::new(values, &Device::Cpu)?.unsqueeze(0);
        let states = self.model.forward(&one(ids)?, &one(types)?, None)?.squeeze(0)?;
        match self.pooling {
            Pooling::First => states.get(0)?.to_vec1(),
            Pooling::Mean => states.mean(0)?.to_vec1(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use serde_json::json;
    use std::collections::HashMap;

    const WORDS: [&str; 8] =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "bees", "dance", "eight", "round"];
    const SIZE: usize = 8;

    /// A model of one layer with weights by chance, in the form of the Hub's.
    fn tiny() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, value: serde_json::Value| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, value.to_string()).unwrap();
        };
        write(
            "config.json",
            json!({
                "model_type": "bert", "vocab_size": WORDS.len(), "hidden_size": SIZE,
                "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16,
                "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "max_position_embeddings": 16,
                "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
                "pad_token_id": 0
            }),
        );
        let special = |id: usize| {
            json!({
                "id": id, "content": WORDS[id], "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true
            })
        };
        let vocabulary: HashMap<&str, usize> = WORDS.into_iter().zip(0..).collect();
        let piece = |id: &str| json!({"SpecialToken": {"id": id, "type_id": 0}});
        let text = json!({"Sequence": {"id": "A", "type_id": 0}});
        let ids = |id: &str, number: usize| json!({"id": id, "ids": [number], "tokens": [id]});
        write(
            "tokenizer.json",
            json!({
                "version": "1.0",
                "truncation": {
                    "direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0
                },
                "padding": {
                    "strategy": {"Fixed": 12}, "direction": "Right", "pad_to_multiple_of": null,
                    "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"
                },
                "added_tokens": [special(0), special(1), special(2), special(3)],
                "normalizer": {
                    "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": null, "lowercase": true
                },
                "pre_tokenizer": {"type": "BertPreTokenizer"},
                "post_processor": {
                    "type": "TemplateProcessing",
                    "single": [piece("[CLS]"), text, piece("[SEP]")],
                    "pair": [piece("[CLS]"), text, piece("[SEP]")],
                    "special_tokens": {"[CLS]": ids("[CLS]", 2), "[SEP]": ids("[SEP]", 3)}
                },
                "decoder": null,
                "model": {
                    "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                    "max_input_chars_per_word": 100, "vocab": vocabulary
                }
            }),
        );
        let mut chance = Chance::new(7);
        let mut weights = HashMap::new();
        let mut add = |name: String, shape: &[usize]| {
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count).map(|_| chance.unit() as f32 - 0.5).collect();
            weights.insert(name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap());
        };
        for (name, rows) in [("word", WORDS.len()), ("position", 16), ("token_type", 2)] {
            add(format!("embeddings.{name}_embeddings.weight"), &[rows, SIZE]);
        }
        let layer = "encoder.layer.0";
        for (name, from, to) in [
            ("attention.self.query", SIZE, SIZE),
            ("attention.self.key", SIZE, SIZE),
            ("attention.self.value", SIZE, SIZE),
            ("attention.output.dense", SIZE, SIZE),
            ("intermediate.dense", SIZE, 16),
            ("output.dense", 16, SIZE),
        ] {
            add(format!("{layer}.{name}.weight"), &[to, from]);
            add(format!("{layer}.{name}.bias"), &[to]);
        }
        let norms = ["attention.output", "output"].map(|name| format!("{layer}.{name}"));
        for name in norms.into_iter().chain(["embeddings".to_string()]) {
            add(format!("{name}.LayerNorm.weight"), &[SIZE]);
            add(format!("{name}.LayerNorm.bias"), &[SIZE]);
        }
        candle_core::safetensors::save(&weights, folder.path().join(WEIGHTS)).unwrap();
        folder
    }

    async fn points(folder: &Path, texts: &[&str]) -> Vec<Option<Vec<f32>>> {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        BertEmbedder::load(folder).unwrap().embed(&texts).await.unwrap()
    }

    #[tokio::test]
    async fn a_point_should_depend_on_its_text_alone() {
        let folder = tiny();
        let alone = points(folder.path(), &["bees dance"]).await;
        let long = "round ".repeat(9);
        let along = points(folder.path(), &[&long, "Bees  dance", "", "eight", "\u{7}"]).await;
        assert_eq!(along[1], alone[0], "bit for bit");
        assert_eq!((&along[2], &along[4]), (&None, &None), "no tokens");
        assert_ne!(along[3], along[1]);
        assert_eq!(along[3].as_ref().map(Vec::len), Some(SIZE));
        let unknown = points(folder.path(), &["🐝"]).await;
        assert!(unknown[0].is_some(), "a token that is not in the vocabulary is a token");
    }

    #[tokio::test]
    async fn texts_should_be_cut_where_the_sentence_model_says_and_not_where_the_tokenizer_does() {
        let folder = tiny();
        let text = |words: usize| "eight round ".repeat(words / 2);
        let (four, six) = (text(4), text(6));
        let found = points(folder.path(), &[&four, &six]).await;
        assert_ne!(found[0], found[1], "the tokenizer's own limit is four tokens");
        let file = folder.path().join("sentence_bert_config.json");
        fs::write(file, r#"{"max_seq_length": 6}"#).unwrap();
        let found = points(folder.path(), &[&four, &six]).await;
        assert_eq!(found[0], found[1], "four words and both ends");
        let beyond = points(folder.path(), &[&text(600)]).await;
        assert!(beyond[0].is_some());
    }

    #[tokio::test]
    async fn the_first_token_should_be_the_point_where_the_model_was_trained_so() {
        let folder = tiny();
        let mean = points(folder.path(), &["bees"]).await;
        let file = folder.path().join("1_Pooling/config.json");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, r#"{"pooling_mode_cls_token": true}"#).unwrap();
        assert_ne!(points(folder.path(), &["bees"]).await, mean);
    }

    #[test]
    fn digest_should_be_that_of_the_weights() {
        let folder = tiny();
        let found = BertEmbedder::load(folder.path()).unwrap();
        let sum = crate::fetch::checksum(&folder.path().join(WEIGHTS)).unwrap();
        assert_eq!((found.sha256().to_string(), found.dimensions()), (sum, SIZE));
    }

    #[test]
    fn load_should_name_the_file_when_something_is_wrong() {
        let fails = |name: &str, text: Option<&str>| {
            let folder = tiny();
            let file = folder.path().join(name);
            match text {
                Some(text) => fs::write(file, text).unwrap(),
                None => fs::remove_file(file).unwrap(),
            }
            BertEmbedder::load(folder.path()).err().unwrap().to_string()
        };
        for name in ["config.json", "tokenizer.json", WEIGHTS] {
            assert!(fails(name, None).contains(name));
            assert!(fails(name, Some("{")).contains(name));
        }
        let folder = tiny();
        let file = folder.path().join("config.json");
        let text = fs::read_to_string(&file).unwrap();
        for (from, to, said) in [
            ("\"bert\"", "\"mpnet\"", "mpnet"),
            ("\"hidden_size\":8", "\"hidden_size\":4096", "4096"),
        ] {
            assert!(text.contains(from), "{text}");
            fs::write(&file, text.replace(from, to)).unwrap();
            let error = BertEmbedder::inspect(folder.path()).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(BertEmbedder::inspect(Path::new("/nonexistent")).is_err());
    }
}
