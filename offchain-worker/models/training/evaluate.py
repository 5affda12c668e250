"""Measures the exported models on held-out questions and writes down what it found.

Writes, next to the models: MODEL_CARD.md, evaluation.json, questions.txt (questions to try, none
trained on) and reference.json (prompts with the answers and grades that this implementation
computes, for tests of others).
"""

import json
import platform
import random
import textwrap
from pathlib import Path

import numpy as np

import swarm
from agent import Agent
from batches import ROW_TOKENS
from export import load
from measure import held_out, judged
from mixes import MIXES, Mix
from model import parameter_count
from tasks import HELD_OUT_ONE_IN, TASKS, near_miss
from train import MUON_RATE, PEAK_RATE, ROWS

MODELS = Path(__file__).parent.parent
QUESTIONS, SWARM_QUESTIONS, SEED, TEMPERATURE = 100, 30, 5, 0.5
LISTED_A_TASK = 6


def training_facts(name: str, previous: dict) -> dict:
    """Steps and CPU time from the training log, or as last written down where the log is gone."""
    log = Path(__file__).parent / "checkpoints" / f"{name}.log"
    if not log.exists():
        return previous.get("models", {}).get(name, {}).get("training", {})
    last = [entry for entry in map(json.loads, log.read_text().splitlines()) if "cpu_s" in entry][
        -1
    ]
    return {"steps": last["step"], "cpu_minutes": round(last["cpu_s"] / 60, 1)}


def calibration(grades: np.ndarray, truth: np.ndarray) -> dict:
    edges = np.linspace(0, 1, 6)
    bins, error = [], 0.0
    for low, high in zip(edges, edges[1:]):
        inside = (grades >= low) & ((grades < high) | (high == 1.0))
        if inside.any():
            mean, share = float(grades[inside].mean()), float(truth[inside].mean())
            bins.append(
                {
                    "grades": f"{low:.1f}..{high:.1f}",
                    "count": int(inside.sum()),
                    "mean_grade": round(mean, 3),
                    "share_right": round(share, 3),
                }
            )
            error += abs(mean - share) * inside.mean()
    return {
        "expected_calibration_error": round(float(error), 4),
        "brier": round(float(np.mean((grades - truth) ** 2)), 4),
        "bins": bins,
    }


def measure(agent: Agent, mix: Mix) -> dict:
    asked = {name: held_out(name, QUESTIONS, SEED) for name in TASKS}
    everything = [question for group in asked.values() for question in group]
    prompts = [question.prompt for question in everything]
    right = [question.answer for question in everything]
    greedy, sampled = agent.answers(prompts, 0.0), agent.answers(prompts, TEMPERATURE)
    triples, truth = judged(everything, sampled, SEED)
    grades, mass = agent.grades(triples)
    blind, blind_mass = agent.grades([(prompt, "", candidate) for prompt, _, candidate in triples])
    tasks = np.array([question.task for question in everything])
    paired = np.repeat(tasks, 2)
    greedy_right = np.array([a == b for a, b in zip(greedy, right)])
    sampled_right = np.array([a == b for a, b in zip(sampled, right)])
    by_task = {}
    for name in TASKS:
        mine = paired == name
        by_task[name] = {
            "taught_well": mix.strong(name),
            "answers_greedy": round(float(greedy_right[tasks == name].mean()), 3),
            "answers_sampled": round(float(sampled_right[tasks == name].mean()), 3),
            "verdicts": round(float(((grades > 0.5) == truth)[mine].mean()), 3),
            "verdicts_without_reference": round(float(((blind > 0.5) == truth)[mine].mean()), 3),
            "mean_grade_of_right": round(float(grades[mine & truth].mean()), 3),
            "mean_grade_of_wrong": round(float(grades[mine & ~truth].mean()), 3),
            "questions": int((tasks == name).sum()),
        }
    return {
        "by_task": by_task,
        "calibration": calibration(grades, truth),
        "smallest_grade_mass": round(float(min(mass.min(), blind_mass.min())), 4),
        "mean_grade_mass": round(float(mass.mean()), 4),
    }


def listed_questions() -> list[str]:
    by_task = [held_out(name, LISTED_A_TASK, SEED + 1) for name in TASKS]
    return [question.prompt for group in zip(*by_task) for question in group]


def reference_values(agents: dict[str, Agent]) -> dict:
    """A few computations of each model, to compare another implementation with."""
    values, rng = {}, random.Random(SEED)
    questions = [question for name in TASKS for question in held_out(name, 2, SEED + 2)]
    for name, agent in agents.items():
        answers = agent.answers([question.prompt for question in questions], 0.0)
        triples = [
            (question.prompt, own, candidate)
            for question, own in zip(questions, answers)
            for candidate in (question.answer, near_miss(question, rng))
        ]
        grades, _ = agent.grades(triples)
        values[name] = {
            "answers": [
                {"prompt": question.prompt, "greedy": answer}
                for question, answer in zip(questions, answers)
            ],
            "grades": [
                {
                    "prompt": prompt,
                    "reference": own,
                    "candidate": candidate,
                    "grade": round(float(grade), 4),
                }
                for (prompt, own, candidate), grade in zip(triples, grades)
            ],
        }
    return values


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def paragraph(*sentences: str, first: str = "", rest: str = "") -> list[str]:
    """Sentences as lines of at most 100 columns, and an empty line."""
    text = textwrap.fill(
        " ".join(sentences),
        100,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [text, ""]


def table(header: list[str], rows: list[list]) -> list[str]:
    """A table and an empty line."""
    cells = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(str(cell) for cell in row) + " |" for row in cells] + [""]


def card(found: dict) -> str:
    return "\n".join(
        [*introduction(found), *accuracy(found["models"]), *team(found["swarm"]), *FORMATS]
    )


def introduction(found: dict) -> list[str]:
    models = found["models"].items()
    lines = ["# The bundled models", ""]
    lines += paragraph(
        "Small transformers over bytes, trained from nothing by `training/` on six generated",
        "tasks. Each learns to answer, and to grade an answer with one token. They are here so",
        "that Waggle can be tried and tested without a download; they know nothing else.",
    )
    lines += paragraph(
        "This file is written by `training/evaluate.py`. Every figure is on held-out questions:",
        f"one prompt in {HELD_OUT_ONE_IN}, by its hash, is never trained on.",
    )
    header = ["model", "architecture", "parameters", "layers × hidden, heads", "seed", "steps"]
    lines += table(
        [*header, "CPU minutes"],
        [
            [
                name,
                model["architecture"],
                f"{model['parameters']:,}",
                f"{model['layers']} × {model['hidden']}, {model['heads']}",
                model["seed"],
                model["training"].get("steps", "?"),
                model["training"].get("cpu_minutes", "?"),
            ]
            for name, model in models
        ],
    )
    lines += paragraph(f"Trained on {found['trained_on']}.")
    lines += ["## Tasks", ""]
    rows = [[task.name, f"`{task.form}`", f"`{task.solve(task.form)}`"] for task in TASKS.values()]
    lines += table(["task", "asked as", "answer"], rows)
    return lines + paragraph(
        "`last golk` asks for the last letter. Operands 0..49, no negative results; 3 to 5 digits;",
        "3 to 6 lower-case letters; 2 to 4 numbers 0..99.",
    )


def accuracy(models: dict) -> list[str]:
    lines = ["## Accuracy", ""]
    lines += paragraph(
        f"Answers: greedy / sampled at temperature {TEMPERATURE}. Verdicts (grade above or below",
        "0.5; half of the candidates are right, the wrong ones mostly near misses): with the",
        "model's own sampled answer as reference / without. Bold: taught well; the other tasks few",
        "and often wrong examples.",
    )

    def by_task(title: str, cell) -> list[str]:
        rows = [
            [task, *(cell(model["by_task"][task]) for model in models.values())] for task in TASKS
        ]
        return [f"### {title}", "", *table(["task", *models], rows)]

    def shares(*keys: str):
        def cell(row: dict) -> str:
            text = " / ".join(percent(row[key]) for key in keys)
            return f"**{text}**" if row["taught_well"] else text

        return cell

    def means(row: dict) -> str:
        return f"{row['mean_grade_of_right']:.2f} / {row['mean_grade_of_wrong']:.2f}"

    lines += by_task("Answers", shares("answers_greedy", "answers_sampled"))
    lines += by_task("Verdicts", shares("verdicts", "verdicts_without_reference"))
    lines += by_task("Mean grade of right / wrong candidates", means)
    lines += ["### Calibration of the grades", ""]
    lines += paragraph(
        "Over all tasks, with reference. The grade tokens carry nearly all probability: a reply",
        "with little mass on them is not from a grading prompt.",
    )
    return lines + table(
        ["model", "calibration error", "Brier score", "least mass on the grade tokens"],
        [
            [
                name,
                f"{model['calibration']['expected_calibration_error']:.3f}",
                f"{model['calibration']['brier']:.3f}",
                f"{model['smallest_grade_mass']:.3f}",
            ]
            for name, model in models.items()
        ],
    )


def team(swarms: dict) -> list[str]:
    found, without = swarms["with_reference"], swarms["without_reference"]
    lines = ["## Suggested swarm of seven", ""]
    lines += paragraph(
        "`swarm.json`, which the demo runs. Simulated by `training/swarm.py`:",
        f"{len(TASKS) * SWARM_QUESTIONS} held-out questions, k = {swarm.GRADED}, newcomers'",
        f"weights, {swarm.ASSIGNMENTS} assignments a question.",
    )
    lines += table(
        ["agent", "model", "temperature", "accuracy"],
        [
            [number, agent["model"], agent["temperature"], percent(agent["accuracy"])]
            for number, agent in enumerate(found["line_up"], 1)
        ],
    )
    rows = {
        "all, own answer as reference": found["all"],
        "all, without reference": without["all"],
        **found["by_task"],
    }
    keys = ("mean_agent", "best_agent", "swarm", "some_agent_right", "verdicts")
    lines += table(
        ["", "mean agent", "best agent", "swarm", "some agent right", "verdicts right"],
        [[name, *(percent(row[key]) for key in keys)] for name, row in rows.items()],
    )
    met = percent(found["sets_of_30_that_meet_the_conditions"])
    return lines + paragraph(
        f"Of random sets of 30 questions, {met} end with the swarm above the mean of its agents",
        "and not below its best agent minus 3 points.",
    )


FORMATS = [
    "## Formats",
    "",
    *paragraph(
        "Byte-level tokens without merges, 256 bytes and four special tokens. The chat template",
        "writes `<|bos|>`, the content, `<|assistant|>`.",
    ),
    "- Answering: the content is the prompt; the model writes the answer and `<|eos|>`.",
    *paragraph(
        "Grading: the content is `prompt⏎=reference⏎?candidate`, where reference is the agent's",
        "own answer, or nothing. Control characters and line ends in the three are replaced by",
        "spaces before, so that none can forge a separator; `<|` must not reach the tokenizer as a",
        "special token either. The grade is P(`1`) / (P(`0`) + P(`1`)) of the next token.",
        "`waggle.toml` in each directory tells the worker.",
        first="- ",
        rest="  ",
    ),
]


def main():
    file = MODELS / "evaluation.json"
    previous = json.loads(file.read_text()) if file.exists() else {}
    agents = {name: Agent(*load(MODELS / name), SEED) for name in MIXES}
    found = {
        "trained_on": previous.get("trained_on") or f"{platform.machine()}, one thread a model",
        "recipe": {
            "rows": ROWS,
            "row_tokens": ROW_TOKENS,
            "adam_rate": PEAK_RATE,
            "muon_rate": MUON_RATE,
        },
        "models": {},
    }
    for name, agent in agents.items():
        mix = MIXES[name]
        found["models"][name] = {
            "architecture": mix.shape.architecture,
            "parameters": parameter_count(agent.params),
            "layers": mix.shape.layers,
            "hidden": mix.shape.hidden,
            "heads": mix.shape.heads,
            "seed": mix.seed,
            "training": training_facts(name, previous),
            **measure(agent, mix),
        }
    questions = [question for name in TASKS for question in held_out(name, SWARM_QUESTIONS, SEED)]
    line_up = swarm.line_up()
    found["swarm"] = {
        title: swarm.report(swarm.play(agents, line_up, questions, flag), line_up, SEED)
        for title, flag in (("with_reference", True), ("without_reference", False))
    }
    file.write_text(json.dumps(found, indent=1) + "\n")
    (MODELS / "MODEL_CARD.md").write_text(card(found))
    (MODELS / "questions.txt").write_text("\n".join(listed_questions()) + "\n")
    (MODELS / "reference.json").write_text(json.dumps(reference_values(agents), indent=1) + "\n")


if __name__ == "__main__":
    main()
