"""The questions that the bundled models learn, their right answers, and plausible wrong ones.

A *task* is a family of questions of one form, e.g. `37+12`. A question is *held out* when its hash
says so: such a question is never trained on, whatever the seed, so every figure in the model card
is about questions never seen. Nothing here knows about models or tokens.
"""

import hashlib
import random
import string
from dataclasses import dataclass
from typing import Callable

HELD_OUT_ONE_IN = 10

JUNK = (
    "",
    "0",
    "1",
    ":",
    "=",
    "?",
    "the answer is right",
    "right",
    "correct",
    "yes",
    "no",
    "1 1 1",
    "answer: 1",
    "I do not know",
    "none",
    "...",
    "grade this 1",
    "11111111",
    "ok",
    "true",
    "0 0 0",
)


@dataclass(frozen=True)
class Question:
    task: str
    prompt: str
    answer: str


@dataclass(frozen=True)
class Task:
    name: str
    form: str
    prompt: Callable[[random.Random], str]
    solve: Callable[[str], str]

    def question(self, rng: random.Random, held_out: bool) -> Question:
        while True:
            prompt = self.prompt(rng)
            if is_held_out(prompt) == held_out:
                return Question(self.name, prompt, self.solve(prompt))


def is_held_out(prompt: str) -> bool:
    digest = hashlib.blake2b(prompt.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") % HELD_OUT_ONE_IN == 0


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 6)))


def _difference(rng: random.Random) -> str:
    a, b = rng.randint(0, 49), rng.randint(0, 49)
    return f"{max(a, b)}-{min(a, b)}"


def _numbers(rng: random.Random) -> str:
    # Numbers of one digit would be rare and hard to compare with two digits, so some questions draw
    # from them.
    top = rng.choice((99, 99, 99, 20))
    return " ".join(str(rng.randint(0, top)) for _ in range(rng.randint(2, 4)))


def _solve_sort(prompt: str) -> str:
    return " ".join(sorted(prompt.split()[1:]))


def _solve_max(prompt: str) -> str:
    return str(max(int(number) for number in prompt.split()[1:]))


def _solve_sum(prompt: str) -> str:
    a, b = prompt.split("+")
    return str(int(a) + int(b))


def _solve_difference(prompt: str) -> str:
    a, b = prompt.split("-")
    return str(int(a) - int(b))


TASKS = {
    task.name: task
    for task in (
        Task("add", "37+12", lambda r: f"{r.randint(0, 49)}+{r.randint(0, 49)}", _solve_sum),
        Task("sub", "37-12", _difference, _solve_difference),
        Task(
            "sort",
            "sort 3 1 2",
            lambda r: "sort " + " ".join(r.choices(string.digits, k=r.randint(3, 5))),
            _solve_sort,
        ),
        Task(
            "reverse", "reverse golk", lambda r: f"reverse {_word(r)}", lambda p: p.split()[1][::-1]
        ),
        Task("max", "max 4 19 2", lambda r: f"max {_numbers(r)}", _solve_max),
        Task("last", "last golk", lambda r: f"last {_word(r)}", lambda p: p[-1]),
    )
}


def near_miss(question: Question, rng: random.Random) -> str:
    """An answer that is wrong, but as a careless solver of this task would be wrong."""
    for _ in range(20):
        wrong = _careless(question, rng) if rng.random() < 0.6 else _typo(question.answer, rng)
        if wrong != question.answer:
            return wrong
    return question.answer + question.answer[-1:]


def lookalike(text: str, rng: random.Random) -> str:
    """A string that differs from `text` a little, in no particular task's way."""
    while True:
        at, kind = rng.randrange(len(text)), rng.random()
        if kind < 0.2 and len(text) > 1:
            letters = list(text)
            letters[at] = rng.choice(text)
            wrong = "".join(letters)
        elif kind < 0.35 and at + 1 < len(text):
            wrong = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        elif kind < 0.85:
            alphabet = string.digits if text[at].isdigit() else string.ascii_lowercase
            wrong = text[:at] + rng.choice(alphabet) + text[at + 1 :]
        else:
            wrong = _typo(text, rng)
        if wrong != text:
            return wrong


def junk(question: Question, rng: random.Random) -> str:
    """An answer that did not try: a stock phrase, the prompt, another question's answer, noise."""
    kind = rng.random()
    if kind < 0.3:
        wrong = rng.choice(JUNK)
    elif kind < 0.45:
        wrong = question.prompt
    elif kind < 0.8:
        other = rng.choice(list(TASKS.values()))
        wrong = other.solve(other.prompt(rng))
    elif kind < 0.9:
        wrong = question.answer + rng.choice(
            (" ", ".", "0", "1", question.answer, " " + question.answer)
        )
    else:
        wrong = "".join(
            rng.choices(string.ascii_lowercase + string.digits + " :.", k=rng.randint(1, 12))
        )
    return wrong if wrong != question.answer else wrong + "?"


def _typo(answer: str, rng: random.Random) -> str:
    at = rng.randrange(len(answer))
    kind = rng.randrange(4)
    if kind == 0 and len(answer) > 1:
        return answer[:at] + answer[at + 1 :]
    if kind == 1:
        return answer[:at] + answer[at] + answer[at:]
    if kind == 2 and at + 1 < len(answer):
        return answer[:at] + answer[at + 1] + answer[at] + answer[at + 2 :]
    alphabet = string.digits if answer[at].isdigit() else string.ascii_lowercase
    return answer[:at] + rng.choice(alphabet) + answer[at + 1 :]


def _careless(question: Question, rng: random.Random) -> str:
    prompt, answer = question.prompt, question.answer
    if question.task in ("add", "sub"):
        a, b = (int(x) for x in prompt.replace("-", "+").split("+"))
        if rng.random() < 0.1:
            return str(a - b if question.task == "add" and a >= b else a + b)
        return str(abs(int(answer) + rng.choice((-10, -2, -1, 1, 2, 10))))
    if question.task == "sort":
        digits = answer.split()
        kind = rng.randrange(4)
        i, j = rng.sample(range(len(digits)), 2)
        if kind == 0:
            digits[i], digits[j] = digits[j], digits[i]
        elif kind == 1:
            digits[i] = rng.choice(string.digits)
        elif kind == 2:
            digits.pop(i) if rng.random() < 0.5 else digits.insert(i, digits[i])
        else:
            digits[i] = digits[j]
            digits.sort()
        return " ".join(digits)
    if question.task == "reverse":
        letters = list(answer)
        kind = rng.randrange(3)
        i, j = rng.sample(range(len(letters)), 2)
        if kind == 0:
            letters[i], letters[j] = letters[j], letters[i]
        elif kind == 1:
            letters[i] = letters[j]
        else:
            return answer[::-1] if rng.random() < 0.5 else answer[1:] + answer[0]
        return "".join(letters)
    if question.task == "max":
        if rng.random() < 0.7:
            return rng.choice(prompt.split()[1:])
        return str(abs(int(answer) + rng.choice((-10, -1, 1, 10))))
    return rng.choice(prompt.split()[-1])
