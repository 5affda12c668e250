"""LangChain's ChatOpenAI, unchanged."""

import pytest
from conftest import PATIENCE
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI


@pytest.fixture
def chat(url, keys):
    """The chat model as LangChain's users make it."""
    return ChatOpenAI(
        base_url=f"{url}/v1",
        api_key=keys["plenty"],
        model="waggle",
        max_retries=0,
        timeout=PATIENCE,
    )


def test_chat_should_answer_when_invoked(chat):
    answer = chat.invoke("37+12")
    assert answer.content.strip()
    assert answer.response_metadata["finish_reason"] == "stop"


def test_chat_should_answer_conversations(chat):
    conversation = [
        SystemMessage("Answer with a number."),
        HumanMessage("37+12"),
        AIMessage("49"),
        HumanMessage("max 4 19 2"),
    ]
    assert chat.invoke(conversation).content.strip()


def test_chat_should_answer_when_streamed(chat):
    parts = [part.content for part in chat.stream("sort 3 1 2")]
    assert "".join(parts).strip()
