"""Training rows. One row is one prompt with every continuation that a model is taught about it:

    prompt ┬─ <|assistant|> answer <|eos|>                       answering
           ├─ =own answer ┬─ ?candidate <|assistant|> verdict    grading with reference
           │              └─ ?candidate <|assistant|> verdict
           └─ = ─ ?candidate <|assistant|> verdict               grading without reference

Continuations do not see each other (`model.branch_mask`) and each counts its positions from where
it branches off, so a row teaches exactly what the separate sequences would, at less than half the
cost.

Verdicts are learned from dense labels: after each character of a candidate the target says whether
it is still right. The first character that is wrong counts most. The tokens of `own answer` are
taught the right answer, whatever the own answer says.

Rows of the *comparing* lesson have a string that nobody can foresee as own answer, and candidates
that equal it or nearly do.
"""

import random
import string
from dataclasses import dataclass, field

import numpy as np

import tokens
from mixes import Mix
from model import (
    ANSWER_SEGMENT,
    FIRST_REFERENCED,
    FIRST_UNREFERENCED,
    OWN_SEGMENT,
    PAD_SEGMENT,
    PROMPT_SEGMENT,
)
from tasks import TASKS, Question, junk, lookalike, near_miss

ROW_TOKENS = 54
WITHOUT_REFERENCE = 0.1
# At first own answers are nearly always right, so that looking at them pays: a model learns to
# compare before it learns how far to trust. Doubt grows from none to all it deserves between these
# shares of the training.
TRUST_UNTIL, DOUBT_FROM = 0.75, 0.92
TRUSTED = 0.97
# The same in the revision, by its own progress; the shares of the comparing lesson until then; and
# how fast its strings grow from two letters to six.
REVISION_TRUST_UNTIL, REVISION_DOUBT_FROM = 0.5, 0.8
COMPARING = ((0.4, 0.6), (0.75, 0.25), (1.0, 0.1))
SHORTEST, LONGEST, GROWTH = 2, 6, 20
ANSWERING, SHADOWING, PREFIX, VERDICT, BLIND_VERDICT, DIVERGING = 1, 2, 3, 4, 5, 6
LOSS_WEIGHT = {
    ANSWERING: 2.0,
    SHADOWING: 1.0,
    PREFIX: 1.0,
    VERDICT: 3.0,
    BLIND_VERDICT: 1.5,
    DIVERGING: 3.0,
}
WEIGHTS = np.array([0.0, *(LOSS_WEIGHT[kind] for kind in range(1, 7))], np.float32)


@dataclass
class Row:
    """Five columns of equal length; `kind` says which loss a token's target belongs to (0:
    none).
    """

    tokens: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)

    def append(self, segment: int, start: int, inputs, targets, kinds):
        self.tokens += inputs
        self.positions += range(start, start + len(inputs))
        self.segments += [segment] * len(inputs)
        self.targets += targets
        self.kinds += kinds

    def pad(self):
        missing = ROW_TOKENS - len(self.tokens)
        self.append(PAD_SEGMENT, 0, [tokens.PAD] * missing, [0] * missing, [0] * missing)


@dataclass(frozen=True)
class Sampled:
    """A training question and what the model itself said when asked twice."""

    question: Question
    own: str
    other: str


class Teacher:
    """Draws rows for one mix. `pool` holds the model's own recent answers, `accuracy` how often
    they were right.
    """

    def __init__(self, mix: Mix, seed: int):
        self.mix = mix
        self.rng = random.Random(seed)
        self.names = list(mix.lessons)
        self.shares = [lesson.share for lesson in mix.lessons.values()]
        self.pool: list[Sampled] = []
        self.accuracy = {name: 0.5 for name in self.names}
        self.doubt = 0.0
        self.comparing, self.longest = 0.0, LONGEST

    def advance(self, progress: float):
        """Tells how much of the training is done, 0 to 1."""
        self.doubt = min(1.0, max(0.0, (progress - TRUST_UNTIL) / (DOUBT_FROM - TRUST_UNTIL)))

    def revise(self, progress: float):
        """Tells how much of the revision is done: it begins with mostly comparing, and trust."""
        done = (progress - REVISION_TRUST_UNTIL) / (REVISION_DOUBT_FROM - REVISION_TRUST_UNTIL)
        self.doubt = min(1.0, max(0.0, done))
        self.comparing = next(share for until, share in COMPARING if progress < until)
        self.longest = min(LONGEST, SHORTEST + int(progress * GROWTH))

    def question(self) -> Question:
        name = self.rng.choices(self.names, self.shares)[0]
        return TASKS[name].question(self.rng, held_out=False)

    def batch(self, rows: int) -> tuple[np.ndarray, ...]:
        drawn = [self._row() for _ in range(rows)]
        columns = ("tokens", "positions", "segments", "targets", "kinds")
        return tuple(
            np.array([getattr(row, column) for row in drawn], np.int32) for column in columns
        )

    def _row(self) -> Row:
        rng = self.rng
        if rng.random() < self.comparing:
            return self._comparison()
        if self.pool and rng.random() < 0.5 * self.doubt:
            sampled = rng.choice(self.pool)
            question, own, other = sampled.question, sampled.own, sampled.other
        else:
            question = self.question()
            own, other = self._imagined(question), self._imagined(question)
        taught = question.answer
        if rng.random() < self.mix.lessons[question.task].errors:
            taught = near_miss(question, rng)

        row = Row()
        prompt = [tokens.BOS, *tokens.encode(question.prompt)]
        row.append(PROMPT_SEGMENT, 0, prompt, [0] * len(prompt), [0] * len(prompt))
        answer = tokens.encode(taught)
        row.append(
            ANSWER_SEGMENT,
            len(prompt),
            [tokens.ASSISTANT, *answer],
            [*answer, tokens.EOS],
            [ANSWERING] * (len(answer) + 1),
        )
        self._shadow(row, len(prompt), own, answer)

        referenced, unreferenced = FIRST_REFERENCED, FIRST_UNREFERENCED
        after_own = len(prompt) + 2 + len(own)
        while referenced < FIRST_UNREFERENCED:
            candidate = self._candidate(question, own, other)
            if rng.random() < WITHOUT_REFERENCE:
                lead, segment, start, kind = "\n=\n?", unreferenced, len(prompt), BLIND_VERDICT
                unreferenced += 1
            else:
                lead, segment, start, kind = "\n?", referenced, after_own, VERDICT
                referenced += 1
            if len(row.tokens) + len(lead) + len(candidate) + 1 > ROW_TOKENS:
                break
            self._judge(row, segment, start, lead, candidate, question.answer, kind)
        row.pad()
        return row

    def _comparison(self) -> Row:
        """A row of the comparing lesson: letters for a model that must judge words, digits for
        another.
        """
        rng = self.rng
        length = rng.randint(1, self.longest)
        if self.mix.strong("reverse"):
            alphabet, glue = string.ascii_lowercase if rng.random() < 0.9 else string.digits, ""
        else:
            alphabet, glue = string.digits, " " if rng.random() < 0.8 else ""
        own = glue.join(rng.choices(alphabet, k=length))
        noise = (
            ""
            if rng.random() < 0.4
            else "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 6)))
        )
        row = Row()
        prompt = [tokens.BOS, *tokens.encode(noise)]
        row.append(PROMPT_SEGMENT, 0, prompt, [0] * len(prompt), [0] * len(prompt))
        inputs = tokens.encode(f"\n={own}")
        row.append(OWN_SEGMENT, len(prompt), inputs, [0] * len(inputs), [0] * len(inputs))
        segment, start = FIRST_REFERENCED, len(prompt) + len(inputs)
        while True:
            candidate = own if rng.random() < 0.45 else lookalike(own, rng)
            if len(row.tokens) + len(candidate) + 3 > ROW_TOKENS:
                break
            self._judge(row, segment, start, "\n?", candidate, own, VERDICT)
            segment += 1
        row.pad()
        return row

    def _imagined(self, question: Question) -> str:
        """An own answer as this model might give it, before it is asked or instead of asking it."""
        right = self.accuracy[question.task]
        if self.mix.strong(question.task):
            # More mistakes than it makes: a grader must learn to doubt an own answer that a check
            # contradicts.
            right = min(right, 0.92)
        right += (TRUSTED - right) * (1 - self.doubt)
        if self.rng.random() < right:
            return question.answer
        return (
            near_miss(question, self.rng)
            if self.rng.random() < 0.95
            else junk(question, self.rng)[:12]
        )

    def _candidate(self, question: Question, own: str, other: str) -> str:
        kind = self.rng.random()
        if kind < 0.32:
            return question.answer
        if kind < 0.44:
            return own
        if kind < 0.52:
            return other
        if kind < 0.9:
            return near_miss(question, self.rng)
        return junk(question, self.rng)

    @staticmethod
    def _shadow(row: Row, start: int, own: str, answer: list[int]):
        inputs = tokens.encode(f"\n={own}")
        targets, kinds = [0] * len(inputs), [0] * len(inputs)
        for at, target in enumerate([*answer, tokens.EOS]):
            if at + 1 < len(inputs):
                targets[at + 1], kinds[at + 1] = target, SHADOWING
        row.append(OWN_SEGMENT, start, inputs, targets, kinds)

    @staticmethod
    def _judge(
        row: Row, segment: int, start: int, lead: str, candidate: str, right: str, kind: int
    ):
        inputs = [*tokens.encode(lead + candidate), tokens.ASSISTANT]
        targets, kinds = [0] * len(inputs), [0] * len(inputs)
        for length in range(1, len(candidate) + 1):
            at = len(lead) + length - 1
            good = candidate[:length] == right[:length]
            first_wrong = not good and candidate[: length - 1] == right[: length - 1]
            targets[at] = tokens.RIGHT if good else tokens.WRONG
            kinds[at] = DIVERGING if first_wrong else PREFIX
        targets[-1], kinds[-1] = tokens.RIGHT if candidate == right else tokens.WRONG, kind
        row.append(segment, start, inputs, targets, kinds)
