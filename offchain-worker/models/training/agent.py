"""A model at work, as the worker would use it: it answers prompts and grades candidates."""

from dataclasses import dataclass

import jax
import numpy as np

import tokens
from model import Shape, generate, last_logits

BATCH = 128
LONGEST_PROMPT, LONGEST_ANSWER, LONGEST_GRADING = 18, 12, 72


def _padded(texts: list[list[int]], width: int):
    rows = np.full((BATCH, width), tokens.PAD, np.int32)
    lengths = np.ones(BATCH, np.int32)
    for index, text in enumerate(texts):
        rows[index, : len(text)] = text
        lengths[index] = len(text)
    return rows, lengths


def _chunks(items: list):
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


@dataclass
class Agent:
    params: dict
    shape: Shape
    seed: int = 0

    def answers(self, prompts: list[str], temperature) -> list[str]:
        """One answer to each prompt; `temperature` is one number or one a prompt."""
        temperatures = np.broadcast_to(np.asarray(temperature, np.float32), len(prompts))
        said = []
        for start, chunk in zip(range(0, len(prompts), BATCH), _chunks(prompts)):
            rows, lengths = _padded([tokens.chat(prompt) for prompt in chunk], LONGEST_PROMPT)
            heat = np.zeros(BATCH, np.float32)
            heat[: len(chunk)] = temperatures[start : start + len(chunk)]
            self.seed += 1
            key = jax.random.key(self.seed)
            out = np.asarray(
                generate(self.params, rows, lengths, heat, key, self.shape, LONGEST_ANSWER)
            )
            said += [tokens.decode(row) for row in out[: len(chunk)]]
        return said

    def grades(self, triples: list[tuple[str, str, str]]) -> tuple[np.ndarray, np.ndarray]:
        """The grade of each (prompt, reference, candidate), and the probability mass on the two
        grade tokens.
        """
        grades, mass = [], []
        for chunk in _chunks(triples):
            rows, lengths = _padded(
                [tokens.chat(tokens.grading_text(*triple)) for triple in chunk], LONGEST_GRADING
            )
            logits = np.asarray(last_logits(self.params, rows, lengths, self.shape))[
                : len(chunk)
            ].astype(np.float64)
            chances = np.exp(logits - logits.max(-1, keepdims=True))
            chances /= chances.sum(-1, keepdims=True)
            wrong, right = chances[:, tokens.WRONG], chances[:, tokens.RIGHT]
            grades.append(right / (wrong + right))
            mass.append(wrong + right)
        return np.concatenate(grades), np.concatenate(mass)
