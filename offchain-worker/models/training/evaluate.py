"""Measures the exported models on held-out questions and writes down what it found.

Writes, beside the models: MODEL_CARD.md, evaluation.json, questions.txt (questions to try, none trained on) and
reference.json (prompts with the answers and grades that this implementation computes, for tests of others).
"""

import json
import platform
import random
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
    last = [entry for entry in map(json.loads, log.read_text().splitlines()) if "cpu_s" in entry][-1]
    return {"steps": last["step"], "cpu_minutes": round(last["cpu_s"] / 60, 1)}


def calibration(grades: np.ndarray, truth: np.ndarray) -> dict:
    edges = np.linspace(0, 1, 6)
    bins, error = [], 0.0
    for low, high in zip(edges, edges[1:]):
        inside = (grades >= low) & ((grades < high) | (high == 1.0))
        if inside.any():
            mean, share = float(grades[inside].mean()), float(truth[inside].mean())
            bins.append({"grades": f"{low:.1f}..{high:.1f}", "count": int(inside.sum()),
                         "mean_grade": round(mean, 3), "share_right": round(share, 3)})
            error += abs(mean - share) * inside.mean()
    return {"expected_calibration_error": round(float(error), 4),
            "brier": round(float(np.mean((grades - truth) ** 2)), 4), "bins": bins}


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
    return {"by_task": by_task, "calibration": calibration(grades, truth),
            "smallest_grade_mass": round(float(min(mass.min(), blind_mass.min())), 4),
            "mean_grade_mass": round(float(mass.mean()), 4)}


def listed_questions() -> list[str]:
    by_task = [held_out(name, LISTED_A_TASK, SEED + 1) for name in TASKS]
    return [question.prompt for group in zip(*by_task) for question in group]


def reference_values(agents: dict[str, Agent]) -> dict:
    """A few computations of each model, to compare another implementation with."""
    values, rng = {}, random.Random(SEED)
    questions = [question for name in TASKS for question in held_out(name, 2, SEED + 2)]
    for name, agent in agents.items():
        answers = agent.answers([question.prompt for question in questions], 0.0)
        triples = [(question.prompt, own, candidate) for question, own in zip(questions, answers)
                   for candidate in (question.answer, near_miss(question, rng))]
        grades, _ = agent.grades(triples)
        values[name] = {
            "answers": [{"prompt": question.prompt, "greedy": answer} for question, answer in zip(questions, answers)],
            "grades": [{"prompt": prompt, "reference": own, "candidate": candidate, "grade": round(float(grade), 4)}
                       for (prompt, own, candidate), grade in zip(triples, grades)],
        }
    return values


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def card(found: dict) -> str:
    models, team = found["models"], found["swarm"]
    lines = [
        "# The bundled models", "",
        "Small transformers over bytes, trained from nothing by `training/` on six generated tasks. Each learns to answer, and to grade an answer",
        "with one token. They are here so that Waggle can be tried and tested without a download; they know nothing else.", "",
        "This file is written by `training/evaluate.py`. Every figure is on held-out questions: "
        f"one prompt in {HELD_OUT_ONE_IN}, by its hash, is never trained on.", "",
        "| model | architecture | parameters | layers × hidden, heads | seed | steps | training, CPU minutes |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, model in models.items():
        training = model["training"]
        lines.append(f"| {name} | {model['architecture']} | {model['parameters']:,} | {model['layers']} × {model['hidden']}, {model['heads']} | "
                     f"{model['seed']} | {training.get('steps', '?')} | {training.get('cpu_minutes', '?')} |")
    lines += ["", f"Trained on {found['trained_on']}.", "", "## Tasks", "", "| task | asked as | answer |", "| --- | --- | --- |"]
    lines += [f"| {task.name} | `{task.form}` | `{task.solve(task.form)}` |" for task in TASKS.values()]
    lines += ["", "`last golk` asks for the last letter. Operands 0..49, no negative results; 3 to 5 digits;",
              "3 to 6 lower-case letters; 2 to 4 numbers 0..99.", "",
              "## Accuracy", "",
              f"Answers: greedy / sampled at temperature {TEMPERATURE}. Verdicts (grade above or below 0.5; half of the candidates are right, the wrong ones",
              "mostly near misses): with the model's own sampled answer as reference / without. Bold: taught well; the other tasks few and often wrong examples.", ""]
    header = "| task | " + " | ".join(models) + " |"
    for title, keys in (("answers", ("answers_greedy", "answers_sampled")),
                        ("verdicts", ("verdicts", "verdicts_without_reference"))):
        lines += [f"### {title.capitalize()}", "", header, "| --- " * (len(models) + 1) + "|"]
        for task in TASKS:
            cells = []
            for model in models.values():
                row = model["by_task"][task]
                text = " / ".join(percent(row[key]) for key in keys)
                cells.append(f"**{text}**" if row["taught_well"] else text)
            lines.append(f"| {task} | " + " | ".join(cells) + " |")
        lines.append("")
    lines += ["### Mean grade of right / wrong candidates", "", header, "| --- " * (len(models) + 1) + "|"]
    for task in TASKS:
        cells = [f"{model['by_task'][task]['mean_grade_of_right']:.2f} / {model['by_task'][task]['mean_grade_of_wrong']:.2f}"
                 for model in models.values()]
        lines.append(f"| {task} | " + " | ".join(cells) + " |")
    lines += ["", "### Calibration of the grades", "",
              "Over all tasks, with reference. The grade tokens carry nearly all probability: a reply with little mass on them is not from a grading prompt.", "",
              "| model | calibration error | Brier score | least mass on the grade tokens |", "| --- | --- | --- | --- |"]
    lines += [f"| {name} | {model['calibration']['expected_calibration_error']:.3f} | {model['calibration']['brier']:.3f} | {model['smallest_grade_mass']:.3f} |"
              for name, model in models.items()]
    lines += ["", "## Suggested swarm of seven", "",
              f"`swarm.json`, which the demo runs. Simulated by `training/swarm.py`: {len(TASKS) * SWARM_QUESTIONS} held-out questions, k = 2, newcomers' weights, {swarm.ASSIGNMENTS} assignments a question.", "",
              "| agent | model | temperature | accuracy |", "| --- | --- | --- | --- |"]
    with_reference = team["with_reference"]
    lines += [f"| {index} | {agent['model']} | {agent['temperature']} | {percent(agent['accuracy'])} |"
              for index, agent in enumerate(with_reference["line_up"], 1)]
    lines += ["", "| | mean agent | best agent | swarm | some agent right | verdicts right |", "| --- | --- | --- | --- | --- | --- |"]
    rows = {"all, own answer as reference": with_reference["all"], "all, without reference": team["without_reference"]["all"],
            **with_reference["by_task"]}
    lines += [f"| {name} | " + " | ".join(percent(row[key]) for key in ("mean_agent", "best_agent", "swarm", "some_agent_right", "verdicts")) + " |"
              for name, row in rows.items()]
    met = with_reference["sets_of_30_that_meet_the_conditions"]
    lines += ["", f"Of random sets of 30 questions, {percent(met)} end with the swarm above the mean of its agents and not below its best agent minus 3 points.", "",
              "## Formats", "",
              "Byte-level tokens without merges, 256 bytes and four special tokens. The chat template writes `<|bos|>`, the content, `<|assistant|>`.", "",
              "- Answering: the content is the prompt; the model writes the answer and `<|eos|>`.",
              "- Grading: the content is `prompt⏎=reference⏎?candidate`, where reference is the agent's own answer, or nothing. Control characters and line ends in the",
              "  three are replaced by spaces before, so that none can forge a separator; `<|` must not reach the tokenizer as a special token either.",
              "  The grade is P(`1`) / (P(`0`) + P(`1`)) of the next token. `waggle.toml` in each directory tells the worker.", ""]
    return "\n".join(lines)


def main():
    file = MODELS / "evaluation.json"
    previous = json.loads(file.read_text()) if file.exists() else {}
    agents = {name: Agent(*load(MODELS / name), SEED) for name in MIXES}
    found = {
        "trained_on": f"{previous.get('trained_on') or platform.machine() + ', one thread a model'}",
        "recipe": {"rows": ROWS, "row_tokens": ROW_TOKENS, "adam_rate": PEAK_RATE, "muon_rate": MUON_RATE},
        "models": {},
    }
    for name, agent in agents.items():
        mix = MIXES[name]
        found["models"][name] = {
            "architecture": mix.shape.architecture, "parameters": parameter_count(agent.params), "layers": mix.shape.layers,
            "hidden": mix.shape.hidden, "heads": mix.shape.heads, "seed": mix.seed,
            "training": training_facts(name, previous), **measure(agent, mix),
        }
    questions = [question for name in TASKS for question in held_out(name, SWARM_QUESTIONS, SEED)]
    team = swarm.line_up()
    found["swarm"] = {
        title: swarm.report(swarm.play(agents, team, questions, flag), team, SEED)
        for title, flag in (("with_reference", True), ("without_reference", False))
    }
    file.write_text(json.dumps(found, indent=1) + "\n")
    (MODELS / "MODEL_CARD.md").write_text(card(found))
    (MODELS / "questions.txt").write_text("\n".join(listed_questions()) + "\n")
    (MODELS / "reference.json").write_text(json.dumps(reference_values(agents), indent=1) + "\n")


if __name__ == "__main__":
    main()
