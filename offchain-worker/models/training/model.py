"""The three architectures in JAX, exactly as mistral.rs computes them.

`llama`, `qwen2` (biases on q, k, v) and `qwen3` (RMSNorm on each head's q and k) share everything
else: pre-norm, rotary embedding by halves, SwiGLU, tied embeddings. Parameters of all layers are
stacked on a leading axis.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

PAD_SEGMENT, PROMPT_SEGMENT, OWN_SEGMENT, ANSWER_SEGMENT = 63, 0, 1, 2
FIRST_REFERENCED, FIRST_UNREFERENCED = 3, 32
MAX_POSITIONS = 2048


@dataclass(frozen=True)
class Shape:
    architecture: str
    layers: int = 4
    hidden: int = 128
    heads: int = 2
    head_dim: int = 64
    intermediate: int = 192
    vocab: int = 260
    theta: float = 10000.0

    @property
    def eps(self) -> float:
        return 1e-5 if self.architecture == "llama" else 1e-6


def init(shape: Shape, seed: int) -> dict:
    rng = np.random.default_rng(seed)
    width = shape.heads * shape.head_dim

    def matrix(rows, columns, scale=1.0):
        return (rng.standard_normal((shape.layers, rows, columns)) * scale / np.sqrt(rows)).astype(
            np.float32
        )

    small = 1 / np.sqrt(2 * shape.layers)
    layers = {
        "norm1": np.ones((shape.layers, shape.hidden), np.float32),
        "norm2": np.ones((shape.layers, shape.hidden), np.float32),
        "q": matrix(shape.hidden, width),
        "k": matrix(shape.hidden, width),
        "v": matrix(shape.hidden, width),
        "o": matrix(width, shape.hidden, small),
        "gate": matrix(shape.hidden, shape.intermediate),
        "up": matrix(shape.hidden, shape.intermediate),
        "down": matrix(shape.intermediate, shape.hidden, small),
    }
    if shape.architecture == "qwen2":
        layers |= {f"{name}_bias": np.zeros((shape.layers, width), np.float32) for name in "qkv"}
    if shape.architecture == "qwen3":
        layers |= {
            f"{name}_norm": np.ones((shape.layers, shape.head_dim), np.float32) for name in "qk"
        }
    embedding = (rng.standard_normal((shape.vocab, shape.hidden)) * 0.05).astype(np.float32)
    return {"embedding": embedding, "norm": np.ones(shape.hidden, np.float32), "layers": layers}


def rms_norm(x, weight, eps):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + eps) * weight


def rotate(x, positions, shape: Shape):
    half = shape.head_dim // 2
    frequency = shape.theta ** (-np.arange(half, dtype=np.float32) / half)
    angle = positions[..., None, None].astype(jnp.float32) * frequency
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    a, b = x[..., :half], x[..., half:]
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


# Matrix products run on (batch·time, width): XLA's gradient of a three-dimensional product is much
# slower on a CPU.


def project(layer, x, positions, shape: Shape):
    """Queries, keys and values of shape (batch, time, heads, head_dim), rotated."""
    parts = []
    flat = x.reshape(-1, x.shape[-1])
    for name in "qkv":
        y = flat @ layer[name]
        if shape.architecture == "qwen2":
            y = y + layer[f"{name}_bias"]
        y = y.reshape(*x.shape[:-1], shape.heads, shape.head_dim)
        if name != "v":
            if shape.architecture == "qwen3":
                y = rms_norm(y, layer[f"{name}_norm"], shape.eps)
            y = rotate(y, positions, shape)
        parts.append(y)
    return parts


def attend(q, k, v, allowed, shape: Shape):
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) * shape.head_dim**-0.5
    weights = jax.nn.softmax(jnp.where(allowed[:, None], scores, -1e9), axis=-1)
    mixed = jnp.einsum("bhqk,bkhd->bqhd", weights, v)
    return mixed.reshape(*mixed.shape[:2], -1)


@jax.custom_vjp
def swiglu(gate, up):
    return jax.nn.silu(gate) * up


def _swiglu_backward(inputs, gradient):
    gate, up = inputs
    sigmoid = jax.nn.sigmoid(gate)
    silu = gate * sigmoid
    # The barrier keeps XLA from computing the exponentials again inside each matrix product that
    # uses the result.
    return jax.lax.optimization_barrier(
        (gradient * up * (sigmoid + silu * (1 - sigmoid)), gradient * silu)
    )


swiglu.defvjp(lambda gate, up: (swiglu(gate, up), (gate, up)), _swiglu_backward)


def feed_forward(layer, x):
    flat = x.reshape(-1, x.shape[-1])
    return (swiglu(flat @ layer["gate"], flat @ layer["up"]) @ layer["down"]).reshape(x.shape)


def layer_of(params, index):
    return {name: value[index] for name, value in params["layers"].items()}


def branch_mask(segments):
    """Who may look at whom in a row that holds a prompt and several continuations of it (see
    `batches`).
    """
    query, key = segments[:, :, None], segments[:, None, :]
    time = segments.shape[1]
    causal = np.tril(np.ones((time, time), bool))
    referenced = (query >= FIRST_REFERENCED) & (query < FIRST_UNREFERENCED)
    shared = (key == PROMPT_SEGMENT) & (query != PAD_SEGMENT) | (key == OWN_SEGMENT) & referenced
    return causal & ((query == key) | shared)


def forward(params, tokens, positions, segments, shape: Shape):
    """Logits at every token."""
    allowed = branch_mask(segments)
    x = params["embedding"][tokens]
    for index in range(shape.layers):
        layer = layer_of(params, index)
        q, k, v = project(layer, rms_norm(x, layer["norm1"], shape.eps), positions, shape)
        x = x + attend(q, k, v, allowed, shape) @ layer["o"]
        x = x + feed_forward(layer, rms_norm(x, layer["norm2"], shape.eps))
    return rms_norm(x, params["norm"], shape.eps) @ params["embedding"].T


@partial(jax.jit, static_argnames="shape")
def last_logits(params, tokens, lengths, shape: Shape):
    """Logits after the last token of each right-padded row."""
    positions = jnp.broadcast_to(jnp.arange(tokens.shape[1]), tokens.shape)
    logits = forward(params, tokens, positions, jnp.zeros_like(tokens), shape)
    return logits[jnp.arange(tokens.shape[0]), lengths - 1]


@partial(jax.jit, static_argnames=("shape", "new_tokens"))
def generate(params, tokens, lengths, temperature, key, shape: Shape, new_tokens: int):
    """Continues each right-padded row by `new_tokens` sampled tokens (temperature 0: the
    likeliest).
    """
    batch, time = tokens.shape
    rows = jnp.arange(batch)
    slots = jnp.arange(time + new_tokens)
    empty = jnp.zeros((batch, time + new_tokens, shape.heads, shape.head_dim))

    def run(x, positions, caches):
        """One pass over tokens at `positions`, which extend the caches."""
        filled = []
        for index in range(shape.layers):
            layer = layer_of(params, index)
            q, k, v = project(layer, rms_norm(x, layer["norm1"], shape.eps), positions, shape)
            k = caches[index][0].at[rows[:, None], positions].set(k)
            v = caches[index][1].at[rows[:, None], positions].set(v)
            filled.append((k, v))
            x = x + attend(q, k, v, slots <= positions[:, :, None], shape) @ layer["o"]
            x = x + feed_forward(layer, rms_norm(x, layer["norm2"], shape.eps))
        return rms_norm(x, params["norm"], shape.eps), filled

    def choose(hidden, key):
        logits = hidden @ params["embedding"].T
        noise = jax.random.gumbel(key, logits.shape) * temperature[:, None]
        return jnp.argmax(logits + noise, axis=-1)

    positions = jnp.broadcast_to(jnp.arange(time), tokens.shape)
    hidden, caches = run(params["embedding"][tokens], positions, [(empty, empty)] * shape.layers)
    keys = jax.random.split(key, new_tokens)
    first = choose(hidden[rows, lengths - 1], keys[0])

    def step(carry, key):
        token, position, caches = carry
        hidden, caches = run(params["embedding"][token[:, None]], position[:, None], caches)
        following = choose(hidden[:, 0], key)
        return (following, position + 1, caches), following

    _, rest = jax.lax.scan(step, (first, lengths, caches), keys[1:])
    return jnp.concatenate([first[:, None], rest.T], axis=1)


def parameter_count(params) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(params))
