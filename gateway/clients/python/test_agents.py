"""OpenAI's agents for Python, unchanged: an agent without tools, by both of OpenAI's protocols."""

import asyncio

import openai
import pytest
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from conftest import PATIENCE

# Traces of runs would go to OpenAI.
set_tracing_disabled(True)

PROTOCOLS = [OpenAIChatCompletionsModel, OpenAIResponsesModel]


@pytest.fixture
def run(url, keys):
    """Run an agent on a question, by one of the protocols."""

    def run(protocol, question, **more):
        async def whole():
            async with openai.AsyncOpenAI(
                base_url=f"{url}/v1", api_key=keys["plenty"], max_retries=0, timeout=PATIENCE
            ) as client:
                model = protocol(model="waggle", openai_client=client)
                agent = Agent(name="Asker", instructions="A number.", model=model, **more)
                return (await Runner.run(agent, question)).final_output

        return asyncio.run(whole())

    return run


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_agents_should_answer(run, protocol):
    assert run(protocol, "37+12").strip()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_agents_should_be_told_that_no_tools_are_called(run, protocol):
    @function_tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    with pytest.raises(openai.BadRequestError) as caught:
        run(protocol, "37+12", tools=[add])
    assert caught.value.code == "unsupported_parameter"
    assert caught.value.param == "tools"
