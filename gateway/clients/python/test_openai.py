"""OpenAI's own Python package, unchanged: what it gets when all is well."""

import asyncio
import time
import uuid

import openai
import pytest
from conftest import PATIENCE, receipt, user


def check_receipt(found):
    """Whatever a receipt says must hold of any round."""
    assert found["round"] >= 0
    assert found["block"] > 0
    assert isinstance(found["finalised"], bool)
    assert found["winner"]
    assert float(found["reward"]) > 0


def test_completion_should_be_the_chosen_answer_when_a_question_is_asked(client):
    raw = client.chat.completions.with_raw_response.create(model="waggle", messages=user("37+12"))
    completion = raw.parse()
    assert completion.object == "chat.completion"
    assert completion.model == "waggle"
    choice = completion.choices[0]
    assert choice.index == 0
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert choice.message.content.strip()
    found = receipt(completion)
    check_receipt(found)
    assert raw.headers["x-waggle-round"] == str(found["round"])


def test_stream_should_begin_at_once_and_bring_the_answer_last(client):
    begin = time.monotonic()
    chunks = client.chat.completions.create(
        model="waggle", messages=user("max 4 19 2"), stream=True
    )
    texts, first, found = [], None, None
    for chunk in chunks:
        assert chunk.object == "chat.completion.chunk"
        first = first or (time.monotonic() - begin, chunk)
        for choice in chunk.choices:
            if choice.delta.content:
                texts.append(choice.delta.content)
            if choice.finish_reason:
                assert choice.finish_reason == "stop"
                found = chunk
    seconds, opening = first
    assert opening.choices[0].delta.role == "assistant"
    assert not opening.choices[0].delta.content
    assert seconds < 2, "the role comes before anything is known"
    assert "".join(texts).strip()
    assert found is not None, "the stream says that it is over"


def test_stream_should_end_with_usage_when_it_is_asked_for(client):
    chunks = list(
        client.chat.completions.create(
            model="waggle",
            messages=user("8+9"),
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[-1].usage is not None
    assert chunks[-1].choices == []


def test_stream_should_show_phases_as_comments_and_no_answer_that_was_not_chosen(http):
    body = {"model": "waggle", "messages": user("sort 3 1 2"), "stream": True}
    with http.stream("POST", "/v1/chat/completions", json=body) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in response.iter_lines() if line]
    comments = [line for line in lines if line.startswith(":")]
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert len(comments) + len(data) == len(lines), lines
    assert comments, "connections are kept open, and UIs may show the phase"
    assert data[-1] == "[DONE]"
    # Whatever has content comes after the last comment: nothing is said before the settlement.
    last_comment = max(at for at, line in enumerate(lines) if line.startswith(":"))
    with_content = [at for at, line in enumerate(lines) if '"content":"' in line.replace(" ", "")]
    spoken = [at for at in with_content if '"content":""' not in lines[at].replace(" ", "")]
    assert spoken and min(spoken) > last_comment, lines


def test_conversations_should_be_answered_when_they_have_many_turns(client):
    completion = client.chat.completions.create(
        model="waggle",
        messages=[
            {"role": "system", "content": "Answer with a number."},
            {"role": "user", "content": "37+12"},
            {"role": "assistant", "content": "49"},
            {"role": "user", "content": [{"type": "text", "text": "max 4 19 2"}]},
        ],
    )
    assert completion.choices[0].message.content.strip()
    check_receipt(receipt(completion))


def test_models_should_be_listed_and_found_one_by_one(client):
    models = {model.id: model for model in client.models.list()}
    assert {"waggle", "waggle-fast", "waggle-deep"} <= set(models)
    for name in models:
        assert client.models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4o")
    assert caught.value.code == "model_not_found"


def test_domains_should_be_asked_when_the_model_names_one(client):
    completion = client.chat.completions.create(model="waggle/0", messages=user("reverse golk"))
    assert completion.model == "waggle/0"
    check_receipt(receipt(completion))


def test_responses_should_have_the_answer_as_text(client):
    response = client.responses.create(model="waggle", input="37+12")
    assert response.object == "response"
    assert response.status == "completed"
    assert response.output_text.strip()


def test_rounds_should_be_asked_once_when_two_send_the_same_key(url, keys):
    key = str(uuid.uuid4())

    async def ask(client):
        raw = await client.chat.completions.with_raw_response.create(
            model="waggle", messages=user("11+22"), extra_headers={"Idempotency-Key": key}
        )
        return raw.headers["x-waggle-round"], raw.parse().choices[0].message.content

    async def both():
        async with openai.AsyncOpenAI(
            base_url=f"{url}/v1", api_key=keys["plenty"], max_retries=0, timeout=PATIENCE
        ) as client:
            first, second = await asyncio.gather(ask(client), ask(client))
            return first, second, await ask(client)

    first, second, later = asyncio.run(both())
    assert first == second == later


def test_keys_of_repetition_should_be_refused_when_the_question_is_another(client):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    client.chat.completions.create(model="waggle", messages=user("1+2"), extra_headers=key)
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.chat.completions.create(model="waggle", messages=user("2+1"), extra_headers=key)
    assert caught.value.code == "idempotency_key_reused"


def test_answers_should_be_there_later_when_the_client_hung_up(client):
    asked = {
        "model": "waggle",
        "messages": user("5+6"),
        "stream": True,
        "extra_headers": {"Idempotency-Key": str(uuid.uuid4())},
    }
    stream = client.chat.completions.create(**asked)
    next(iter(stream))
    stream.close()
    texts = [
        choice.delta.content
        for chunk in client.chat.completions.create(**asked)
        for choice in chunk.choices
        if choice.delta.content
    ]
    assert "".join(texts).strip()
