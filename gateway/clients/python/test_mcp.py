"""The reference client of MCP, over standard input and output and over streamable HTTP."""

import asyncio
import uuid
from contextlib import asynccontextmanager

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

TOOLS = {"ask", "round", "leaderboard", "domains"}
PATIENCE = 120


@asynccontextmanager
async def over_http(url, key, mode="auto"):
    """A client of the gateway's /mcp."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as http:
        transport = streamable_http_client(f"{url}/mcp", http_client=http)
        async with Client(transport, mode=mode, read_timeout_seconds=PATIENCE) as client:
            yield client


@asynccontextmanager
async def over_stdio(command, mode="auto"):
    """A client that starts the gateway as its child."""
    program, *arguments = command["words"]
    server = StdioServerParameters(command=program, args=arguments, env=command["environment"])
    async with Client(server, mode=mode, read_timeout_seconds=PATIENCE) as client:
        yield client


@pytest.fixture(params=["http", "http, handshake of old", "stdio", "stdio, handshake of old"])
def connected(request, url, keys, stdio_command):
    """Makes a client, in each way that there is."""
    transport, _, old = request.param.partition(",")
    mode = "legacy" if old else "auto"
    if transport == "http":
        return lambda: over_http(url, keys["plenty"], mode)
    return lambda: over_stdio(stdio_command, mode)


async def fails(client, tool, arguments):
    """What a tool says that cannot do what it was asked."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result
    return result.content[0].text


def test_tools_should_be_listed_with_schemas_and_do_what_they_say(connected):
    async def play():
        told = []

        async def progress(done, total, message):
            told.append((done, total, message))

        async with connected() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == TOOLS
            assert all(tool.output_schema for tool in tools.values())

            domains = await client.call_tool("domains", {})
            assert not domains.is_error, domains
            assert domains.structured_content["domains"][0]["domain"] == 0

            asked = await client.call_tool(
                "ask", {"prompt": "37+12"}, progress_callback=progress
            )
            assert not asked.is_error, asked
            receipt = asked.structured_content
            assert receipt["answer"].strip() and receipt["answer"] == asked.content[0].text
            assert f"round {receipt['round']}" in asked.content[1].text

            seen = await client.call_tool("round", {"round": receipt["round"]})
            assert not seen.is_error, seen
            assert seen.structured_content["status"] == "settled"
            assert seen.structured_content["answer"] == receipt["answer"]
            assert seen.structured_content["winner"] == receipt["winner"]
            owners = [one["agent"] for one in seen.structured_content["candidates"]]
            assert receipt["winner"] in owners

            board = await client.call_tool("leaderboard", {"domain": "0", "limit": 3})
            assert not board.is_error, board
            leaders = board.structured_content["leaders"]
            assert len(leaders) == 3
            ratings = [leader["rating"] for leader in leaders]
            assert ratings == sorted(ratings, reverse=True)
        return told

    told = asyncio.run(play())
    assert len(told) >= 2, "the round goes through phases"
    steps = [done for done, _, _ in told]
    assert steps == sorted(set(steps)), "progress only grows"
    assert any("round" in message for _, _, message in told)


def test_failures_should_be_results_that_say_what_to_do(connected):
    async def play():
        async with connected() as client:
            assert "waggle-fast" in await fails(client, "ask", {"prompt": "1", "model": "gpt-4o"})
            assert "Nothing was spent" in await fails(client, "ask", {"prompt": "x" * 16_385})
            assert "WAG" in await fails(client, "ask", {"prompt": "1+1", "reward": "much"})
            assert "prompt" in await fails(client, "ask", {})
            assert "number" in await fails(client, "round", {"round": 4_000_000_000})
            assert "`domains`" in await fails(client, "leaderboard", {"domain": "no such field"})

    asyncio.run(play())


def test_questions_should_be_paid_once_when_a_call_is_repeated(connected):
    async def play():
        asked = {"prompt": "12+21", "idempotency_key": str(uuid.uuid4())}
        async with connected() as client:
            first = await client.call_tool("ask", asked)
            again = await client.call_tool("ask", asked)
            assert first.structured_content["round"] == again.structured_content["round"]
            assert not first.structured_content["replayed"]
            assert again.structured_content["replayed"]
            other = await fails(client, "ask", {**asked, "prompt": "21+12"})
            assert "idempotency" in other

    asyncio.run(play())


def test_budgets_should_bound_what_a_model_can_spend(url, keys):
    async def play():
        async with over_http(url, keys["poor"]) as client:
            said = await fails(client, "ask", {"prompt": "1+1"})
            assert "budget" in said and "Nothing was spent" in said

    asyncio.run(play())


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def test_requests_should_be_refused_without_a_good_key(url):
    for headers in [{}, {"Authorization": "Bearer wg-nobody"}]:
        response = httpx.post(f"{url}/mcp", json=INITIALIZE, headers={**ACCEPT, **headers})
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_pages_of_others_should_be_refused(url, keys):
    key = {"Authorization": f"Bearer {keys['plenty']}"}
    strange = [{"Host": "evil.example"}, {"Origin": "https://evil.example"}]
    for headers in strange:
        response = httpx.post(f"{url}/mcp", json=INITIALIZE, headers={**ACCEPT, **key, **headers})
        assert response.status_code == 403, headers
    response = httpx.post(f"{url}/mcp", json=INITIALIZE, headers={**ACCEPT, **key})
    assert response.status_code == 200


def test_long_bodies_should_be_refused(url, keys):
    headers = {**ACCEPT, "Authorization": f"Bearer {keys['plenty']}"}
    huge = {**INITIALIZE, "params": {"x": "x" * 300_000}}
    response = httpx.post(f"{url}/mcp", json=huge, headers=headers)
    assert response.status_code == 413
