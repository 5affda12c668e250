"""What the tests of real clients share: where the gateway is, and the keys that it knows.

The Rust test `gateway` starts a network and a gateway, makes the keys, and runs these tests with
all of it in the environment. Without that they cannot run.
"""

import json
import os

import httpx
import openai
import pytest

# Longest that a round may take here, in seconds: models of a few megabytes, on two slow cores.
PATIENCE = 120


def setting(name):
    """What the Rust test said."""
    value = os.environ.get(name)
    if value is None:
        pytest.exit(f"{name} is not set: run ./scripts/gateway", returncode=2)
    return value


@pytest.fixture(scope="session")
def url():
    """Where the gateway is, without /v1."""
    return setting("WAGGLE_GATEWAY_URL")


@pytest.fixture(scope="session")
def keys():
    """Secrets by what they are good for: plenty, poor, rare, many (a list)."""
    return json.loads(setting("WAGGLE_GATEWAY_KEYS"))


@pytest.fixture(scope="session")
def stdio_command():
    """The words that start the gateway as an MCP server on standard input and output."""
    return json.loads(setting("WAGGLE_GATEWAY_STDIO"))


@pytest.fixture
def client(url, keys):
    """OpenAI's client as anybody would make it, except that it never asks twice by itself."""
    with openai.OpenAI(
        base_url=f"{url}/v1", api_key=keys["plenty"], max_retries=0, timeout=PATIENCE
    ) as client:
        yield client


@pytest.fixture
def http(url, keys):
    """A plain HTTP client with the key of the tests, for what OpenAI's client would not send."""
    headers = {"Authorization": f"Bearer {keys['plenty']}"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
        yield client


def user(text):
    """A conversation of one message."""
    return [{"role": "user", "content": text}]


def receipt(completion):
    """The receipt of a completion or a chunk: OpenAI's types keep what they do not know."""
    found = (completion.model_extra or {}).get("waggle")
    if found is None and completion.choices:
        found = (completion.choices[0].model_extra or {}).get("waggle")
    assert found is not None, completion
    return found
