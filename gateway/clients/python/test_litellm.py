"""LiteLLM, by which many programs speak to models (aider and OpenHands among them), unchanged."""

import os

import pytest
from conftest import PATIENCE, user

# It would fetch a list of prices from the internet, which is not there where the tests run.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402


@pytest.fixture
def ask(url, keys):
    """Ask as LiteLLM's users do with a server of their own; it never asks twice by itself."""

    def ask(text, key="plenty", **more):
        return litellm.completion(
            model="openai/waggle",
            messages=user(text),
            api_base=f"{url}/v1",
            api_key=keys[key],
            num_retries=0,
            max_retries=0,
            timeout=PATIENCE,
            **more,
        )

    return ask


def test_litellm_should_answer(ask):
    answer = ask("37+12", temperature=0.2, max_tokens=50)
    assert answer.choices[0].message.content.strip()
    assert answer.choices[0].finish_reason == "stop"


def test_litellm_should_answer_when_streamed(ask):
    parts = [chunk.choices[0].delta.content or "" for chunk in ask("sort 3 1 2", stream=True)]
    assert "".join(parts).strip()


def test_litellm_should_know_failures_for_what_they_are(ask):
    with pytest.raises(litellm.RateLimitError) as caught:
        ask("1+1", key="poor")
    assert "insufficient_quota" in str(caught.value) or "budget" in str(caught.value)
    with pytest.raises(litellm.BadRequestError) as caught:
        ask("1+1", n=2)
    assert "a round chooses one answer" in str(caught.value)
