"""A swarm of seven agents on held-out questions, as the chain runs it, without the chain.

Every agent answers; with n = 7 each grades k = 2 others and each answer gets two grades; the answer
with the highest `Precision` score of newcomers, (g₁ + g₂ + 0.5) / 3, wins. Every answer is graded
by every agent once, and many assignments are then drawn over these grades.
"""

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent import Agent
from export import load
from measure import held_out
from tasks import TASKS, Question

MODELS = Path(__file__).parent.parent
GRADED, ASSIGNMENTS = 2, 40
PRIOR_GRADE, PRIOR_WEIGHT = 0.5, 1.0


def line_up() -> list[tuple[str, float]]:
    """The suggested seven that are models, with the temperature of each; the demo runs them and an
    expert system.
    """
    agents = json.loads((MODELS / "swarm.json").read_text())
    return [(agent["model"], agent["temperature"]) for agent in agents if "temperature" in agent]


@dataclass
class Outcome:
    """`right` and `grades` are by question and agent; grades[q, r, a] is what r gives to the answer
    of a.
    """

    questions: list[Question]
    answers: list[list[str]]
    right: np.ndarray
    grades: np.ndarray


def play(
    agents: dict[str, Agent], team, questions: list[Question], with_reference: bool = True
) -> Outcome:
    prompts = [question.prompt for question in questions]
    said = [agents[model].answers(prompts, heat) for model, heat in team]
    count = len(team)
    grades = np.full((len(questions), count, count), np.nan)
    for grader, (model, _) in enumerate(team):
        pairs = [
            (q, author)
            for q in range(len(questions))
            for author in range(count)
            if author != grader
        ]
        triples = [
            (prompts[q], said[grader][q] if with_reference else "", said[author][q])
            for q, author in pairs
        ]
        marks, _ = agents[model].grades(triples)
        for (q, author), mark in zip(pairs, marks):
            grades[q, grader, author] = mark
    right = np.array(
        [
            [said[agent][q] == question.answer for agent in range(count)]
            for q, question in enumerate(questions)
        ]
    )
    return Outcome(
        questions,
        [[said[agent][q] for agent in range(count)] for q in range(len(questions))],
        right,
        grades,
    )


def assignment(count: int, rng: random.Random) -> list[tuple[int, int]]:
    """Pairs of grader and author, balanced as on the chain."""
    order = rng.sample(range(count), count)
    offsets = rng.sample(range(1, count), GRADED)
    return [
        (order[index], order[(index + offset) % count])
        for index in range(count)
        for offset in offsets
    ]


def winners(outcome: Outcome, seed: int) -> np.ndarray:
    """Whether the chosen answer was right, by question and assignment."""
    rng = random.Random(seed)
    count = outcome.right.shape[1]
    won = np.zeros((len(outcome.questions), ASSIGNMENTS))
    for q in range(len(outcome.questions)):
        for draw in range(ASSIGNMENTS):
            score = np.full(count, PRIOR_GRADE * PRIOR_WEIGHT)
            for grader, author in assignment(count, rng):
                score[author] += outcome.grades[q, grader, author]
            tie_break = np.array([rng.random() for _ in range(count)])
            won[q, draw] = outcome.right[q, np.lexsort((tie_break, np.round(score, 4)))[-1]]
    return won


def report(outcome: Outcome, team, seed: int) -> dict:
    won = winners(outcome, seed)
    tasks = np.array([question.task for question in outcome.questions])
    others = ~np.eye(len(team), dtype=bool)
    truth = np.broadcast_to(outcome.right[:, None, :], outcome.grades.shape)[:, others]
    marks = outcome.grades[:, others]

    def figures(chosen):
        return {
            "mean_agent": round(float(outcome.right[chosen].mean()), 4),
            "best_agent": round(float(outcome.right[chosen].mean(0).max()), 4),
            "swarm": round(float(won[chosen].mean()), 4),
            "some_agent_right": round(float(outcome.right[chosen].any(1).mean()), 4),
            "verdicts": round(float(((marks > 0.5) == truth)[chosen].mean()), 4),
        }

    # A demo of 30 questions is one draw of questions and assignments: how often does it meet the
    # two conditions?
    rng = np.random.default_rng(seed)
    kept = []
    for _ in range(2000):
        picked = rng.choice(len(tasks), 30, replace=len(tasks) < 30)
        swarm = won[picked, rng.integers(ASSIGNMENTS, size=30)].mean()
        agents = outcome.right[picked].mean(0)
        kept.append(swarm > agents.mean() and swarm >= agents.max() - 0.03)
    return {
        "line_up": [
            {"model": model, "temperature": heat, "accuracy": round(float(value), 4)}
            for (model, heat), value in zip(team, outcome.right.mean(0))
        ],
        "all": figures(np.ones(len(tasks), bool)),
        "by_task": {name: figures(tasks == name) for name in TASKS},
        "sets_of_30_that_meet_the_conditions": round(float(np.mean(kept)), 4),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=40, help="held-out questions a task")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    team = line_up()
    agents = {model: Agent(*load(MODELS / model), arguments.seed) for model in dict(team)}
    questions = [
        question
        for name in TASKS
        for question in held_out(name, arguments.questions, arguments.seed)
    ]
    for with_reference in (True, False):
        figures = report(play(agents, team, questions, with_reference), team, arguments.seed)
        print("with reference" if with_reference else "without reference")
        for agent in figures["line_up"]:
            print(f"  {agent['model']:16} T={agent['temperature']}: {agent['accuracy']:.3f}")
        for name, row in {"all": figures["all"], **figures["by_task"]}.items():
            print(f"  {name:8}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
        print(
            "  sets of 30 that meet the conditions:", figures["sets_of_30_that_meet_the_conditions"]
        )


if __name__ == "__main__":
    main()
