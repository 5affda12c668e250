"""What OpenAI's client raises, and what plain HTTP gets, when something is wrong."""

import json
import socket
import time
from urllib.parse import urlsplit

import openai
import pytest
from conftest import PATIENCE, user

CHAT = "/v1/chat/completions"
# The chain's longest prompt, in bytes.
LONGEST_PROMPT = 16 * 1024


def with_key(url, key, **more):
    """OpenAI's client with its own habits about repeating, but for what `more` says."""
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, timeout=PATIENCE, **more)


def error_of(response):
    """The error in OpenAI's shape."""
    error = response.json()["error"]
    assert set(error) >= {"message", "type", "param", "code"}, error
    assert error["message"] and "\n" not in error["message"]
    return error


def requests_of(http, route, status):
    """How often a route replied with a status, as the gateway counts."""
    name = f'waggle_gateway_requests_total{{path="{route}",status="{status}"}}'
    lines = http.get("/metrics").text.splitlines()
    counts = [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)]
    return sum(counts)


def connected(url):
    """A connection without a client on it."""
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


def request(url, key, sent):
    """The bytes of a request, after which the connection is not used again."""
    body = json.dumps(sent).encode()
    head = [
        f"POST {CHAT} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def test_wrong_keys_should_be_authentication_errors(url):
    for key in ["wg-nobody", "sk-openai"]:
        with pytest.raises(openai.AuthenticationError) as caught:
            with_key(url, key).chat.completions.create(model="waggle", messages=user("1+1"))
        assert caught.value.code == "invalid_api_key"


def test_requests_without_a_key_should_be_told_how_to_send_one(http):
    del http.headers["Authorization"]
    response = http.post(CHAT, json={"model": "waggle", "messages": user("1+1")})
    assert response.status_code == 401
    assert "Bearer" in response.headers["www-authenticate"]
    assert "Authorization" in error_of(response)["message"]


def test_unknown_models_should_be_not_found(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=user("1+1"))
    assert caught.value.code == "model_not_found"
    assert caught.value.param == "model"


def test_exhausted_budgets_should_not_be_tried_again(url, keys, http):
    before = requests_of(http, CHAT, 429)
    begin = time.monotonic()
    with pytest.raises(openai.RateLimitError) as caught:
        with_key(url, keys["poor"]).chat.completions.create(model="waggle", messages=user("1+1"))
    assert caught.value.code == "insufficient_quota"
    assert caught.value.type == "insufficient_quota"
    assert int(caught.value.response.headers["retry-after"]) > 0
    assert requests_of(http, CHAT, 429) == before + 1, "the client repeats 429 unless told not to"
    assert time.monotonic() - begin < 10


def test_hasty_keys_should_be_told_when_to_come_back(url, keys):
    client = with_key(url, keys["rare"], max_retries=0)
    client.chat.completions.create(model="waggle", messages=user("1+1"))
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="waggle", messages=user("1+2"))
    assert caught.value.code == "rate_limit_exceeded"
    assert int(caught.value.response.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("logprobs", True),
        ("tools", [{"type": "function", "function": {"name": "f", "parameters": {}}}]),
    ],
)
def test_what_a_swarm_cannot_do_should_be_refused_by_name(client, field, value):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="waggle", messages=user("1+1"), **{field: value})
    assert caught.value.code == "unsupported_parameter"
    assert caught.value.param == field


def test_prompts_should_be_refused_when_one_byte_too_long(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="waggle", messages=user("x" * (LONGEST_PROMPT + 1))
        )
    assert caught.value.code == "context_length_exceeded"
    assert str(LONGEST_PROMPT) in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[]",
        b"null",
        b'{"model": "waggle"}',
        b'{"messages": [], "model": "waggle"}',
        b'{"model": "waggle", "messages": [{"role": "robot", "content": "1+1"}]}',
        b'{"model": "waggle", "messages": [{"role": "user", "content": 7}]}',
        b'{"model": "waggle", "messages": [{"role": "user", "content": "\xff"}]}',
        b'{"model": "waggle", "messages": [{"role": "user", "content": " "}]}',
        b'{"model": 3, "messages": [{"role": "user", "content": "1+1"}]}',
        b"[" * 100_000,
    ],
    ids=[f"body{number}" for number in range(12)],
)
def test_malformed_bodies_should_be_bad_requests(http, body):
    response = http.post(CHAT, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400, response.text
    assert error_of(response)["type"] == "invalid_request_error"


def test_bodies_of_ten_megabytes_should_be_refused(url, keys):
    # By hand: what is refused early closes the connection while the client still sends.
    sent = {"model": "waggle", "messages": user("x" * 10_000_000)}
    with connected(url) as connection:
        try:
            connection.sendall(request(url, keys["plenty"], sent))
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            reply = connection.recv(1000)
        except ConnectionResetError:
            reply = b""
    assert reply == b"" or reply.startswith(b"HTTP/1.1 413"), reply


def test_paths_and_methods_that_are_not_there_should_be_json_errors(http):
    response = http.get("/v1/nothing")
    assert response.status_code == 404
    assert error_of(response)["code"] == "unknown_url"
    response = http.get(CHAT)
    assert response.status_code == 405
    error_of(response)


def test_slow_readers_should_get_the_whole_answer(url, keys):
    sent = {"model": "waggle", "messages": user("9+9"), "stream": True}
    with connected(url) as connection:
        connection.sendall(request(url, keys["plenty"], sent))
        time.sleep(15)
        reply = b""
        while part := connection.recv(16):
            reply += part
    assert reply.startswith(b"HTTP/1.1 200"), reply[:100]
    assert b"data: [DONE]" in reply
