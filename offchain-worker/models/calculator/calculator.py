"""An expert system for Waggle: answers and grades six kinds of question exactly. One JSON object a
line, each way. Of a conversation it answers what the user said last.
"""

import json
import re
import sys

WORDS = {
    "sort": lambda items: " ".join(sorted(items, key=int)),
    "max": lambda items: max(items, key=int),
    "reverse": lambda items: items[0][::-1],
    "last": lambda items: items[0][-1],
}


def solve(prompt):
    """The answer, or nothing if the question is of no kind that is known here."""
    if sum := re.fullmatch(r"\s*(\d{1,300})\s*([+-])\s*(\d{1,300})\s*", prompt):
        left, sign, right = int(sum[1]), sum[2], int(sum[3])
        return str(left + right if sign == "+" else left - right)
    name, *items = prompt.split() or [""]
    numbers = all(re.fullmatch(r"\d{1,300}", item) for item in items)
    if name in WORDS and items and (numbers if name in ("sort", "max") else len(items) == 1):
        return WORDS[name](items)


for line in sys.stdin:
    job = json.loads(line)
    reply = {"id": job["id"]}
    right = solve(job["messages"][-1]["content"] if "messages" in job else job["prompt"])
    if right is None:
        reply["decline"] = "not a question that this program knows"
    elif job["kind"] == "answer":
        reply["answer"] = right
    else:
        reply["grades"] = [1.0 if text.strip() == right else 0.0 for text in job["candidates"]]
    print(json.dumps(reply), flush=True)
