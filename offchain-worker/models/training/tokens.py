"""Bytes as tokens, and the two texts a model sees: the answering prompt and the grading prompt."""

BOS, EOS, ASSISTANT, PAD = 256, 257, 258, 259
SPECIAL = {"<|bos|>": BOS, "<|eos|>": EOS, "<|assistant|>": ASSISTANT, "<|pad|>": PAD}
WRONG, RIGHT = ord("0"), ord("1")

GRADING_TEMPLATE = "{{ prompt }}\n={{ reference }}\n?{{ candidate }}"
ANSWERING_TEMPLATE = "{{ prompt }}"
MAX_ANSWER_TOKENS = 24

CHAT_TEMPLATE = (
    "{{ '<|bos|>' }}{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}{{ '<|assistant|>' + message['content'] + '<|eos|>' }}"
    "{% else %}{{ message['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def encode(text: str) -> list[int]:
    return list(text.encode())


def decode(tokens) -> str:
    """The text up to the first special token."""
    kept = []
    for token in tokens:
        if token >= BOS:
            break
        kept.append(int(token))
    return bytes(kept).decode(errors="replace")


def grading_text(prompt: str, reference: str, candidate: str) -> str:
    return f"{prompt}\n={reference}\n?{candidate}"


def chat(content: str) -> list[int]:
    """What the chat template makes of one user message."""
    return [BOS, *encode(content), ASSISTANT]
