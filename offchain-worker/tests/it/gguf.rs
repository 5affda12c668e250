//! A GGUF file, made here from a bundled model: 8-bit matrices, as llama.cpp's converter lays them
//! out.

use crate::harness::{bundled_models, grade, key, models, Worker};
use candle_core::{
    quantized::{gguf_file, GgmlDType, QTensor},
    DType, Device, Tensor,
};
use serde_json::Value;
use std::{collections::HashMap, fs, path::Path};

/// The rows of a query or key matrix in the order of llama.cpp, which rotates neighbours instead of
/// halves.
fn interleaved(matrix: &Tensor, heads: usize) -> Tensor {
    let (rows, columns) = matrix.dims2().unwrap();
    let halves = matrix.reshape((heads, 2, rows / heads / 2, columns)).unwrap();
    halves.transpose(1, 2).unwrap().contiguous().unwrap().reshape((rows, columns)).unwrap()
}

/// What llama.cpp calls the tensor that transformers calls `name`.
fn renamed(name: &str) -> String {
    let whole = HashMap::from([
        ("model.embed_tokens.weight", "token_embd.weight"),
        ("model.norm.weight", "output_norm.weight"),
    ]);
    if let Some(name) = whole.get(name) {
        return (*name).to_string();
    }
    let (layer, part) = name.strip_prefix("model.layers.").unwrap().split_once('.').unwrap();
    let part = match part.trim_end_matches(".weight") {
        "input_layernorm" => "attn_norm",
        "post_attention_layernorm" => "ffn_norm",
        "self_attn.q_proj" => "attn_q",
        "self_attn.k_proj" => "attn_k",
        "self_attn.v_proj" => "attn_v",
        "self_attn.o_proj" => "attn_output",
        "mlp.gate_proj" => "ffn_gate",
        "mlp.down_proj" => "ffn_down",
        "mlp.up_proj" => "ffn_up",
        other => panic!("an unknown tensor: {other}"),
    };
    format!("blk.{layer}.{part}.weight")
}

fn convert(from: &Path, to: &Path) {
    let config: Value =
        serde_json::from_slice(&fs::read(from.join("config.json")).unwrap()).unwrap();
    let number = |key: &str| u32::try_from(config[key].as_u64().unwrap()).unwrap();
    let decimal = |key: &str| gguf_file::Value::F32(config[key].as_f64().unwrap() as f32);
    let whole = |key: &str| gguf_file::Value::U32(number(key));
    let metadata = [
        ("general.architecture", gguf_file::Value::String("llama".to_string())),
        ("llama.block_count", whole("num_hidden_layers")),
        ("llama.context_length", whole("max_position_embeddings")),
        ("llama.embedding_length", whole("hidden_size")),
        ("llama.feed_forward_length", whole("intermediate_size")),
        ("llama.attention.head_count", whole("num_attention_heads")),
        ("llama.attention.head_count_kv", whole("num_key_value_heads")),
        ("llama.attention.layer_norm_rms_epsilon", decimal("rms_norm_eps")),
        ("llama.rope.dimension_count", whole("head_dim")),
        ("llama.rope.freq_base", decimal("rope_theta")),
    ];
    let weights =
        candle_core::safetensors::load(from.join("model.safetensors"), &Device::Cpu).unwrap();
    let tensors: Vec<(String, QTensor)> = weights
        .iter()
        .map(|(name, tensor)| {
            let tensor = tensor.to_dtype(DType::F32).unwrap();
            let (tensor, kind) = match name {
                name if name.contains("norm") => (tensor, GgmlDType::F32),
                name if name.contains("q_proj") => {
                    (interleaved(&tensor, number("num_attention_heads") as usize), GgmlDType::Q8_0)
                }
                name if name.contains("k_proj") => {
                    (interleaved(&tensor, number("num_key_value_heads") as usize), GgmlDType::Q8_0)
                }
                _ => (tensor, GgmlDType::Q8_0),
            };
            (renamed(name), QTensor::quantize(&tensor, kind).unwrap())
        })
        .collect();
    let metadata: Vec<_> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(
        &mut fs::File::create(to.join("model-q8_0.gguf")).unwrap(),
        &metadata,
        &tensors,
    )
    .unwrap();
    for file in ["tokenizer.json", "tokenizer_config.json", "config.json", "waggle.toml"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gguf_file_should_grade_nearly_as_the_weights_that_it_was_made_of() {
    let (path, folder) = (&bundled_models()[0], tempfile::tempdir().unwrap());
    convert(path, folder.path());
    let model = format!(
        "[[models]]\nname = 'g'\npath = {:?}\ngguf = 'model-q8_0.gguf'\ngrading.min_mass = 0.0\n",
        folder.path()
    );
    let agents = format!(
        "[[agents]]\nkey = {:?}\nmodel = {:?}\n[[agents]]\nkey = {:?}\nmodel = 'g'\n",
        key(0),
        path.file_name().unwrap(),
        key(1)
    );
    let worker = Worker::start(&(models(1) + &model + &agents)).await;
    for (number, (prompt, right, wrong)) in
        [("37+12", "49", "48"), ("max 4 19 2", "19", "4")].into_iter().enumerate()
    {
        let mut grades = Vec::new();
        for agent in 0..2 {
            let mut job = grade(10 * number + agent, prompt, Some(right), &[right, wrong]);
            job["agent"] = key(agent).into();
            grades.push(worker.grades(&job).await);
        }
        println!("{prompt}: safetensors {:?}, GGUF {:?}", grades[0], grades[1]);
        let near =
            grades[0].iter().zip(&grades[1]).all(|(whole, file)| whole.abs_diff(*file) < 500);
        assert!(near, "{prompt}: {grades:?}");
    }
}
