"""How well an agent does both jobs on held-out questions."""

import random

import numpy as np

from agent import Agent
from mixes import Mix
from tasks import TASKS, Question, junk, near_miss


def held_out(task: str, count: int, seed: int) -> list[Question]:
    """Distinct held-out questions, fewer where the task has fewer."""
    rng = random.Random(f"{task} {seed}")
    found: dict[str, Question] = {}
    for _ in range(count * 4):
        question = TASKS[task].question(rng, held_out=True)
        found[question.prompt] = question
        if len(found) == count:
            break
    return list(found.values())


def judged(questions: list[Question], own: list[str], seed: int):
    """Triples to grade, half of the candidates right, with the truth."""
    rng = random.Random(seed)
    triples, truth = [], []
    for question, reference in zip(questions, own):
        wrong = near_miss(question, rng) if rng.random() < 0.75 else junk(question, rng)
        for candidate in (question.answer, wrong):
            triples.append((question.prompt, reference, candidate))
            truth.append(candidate == question.answer)
    return triples, np.array(truth)


def quick(agent: Agent, mix: Mix, questions: int, temperature: float = 0.7) -> dict:
    """Per task: strong or weak, share of right answers greedy and sampled, of right verdicts with
    and without reference.
    """
    asked = {name: held_out(name, questions, 1) for name in TASKS}
    everything = [question for group in asked.values() for question in group]
    prompts = [question.prompt for question in everything]
    greedy, sampled = agent.answers(prompts, 0.0), agent.answers(prompts, temperature)
    triples, truth = judged(everything, sampled, 2)
    grades, _ = agent.grades(triples)
    blind, _ = agent.grades([(prompt, "", candidate) for prompt, _, candidate in triples])
    tasks = np.array([question.task for question in everything])
    answers = [question.answer for question in everything]
    figures = {}
    for name in TASKS:
        mine, pairs = tasks == name, np.repeat(tasks == name, 2)
        figures[name] = ["strong" if mix.strong(name) else "weak"] + [
            round(float(np.mean(value)), 3)
            for value in (
                np.array([a == b for a, b in zip(greedy, answers)])[mine],
                np.array([a == b for a, b in zip(sampled, answers)])[mine],
                ((grades > 0.5) == truth)[pairs],
                ((blind > 0.5) == truth)[pairs],
            )
        ]
    return figures
