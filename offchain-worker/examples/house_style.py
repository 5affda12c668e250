"""A unit for Waggle: takes the full stop off answers of one word. Asked once for each answer, over
JSON lines.
"""

import json
import sys

for line in sys.stdin:
    job = json.loads(line)
    reply = {"id": job["id"]}
    if job["kind"] == "after" and len(job["answer"].split()) == 1:
        reply["answer"] = job["answer"].rstrip(".")
    print(json.dumps(reply), flush=True)
