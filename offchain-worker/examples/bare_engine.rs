//! The engine without the worker: mistral.rs reads the same tokens and gives one token. What the
//! worker adds is measured against it (`./scripts/worker-bench`), and what a grade takes on models
//! of real size.
//!
//! * `bare_engine serve DIRECTORY`: a line with a text on standard input, a line with `TOKENS
//!   MICROSECONDS MICROSECONDS` on standard output: how long the engine took for one token after
//!   the model's chat template around that text, and how long to make tokens of the text before. On
//!   a CPU.
//! * `bare_engine shape 0.5b|7b|70b [--folder DIRECTORY] [--tokens N] [--grades N] [--cpu]`: writes
//!   a model of that shape (Qwen2's) with random weights into the folder, loads it and measures
//!   one-token grades. Speed does not depend on the weights' values. On a GPU, in a program built
//!   with `--features cuda`; without one it says so and measures nothing, unless `--cpu` asks for
//!   the CPU's own figures.
//!
//! Out of scope: queues, HTTP and rubrics, which are the worker's; `waggle_evidence` measures
//! those.

use anyhow::{bail, Context, Result};
use either::Either;
use mistralrs::{
    DeviceMapSetting, Model, ModelDType, NormalLoaderType, NormalRequest, Request, RequestMessage,
    Response, SamplingParams, TextMessageRole, TextMessages, TextModelBuilder, TokenSource,
};
use std::{
    fs::{self, File},
    io::{BufRead, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use waggle_worker::{backend::threads::EngineThread, chance::Chance, loading::GPU_BUILD, memory};

#[tokio::main]
async fn main() -> Result<()> {
    memory::keep_returned();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", directory] => serve(Path::new(directory)).await,
        ["shape", name, ref options @ ..] => measure_shape(name, options).await,
        _ => bail!(
            "bare_engine serve DIRECTORY, or bare_engine shape 0.5b|7b|70b; \
             see the head of its source"
        ),
    }
}

async fn serve(directory: &Path) -> Result<()> {
    let model = load(directory, ModelDType::F32, true).await?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        // Line ends are written as \n in the texts.
        let text = line?.replace("\\n", "\n");
        let since = Instant::now();
        let ids = tokens(&model, &text).await?;
        let (count, prepared) = (ids.len(), since.elapsed());
        let took = one_token(&model, ids).await?;
        println!("{count} {} {}", took.as_micros(), prepared.as_micros());
    }
    Ok(())
}

/// As the worker loads it.
async fn load(directory: &Path, dtype: ModelDType, cpu: bool) -> Result<Model> {
    let text = fs::read_to_string(directory.join("config.json"))?;
    let config: serde_json::Value = serde_json::from_str(&text)?;
    let architecture = match config["model_type"].as_str() {
        Some("llama") => NormalLoaderType::Llama,
        Some("qwen3") => NormalLoaderType::Qwen3,
        _ => NormalLoaderType::Qwen2,
    };
    let mut builder = TextModelBuilder::new(directory.display().to_string())
        .with_token_source(TokenSource::None)
        .with_loader_type(architecture)
        .with_dtype(dtype)
        .with_prefix_cache_n(None);
    if cpu {
        builder = builder.with_force_cpu().with_device_mapping(DeviceMapSetting::dummy());
    }
    builder.build().await
}

async fn tokens(model: &Model, text: &str) -> Result<Vec<u32>> {
    let messages = TextMessages::new().add_message(TextMessageRole::User, text);
    Ok(model.tokenize(Either::Left(messages), None, true, true, Some(false)).await?)
}

/// From the request to the response.
async fn one_token(model: &Model, ids: Vec<u32>) -> Result<Duration> {
    let (sender, mut receiver) = mpsc::channel(2);
    let sampling = SamplingParams { max_len: Some(1), ..SamplingParams::deterministic() };
    let (thread, ended) = EngineThread::new();
    let request = NormalRequest {
        logits_processors: Some(vec![Arc::new(thread)]),
        ..NormalRequest::new_simple(
            RequestMessage::CompletionTokens(ids),
            sampling,
            sender,
            0,
            None,
            None,
        )
    };
    let since = Instant::now();
    model.inner().get_sender(None)?.send(Request::Normal(Box::new(request))).await?;
    let (response, took) = (receiver.recv().await.context("the engine ended")?, since.elapsed());
    // It computes one token more.
    let _ = ended.await;
    match response {
        Response::CompletionDone(_) => Ok(took),
        _ => bail!("the engine failed"),
    }
}

/// A Qwen2 of some size.
struct Shape {
    name: &'static str,
    hidden: u64,
    layers: u64,
    heads: u64,
    kv_heads: u64,
    feed_forward: u64,
    vocabulary: u64,
    tied: bool,
}

const SHAPES: [Shape; 3] = [
    Shape {
        name: "0.5b",
        hidden: 896,
        layers: 24,
        heads: 14,
        kv_heads: 2,
        feed_forward: 4_864,
        vocabulary: 151_936,
        tied: true,
    },
    Shape {
        name: "7b",
        hidden: 3_584,
        layers: 28,
        heads: 28,
        kv_heads: 4,
        feed_forward: 18_944,
        vocabulary: 152_064,
        tied: false,
    },
    Shape {
        name: "70b",
        hidden: 8_192,
        layers: 80,
        heads: 64,
        kv_heads: 8,
        feed_forward: 29_568,
        vocabulary: 152_064,
        tied: false,
    },
];

impl Shape {
    /// Names and shapes of all tensors.
    fn tensors(&self) -> Vec<(String, Vec<u64>)> {
        let kv = self.hidden / self.heads * self.kv_heads;
        let mut all =
            vec![("model.embed_tokens.weight".to_string(), vec![self.vocabulary, self.hidden])];
        for layer in 0..self.layers {
            let mut add = |name: &str, shape: &[u64]| {
                all.push((format!("model.layers.{layer}.{name}"), shape.to_vec()))
            };
            add("input_layernorm.weight", &[self.hidden]);
            add("post_attention_layernorm.weight", &[self.hidden]);
            for (name, rows) in [("q", self.hidden), ("k", kv), ("v", kv)] {
                add(&format!("self_attn.{name}_proj.weight"), &[rows, self.hidden]);
                add(&format!("self_attn.{name}_proj.bias"), &[rows]);
            }
            add("self_attn.o_proj.weight", &[self.hidden, self.hidden]);
            add("mlp.gate_proj.weight", &[self.feed_forward, self.hidden]);
            add("mlp.up_proj.weight", &[self.feed_forward, self.hidden]);
            add("mlp.down_proj.weight", &[self.hidden, self.feed_forward]);
        }
        all.push(("model.norm.weight".to_string(), vec![self.hidden]));
        if !self.tied {
            all.push(("lm_head.weight".to_string(), vec![self.vocabulary, self.hidden]));
        }
        all
    }

    fn parameters(&self) -> u64 {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<u64>()).sum()
    }

    /// A directory that mistral.rs loads: this shape with random weights of 16 bits, and the
    /// tokenizer of a bundled model.
    fn write(&self, folder: &Path, tokenizer: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        for file in ["tokenizer.json", "tokenizer_config.json"] {
            fs::copy(tokenizer.join(file), folder.join(file))
                .with_context(|| format!("no {file}"))?;
        }
        let config = serde_json::json!({
            "architectures": ["Qwen2ForCausalLM"],
            "model_type": "qwen2",
            "hidden_act": "silu",
            "hidden_size": self.hidden,
            "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "max_position_embeddings": 8192,
            "rms_norm_eps": 1e-6,
            "rope_theta": 1_000_000.0,
            "vocab_size": self.vocabulary,
            "tie_word_embeddings": self.tied,
            "bos_token_id": 256,
            "eos_token_id": 257,
            "pad_token_id": 259,
            "torch_dtype": "bfloat16",
            "sliding_window": null,
            "use_sliding_window": false,
            "max_window_layers": self.layers,
        });
        fs::write(folder.join("config.json"), config.to_string())?;
        let weights = folder.join("model.safetensors");
        let size = self.parameters() * 2;
        if fs::metadata(&weights).is_ok_and(|file| file.len() > size) {
            return Ok(());
        }
        let (mut header, mut offset) = (serde_json::Map::new(), 0);
        for (name, shape) in self.tensors() {
            let end = offset + shape.iter().product::<u64>() * 2;
            header.insert(
                name,
                serde_json::json!({"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}),
            );
            offset = end;
        }
        let mut header = serde_json::to_vec(&header)?;
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&weights)?);
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        // Small numbers of both signs around 2^-7: nothing overflows, and no layer is zero.
        let mut chance = Chance::new(1);
        for _ in 0..offset / 8 {
            let bits = chance.bits() & 0x807f_807f_807f_807f | 0x3c00_3c00_3c00_3c00;
            file.write_all(&bits.to_le_bytes())?;
        }
        (0..offset % 8).try_for_each(|_| file.write_all(&[0]))?;
        Ok(file.flush()?)
    }
}

async fn measure_shape(name: &str, options: &[&str]) -> Result<()> {
    let shape =
        SHAPES.iter().find(|shape| shape.name == name).context("the shapes are 0.5b, 7b, 70b")?;
    let option = |name: &str| {
        options.iter().position(|word| *word == name).and_then(|at| options.get(at + 1)).copied()
    };
    let number = |name: &str, default: usize| option(name).map_or(Ok(default), str::parse);
    let (length, grades) = (number("--tokens", 512)?, number("--grades", 50)?);
    let cpu = options.contains(&"--cpu");
    if !cpu && (!GPU_BUILD || !has_gpu()) {
        let why = if GPU_BUILD {
            "there is no GPU here"
        } else {
            "this program is built without --features cuda"
        };
        println!("{name}: not measured: {why}");
        return Ok(());
    }
    let folder = option("--folder")
        .map_or_else(std::env::temp_dir, PathBuf::from)
        .join(format!("waggle-shape-{name}"));
    eprintln!(
        "{name}: {:.1} billion parameters, {:.1} GB in {}",
        shape.parameters() as f64 / 1e9,
        shape.parameters() as f64 * 2e-9,
        folder.display()
    );
    shape.write(&folder, &Path::new(env!("CARGO_MANIFEST_DIR")).join("models/qwen2-weaver"))?;
    let model = load(&folder, if cpu { ModelDType::F32 } else { ModelDType::BF16 }, cpu).await?;
    let mut times = Vec::new();
    for grade in 0..grades + 3 {
        // A byte is a token, and the template adds two. Each text is another one, so that nothing
        // is cached.
        let text: String = (0..length.saturating_sub(2))
            .map(|at| char::from(b'a' + ((at * 7 + grade * 13) % 26) as u8))
            .collect();
        let took = one_token(&model, tokens(&model, &text).await?).await?;
        // The first ones warm up.
        if grade >= 3 {
            times.push(took);
        }
    }
    times.sort();
    let at = |share: f64| {
        times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default().as_secs_f64()
            * 1e3
    };
    let device = if cpu { "CPU, f32" } else { "GPU, bf16" };
    println!(
        "{name}: {length} tokens, {device}: p50 {:.1} ms, p95 {:.1} ms of {grades} grades",
        at(0.5),
        at(0.95)
    );
    Ok(())
}

fn has_gpu() -> bool {
    std::process::Command::new("nvidia-smi")
        .arg("-L")
        .output()
        .is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
}
