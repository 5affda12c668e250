"""What each bundled model is, and what it is taught: its mix makes it strong at some tasks and weak
at others.
"""

from dataclasses import dataclass

from model import Shape


@dataclass(frozen=True)
class Lesson:
    """How much of the training a task gets, and how many of its answers the teacher gets wrong."""

    share: float
    errors: float = 0.0


@dataclass(frozen=True)
class Mix:
    name: str
    shape: Shape
    seed: int
    steps: int
    lessons: dict[str, Lesson]
    # Steps after `steps`, with the learning rate raised again: the comparing lesson (`batches`) and
    # the same tasks.
    revision: int = 0

    def strong(self, task: str) -> bool:
        return self.lessons[task].errors == 0.0


def weak() -> Lesson:
    return Lesson(0.04, errors=0.5)


MIXES = {
    mix.name: mix
    for mix in (
        Mix(
            "llama-forager",
            Shape("llama"),
            11,
            1600,
            {
                "add": Lesson(0.34),
                "sub": Lesson(0.28),
                "max": Lesson(0.22),
                "last": Lesson(0.08),
                "sort": weak(),
                "reverse": weak(),
            },
        ),
        Mix(
            "llama-scout",
            Shape("llama"),
            12,
            1800,
            {
                "sort": Lesson(0.20),
                "reverse": Lesson(0.32),
                "max": Lesson(0.16),
                "last": Lesson(0.24),
                "add": weak(),
                "sub": weak(),
            },
            revision=1500,
        ),
        Mix(
            "qwen2-weaver",
            Shape("qwen2"),
            13,
            1200,
            {
                "add": Lesson(0.42),
                "sort": Lesson(0.24),
                "max": Lesson(0.22),
                "sub": weak(),
                "reverse": weak(),
                "last": weak(),
            },
        ),
        Mix(
            "qwen3-keeper",
            Shape("qwen3"),
            14,
            1800,
            {
                "sub": Lesson(0.32),
                "reverse": Lesson(0.32),
                "last": Lesson(0.24),
                "add": weak(),
                "sort": weak(),
                "max": weak(),
            },
        ),
    )
}
