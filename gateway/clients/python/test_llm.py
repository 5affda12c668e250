"""`llm` of the command line, with two lines of configuration."""

import os
import subprocess
import sys

from conftest import PATIENCE

MODEL = """
- model_id: waggle
  model_name: waggle
  api_base: {url}/v1
  api_key_name: waggle
"""


def test_llm_should_answer_on_the_command_line(url, keys, tmp_path):
    (tmp_path / "extra-openai-models.yaml").write_text(MODEL.format(url=url), encoding="utf-8")

    def llm(*words):
        ended = subprocess.run(
            [sys.executable, "-m", "llm", *words],
            env={**os.environ, "LLM_USER_PATH": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    llm("keys", "set", "waggle", "--value", keys["plenty"])
    assert llm("--model", "waggle", "--no-log", "37+12")
    assert llm("--model", "waggle", "--no-log", "--no-stream", "--system", "A number.", "37+12")
