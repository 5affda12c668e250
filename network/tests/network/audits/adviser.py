"""An expert system for Waggle that gives advice in one of two manners: `adviser.py herbalist` or
`adviser.py engineer`. To `What helps against moths in the wardrobe?` it answers with five sentences
that it draws anew each time; it grades an answer by how many of its words its own answer has. One
JSON object a line, each way.
"""

import json
import random
import re
import sys

MANNERS = {
    "herbalist": {
        "first": [
            "My grandmother had a cure for {trouble}, and it grew in her garden.",
            "Nature knows a gentle remedy for {trouble}.",
            "Against {trouble} I trust old herbs and a quiet evening.",
            "For {trouble} go out into the meadow before you go to a shop.",
        ],
        "then": [
            "Gather lavender and sage at dawn and dry them in the shade.",
            "Steep a handful of mint in hot water and let it rest.",
            "Rub a little rosemary oil between your palms.",
            "Hang a bunch of thyme by the window.",
            "A spoonful of honey and a clove of garlic do more than you think.",
            "Put a bowl of vinegar and lemon peel in the room overnight.",
            "Burn some bay leaves and let their smoke drift.",
            "Chamomile soothes what haste has spoiled.",
        ],
        "last": [
            "Then be patient, for plants take their time.",
            "Do this at every new moon, as the old people did.",
            "What the earth gives, the earth heals.",
            "And drink a cup of linden tea yourself while you wait.",
        ],
    },
    "engineer": {
        "first": [
            "Treat {trouble} as a fault, and measure before you change anything.",
            "First find the root cause of {trouble}; the rest is mechanics.",
            "There is a standard procedure for {trouble}.",
            "Write down when {trouble} occurs, and how often in a week.",
        ],
        "then": [
            "Draw a diagram of the whole system and mark each interface.",
            "Change one parameter at a time and log the result.",
            "Replace the part with the shortest service life first.",
            "Install a sensor with an alarm at a fixed threshold.",
            "Check seals, valves and fasteners against their tolerances.",
            "Compare the cost of repair with that of a new unit.",
            "Run a test for 48 hours under full load.",
            "Add a redundant unit so that a single failure does no harm.",
        ],
        "last": [
            "Then schedule maintenance every six months.",
            "Document the fix so that the next technician finds it.",
            "If the error rate stays above one percent, escalate to the vendor.",
            "Finally verify the outcome with the same instruments.",
        ],
    },
}
STEPS = 3
# What an answer gets that has no word in common with one's own.
LEAST_GRADE = 0.4


def trouble(prompt):
    """What the question is about, or nothing if it is of no kind that is known here."""
    found = re.fullmatch(r"\s*what helps against (.{1,200}?)\s*\?\s*", prompt, re.IGNORECASE)
    return found and found[1]


def advice(manner, about):
    """An answer."""
    draws = [
        random.choice(manner["first"]).format(trouble=about),
        *random.sample(manner["then"], STEPS),
        random.choice(manner["last"]),
    ]
    return " ".join(draws)


def words(text):
    return set(re.findall(r"[a-z]+", text.lower()))


def grade(own, text):
    """What another answer is worth to somebody who would have said `own`: a share of 1.0."""
    mine, theirs = words(own), words(text)
    return LEAST_GRADE + (1 - LEAST_GRADE) * len(mine & theirs) / max(len(mine | theirs), 1)


def main():
    manner = MANNERS[sys.argv[1]]
    for line in sys.stdin:
        job = json.loads(line)
        reply = {"id": job["id"]}
        about = trouble(job["prompt"])
        if not about:
            reply["decline"] = "not a question that this program knows"
        elif job["kind"] == "answer":
            reply["answer"] = advice(manner, about)
        else:
            own = job.get("reference") or advice(manner, about)
            reply["grades"] = [grade(own, text) for text in job["candidates"]]
        print(json.dumps(reply), flush=True)


main()
