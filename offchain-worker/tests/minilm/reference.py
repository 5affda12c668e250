"""Points of some texts by MiniLM, computed in numpy: what the worker's are compared with.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 safetensors==0.8.0 tokenizers==0.23.3
    venv/bin/python reference.py ~/.cache/waggle/real-models/all-MiniLM-L6-v2 > reference.json

The texts are chosen so that no value is near the middle between two quanta (see `margin`, in
quanta): there the last bits of a sum would decide, which differ between processors.
"""

import hashlib
import json
import math
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

BEES = (
    "A worker that comes back from a rich patch of flowers runs straight ahead on the comb, "
    "waggles her body, turns back in a half circle and begins again. "
)
TEXTS = [
    "49",
    "What is the capital of France?",
    "The waggle dance tells other bees the direction and the distance of food.",
    "Пчёлы танцуют, чтобы показать дорогу.",
    "蜜蜂跳舞 🐝🌻 ๑๒",
    "fn main() { println!(\"{}\", 37 + 12); }\n\t// 49",
    "Dances. " + BEES * 20,
]


class MiniLM:
    """BERT with the mean of the tokens, in double precision."""

    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        sentences = json.loads((folder / "sentence_bert_config.json").read_text())
        self.tokenizer.enable_truncation(sentences["max_seq_length"])

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name, x):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        x = (x - mean) / np.sqrt(variance + self.config["layer_norm_eps"])
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def attention(self, name, x):
        heads = self.config["num_attention_heads"]
        split = lambda y: y.reshape(len(x), heads, -1).transpose(1, 0, 2)
        names = [f"{name}.{one}" for one in ["query", "key", "value"]]
        query, key, value = (split(self.linear(one, x)) for one in names)
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return (shares @ value).transpose(1, 0, 2).reshape(len(x), -1)

    def point(self, text):
        ids = self.tokenizer.encode(text).ids
        table = lambda kind: self.weights[f"embeddings.{kind}_embeddings.weight"]
        x = table("word")[ids] + table("position")[: len(ids)] + table("token_type")[0]
        x = self.norm("embeddings.LayerNorm", x)
        gelu = np.vectorize(lambda value: value * 0.5 * (1.0 + math.erf(value / math.sqrt(2.0))))
        for layer in range(self.config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}"
            seen = self.attention(f"{name}.attention.self", x)
            seen = self.linear(f"{name}.attention.output.dense", seen)
            x = self.norm(f"{name}.attention.output.LayerNorm", x + seen)
            wide = gelu(self.linear(f"{name}.intermediate.dense", x))
            wide = self.linear(f"{name}.output.dense", wide)
            x = self.norm(f"{name}.output.LayerNorm", x + wide)
        mean = x.mean(0)
        return len(ids), mean / np.linalg.norm(mean)


def main():
    folder = pathlib.Path(sys.argv[1])
    model = MiniLM(folder)
    vectors = []
    for text in TEXTS:
        tokens, point = model.point(text)
        exact = point * 256
        quanta = np.clip(np.sign(exact) * np.floor(np.abs(exact) + 0.5), -127, 127).astype(int)
        margin = np.abs(np.abs(exact) % 1 - 0.5).min()
        vectors.append(
            {"text": text, "tokens": tokens, "margin": round(margin, 6), "quanta": quanta.tolist()}
        )
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    lines = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in vectors)
    print(f'{{"sha256": "{digest}",\n"vectors": [\n{lines}\n]}}')


main()
