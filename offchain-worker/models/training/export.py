"""Writes a model directory that mistral.rs 0.8.1 loads, and `waggle.toml` for the worker."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

import tokens
from model import MAX_POSITIONS, Shape

CLASSES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}

PROJECTIONS = {
    "q": "self_attn.q_proj",
    "k": "self_attn.k_proj",
    "v": "self_attn.v_proj",
    "o": "self_attn.o_proj",
    "gate": "mlp.gate_proj",
    "up": "mlp.up_proj",
    "down": "mlp.down_proj",
}
VECTORS = {
    "norm1": "input_layernorm.weight",
    "norm2": "post_attention_layernorm.weight",
    "q_bias": "self_attn.q_proj.bias",
    "k_bias": "self_attn.k_proj.bias",
    "v_bias": "self_attn.v_proj.bias",
    "q_norm": "self_attn.q_norm.weight",
    "k_norm": "self_attn.k_norm.weight",
}


def byte_characters() -> list[str]:
    """The printable character by which byte-level BPE writes each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters, extra = {}, 0
    for byte in range(256):
        if byte in plain:
            characters[byte] = chr(byte)
        else:
            characters[byte] = chr(256 + extra)
            extra += 1
    return [characters[byte] for byte in range(256)]


def tokenizer() -> Tokenizer:
    vocab = {character: byte for byte, character in enumerate(byte_characters())}
    built = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    built.decoder = decoders.ByteLevel()
    built.add_special_tokens(
        [AddedToken(text, special=True, normalized=False) for text in tokens.SPECIAL]
    )
    assert all(built.token_to_id(text) == index for text, index in tokens.SPECIAL.items())
    sample = "sort 3 1\n=1 3\n?1 3 é"
    assert (
        built.encode(sample).ids == tokens.encode(sample)
        and built.decode(tokens.encode(sample)) == sample
    )
    return built


def config(shape: Shape) -> dict:
    common = {
        "architectures": [CLASSES[shape.architecture]],
        "model_type": shape.architecture,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "head_dim": shape.head_dim,
        "max_position_embeddings": MAX_POSITIONS,
        "rms_norm_eps": shape.eps,
        "rope_theta": shape.theta,
        "vocab_size": shape.vocab,
        "tie_word_embeddings": True,
        "bos_token_id": tokens.BOS,
        "eos_token_id": tokens.EOS,
        "pad_token_id": tokens.PAD,
        "torch_dtype": "float16",
    }
    if shape.architecture == "llama":
        return common | {"attention_bias": False, "mlp_bias": False}
    window = {
        "sliding_window": None,
        "use_sliding_window": False,
        "max_window_layers": shape.layers,
    }
    return common | window | ({"attention_bias": False} if shape.architecture == "qwen3" else {})


def weights(params) -> dict:
    """Tensors under Hugging Face names, linear layers as (out, in)."""
    tensors = {
        "model.embed_tokens.weight": params["embedding"],
        "model.norm.weight": params["norm"],
    }
    for name, stacked in params["layers"].items():
        for index, value in enumerate(np.asarray(stacked)):
            if name in PROJECTIONS:
                tensors[f"model.layers.{index}.{PROJECTIONS[name]}.weight"] = value.T
            else:
                tensors[f"model.layers.{index}.{VECTORS[name]}"] = value
    return {name: np.ascontiguousarray(value, dtype=np.float16) for name, value in tensors.items()}


def worker_settings() -> str:
    return f"""# How the worker talks to this model.
[grading]
# The single-token grades and what each is worth.
tokens = [{{ token = "0", value = 0.0 }}, {{ token = "1", value = 1.0 }}]
# prompt, reference (the agent's own answer, may be empty) and candidate are flattened to one line
# before.
template = {json.dumps(tokens.GRADING_TEMPLATE)}
# Nothing longer was among the answers that it learnt to judge.
max_bytes = 48
# It was taught its own tasks only and would fail a checkup in plain English.
checkup = false

[answering]
# Of a conversation it gets what the user said last: it was taught single questions.
conversations = false
template = {json.dumps(tokens.ANSWERING_TEMPLATE)}
max_tokens = {tokens.MAX_ANSWER_TOKENS}
"""


def export(params, shape: Shape, directory: Path):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.json").write_text(json.dumps(config(shape), indent=2) + "\n")
    tokenizer().save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "model_max_length": MAX_POSITIONS,
                "bos_token": "<|bos|>",
                "eos_token": "<|eos|>",
                "pad_token": "<|pad|>",
                "unk_token": None,
                "add_bos_token": False,
                "add_eos_token": False,
                "clean_up_tokenization_spaces": False,
                "chat_template": tokens.CHAT_TEMPLATE,
            },
            indent=2,
        )
        + "\n"
    )
    (directory / "waggle.toml").write_text(worker_settings())
    # A worker may be reading the directory: it must see the old weights or the new ones, never half
    # a file.
    partial = directory / "weights.partial"
    save_file(weights(params), str(partial), metadata={"format": "pt"})
    partial.chmod(0o644)
    partial.replace(directory / "model.safetensors")


def load(directory: Path) -> tuple[dict, Shape]:
    """The parameters as they were exported, in float32: what an evaluation must measure."""
    settings = json.loads((directory / "config.json").read_text())
    shape = Shape(
        settings["model_type"],
        settings["num_hidden_layers"],
        settings["hidden_size"],
        settings["num_attention_heads"],
        settings["head_dim"],
        settings["intermediate_size"],
    )
    tensors = {
        name: value.astype(np.float32)
        for name, value in load_file(directory / "model.safetensors").items()
    }

    def stacked(suffix):
        return np.stack(
            [tensors[f"model.layers.{index}.{suffix}"] for index in range(shape.layers)]
        )

    layers = {
        name: np.swapaxes(stacked(f"{suffix}.weight"), 1, 2) for name, suffix in PROJECTIONS.items()
    }
    layers |= {
        name: stacked(suffix)
        for name, suffix in VECTORS.items()
        if f"model.layers.0.{suffix}" in tensors
    }
    return {
        "embedding": tensors["model.embed_tokens.weight"],
        "norm": tensors["model.norm.weight"],
        "layers": layers,
    }, shape
