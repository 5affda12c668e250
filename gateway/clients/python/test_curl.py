"""curl, as the first page of the documentation has it."""

import json
import subprocess

from conftest import user


def curl(*words):
    """What curl printed, and the status."""
    command = ["curl", "--silent", "--show-error", "--max-time", "120"]
    command += ["--write-out", "\n%{http_code}"]
    ended = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), body


def test_curl_should_get_an_answer(url, keys):
    status, body = curl(
        f"{url}/v1/chat/completions",
        "--header",
        f"Authorization: Bearer {keys['plenty']}",
        "--json",
        json.dumps({"model": "waggle", "messages": user("37+12")}),
    )
    assert status == 200, body
    assert json.loads(body)["choices"][0]["message"]["content"].strip()


def test_curl_should_see_health_metrics_and_the_description(url):
    assert curl(f"{url}/healthz")[0] == 200
    status, metrics = curl(f"{url}/metrics")
    assert status == 200
    assert "waggle_gateway_node_connected 1" in metrics.splitlines()
