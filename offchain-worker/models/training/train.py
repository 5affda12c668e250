"""Trains one bundled model and exports it: `python train.py llama-forager`. It goes on from its
last checkpoint.

Every `POOL_EVERY` steps the model answers fresh training questions, and grades with these answers
as references from then on: it learns how far its own answers can be trusted, task by task.

After that some models have a revision, which teaches them to compare letter by letter.
"""

import argparse
import json
import pickle
import time
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

import mixes
from agent import Agent
from batches import ANSWERING, BLIND_VERDICT, VERDICT, WEIGHTS, Sampled, Teacher
from export import export
from measure import quick
from model import forward, init
from optimizer import start, update

HERE = Path(__file__).parent
ROWS, WARM_UP = 48, 50
PEAK_RATE, MUON_RATE, DECAY = 4e-3, 5e-3, 0.1
REVISION_RATE = 0.5
POOL_EVERY, POOL_QUESTIONS = 125, 512
CHECKPOINT_EVERY = 100


def loss(params, batch, shape):
    tokens, positions, segments, targets, kinds = batch
    logits = forward(params, tokens, positions, segments, shape)
    weights = jnp.asarray(WEIGHTS)[kinds]
    chosen = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    surprise = jax.nn.logsumexp(logits, axis=-1) - chosen
    means = [
        jnp.sum(surprise * (kinds == kind)) / jnp.maximum(jnp.sum(kinds == kind), 1)
        for kind in (ANSWERING, VERDICT, BLIND_VERDICT)
    ]
    return jnp.sum(surprise * weights) / jnp.sum(weights), jnp.stack(means)


@partial(jax.jit, static_argnames="shape", donate_argnums=(0, 1))
def train_step(params, state, batch, share, shape):
    (_, means), gradients = jax.value_and_grad(loss, has_aux=True)(params, batch, shape)
    params, state = update(params, gradients, state, PEAK_RATE * share, MUON_RATE * share, DECAY)
    return params, state, means


def schedule(step: int, steps: int) -> float:
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    progress = (step - WARM_UP) / max(1, steps - WARM_UP)
    return 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * progress))


def refill(teacher: Teacher, params, shape, seed: int):
    questions = [teacher.question() for _ in range(POOL_QUESTIONS)]
    agent = Agent(params, shape, seed)
    heat = [teacher.rng.uniform(0.5, 1.0) for _ in questions]
    own, other = (
        agent.answers([question.prompt for question in questions], heat) for _ in range(2)
    )
    teacher.pool = [Sampled(*triple) for triple in zip(questions, own, other)]
    for name in teacher.names:
        right = [
            said.own == said.question.answer for said in teacher.pool if said.question.task == name
        ]
        if right:
            teacher.accuracy[name] = 0.5 * teacher.accuracy[name] + 0.5 * float(np.mean(right))


class Plan:
    """How many steps there will be: as asked, or as many as fit before a time of day, so that the
    schedule still ends.
    """

    def __init__(self, done: int, steps: int, finish_by: float | None):
        self.asked, self.steps, self.finish_by = steps, steps, finish_by
        self.first, self.began = done, time.time()

    def update(self, step: int):
        passed = step - self.first
        if self.finish_by is None or passed < 10:
            return
        left = (self.finish_by - time.time()) * passed / (time.time() - self.began)
        self.steps = max(step + 1, min(self.asked, step + int(left)))


def train(mix: mixes.Mix, steps: int, finish_by: float | None = None):
    shape, checkpoint = mix.shape, HERE / "checkpoints" / f"{mix.name}.pickle"
    checkpoint.parent.mkdir(exist_ok=True)
    log = open(checkpoint.with_suffix(".log"), "a")
    if checkpoint.exists():
        done, params, state, teacher, seconds = pickle.loads(checkpoint.read_bytes())
        params, state = jax.tree.map(jnp.asarray, (params, state))
    else:
        params = jax.tree.map(jnp.asarray, init(shape, mix.seed))
        done, state, teacher, seconds = 0, start(params), Teacher(mix, mix.seed), 0.0

    began, means = time.process_time() - seconds, []
    bar = tqdm(initial=done, total=steps, desc=mix.name, mininterval=10)
    plan, step = Plan(done, steps, finish_by), done
    while step < plan.steps:
        if step % 5 == 0:
            plan.update(step)
        lessons = plan.steps * mix.steps // (mix.steps + mix.revision)
        if step < lessons:
            teacher.advance(step / lessons)
            rate = schedule(step, lessons)
        else:
            teacher.revise((step - lessons) / (plan.steps - lessons))
            rate = REVISION_RATE * schedule(step - lessons, plan.steps - lessons)
        if step % POOL_EVERY == 0 and teacher.doubt > 0:
            refill(teacher, params, shape, mix.seed * 10_000_000 + step * 1000)
        params, state, mean = train_step(params, state, teacher.batch(ROWS), rate, shape)
        means.append(mean)
        if (step + 1) % 50 == 0:
            answering, verdict, blind = (float(value) for value in np.mean(np.stack(means), axis=0))
            means.clear()
            bar.set_postfix_str(f"answer {answering:.3f} verdict {verdict:.3f} blind {blind:.3f}")
            entry = {
                "step": step + 1,
                "answer": answering,
                "verdict": verdict,
                "blind": blind,
                "cpu_s": time.process_time() - began,
                "planned": plan.steps,
            }
            print(json.dumps(entry), file=log, flush=True)
        if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 >= plan.steps:
            seconds = time.process_time() - began
            kept = pickle.dumps(
                (step + 1, *jax.tree.map(np.asarray, (params, state)), teacher, seconds)
            )
            partial_file = checkpoint.with_suffix(".partial")
            partial_file.write_bytes(kept)
            partial_file.replace(checkpoint)
            export(params, shape, HERE.parent / mix.name)
            figures = quick(Agent(params, shape, step), mix, questions=20)
            print(json.dumps({"step": step + 1, "held_out": figures}), file=log, flush=True)
        step += 1
        bar.update()
    export(params, shape, HERE.parent / mix.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=list(mixes.MIXES))
    parser.add_argument("--steps", type=int, help="instead of the steps in mixes.py")
    parser.add_argument(
        "--minutes", type=float, help="take fewer steps where needed to end within this time"
    )
    arguments = parser.parse_args()
    for name in arguments.models:
        mix = mixes.MIXES[name]
        train(
            mix,
            arguments.steps or mix.steps + mix.revision,
            arguments.minutes and time.time() + 60 * arguments.minutes,
        )


if __name__ == "__main__":
    main()
