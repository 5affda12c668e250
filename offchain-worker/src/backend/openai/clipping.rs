//! Whether a server read all of a prompt. Ollama clips what does not fit, and says so to nobody:
//! the rubric is gone and a grade still comes. Only its count of tokens shows it.

use crate::backend::Chat;
use serde_json::Value;

/// From how many tokens on a prompt may have been clipped at all: no server's default is less.
pub(super) const LEAST_CONTEXT: usize = 1_000;

/// How near to the end of the context a clipped prompt is, in tokens.
const MARGIN: usize = 8;

/// The longest run of letters that may be a single token, in characters: of ASCII, where common
/// words are one, and of other scripts, many of which put no blanks between words.
const ASCII_RUN: usize = 16;
const OTHER_RUN: usize = 4;

/// How many tokens a chat has at the very least. No common tokenizer joins words, and none needs
/// fewer than half of what is counted here.
pub(super) fn least_tokens(chat: &Chat) -> usize {
    chat.texts().map(runs).sum::<usize>() / 2
}

fn runs(text: &str) -> usize {
    let run = |run: &str| {
        let longest = if run.is_ascii() { ASCII_RUN } else { OTHER_RUN };
        run.chars().count().div_ceil(longest)
    };
    text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()).map(run).sum()
}

/// The context of `model`, in tokens, as Ollama's `GET /api/ps` has it.
pub(super) fn context(running: &Value, model: &str) -> Option<usize> {
    let named = |entry: &&Value| {
        [&entry["name"], &entry["model"]].into_iter().filter_map(Value::as_str).any(|name| {
            name == model || name.strip_suffix(":latest").is_some_and(|name| name == model)
        })
    };
    let entry = running["models"].as_array()?.iter().find(named)?;
    usize::try_from(entry["context_length"].as_u64()?).ok().filter(|context| *context > 0)
}

/// Whether a prompt of `tokens` fills a context of `context` tokens, as a clipped one does.
pub(super) fn fills(tokens: usize, context: usize) -> bool {
    tokens.saturating_add(MARGIN) >= context
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn least(user: &str) -> usize {
        least_tokens(&Chat { user: user.into(), ..Chat::default() })
    }

    #[test]
    fn least_tokens_should_be_fewer_than_any_tokenizer_makes() {
        assert_eq!(least(&"word ".repeat(400)), 200);
        assert_eq!(least("49"), 0);
        assert_eq!(least(&" ".repeat(10_000)), 0, "long blanks are single tokens");
        assert_eq!(least(&"=".repeat(10_000)), 0);
        // Qwen makes about 600 tokens of 800 such characters.
        assert_eq!(least(&"你好世界".repeat(200)), 100);
    }

    #[test]
    fn context_should_be_that_of_the_model() {
        let running = json!({"models": [
            {"name": "other:1b", "context_length": 2048},
            {"name": "qwen3:latest", "model": "qwen3:latest", "context_length": 4096}
        ]});
        assert_eq!(context(&running, "qwen3"), Some(4096));
        assert_eq!(context(&running, "other:1b"), Some(2048));
        assert_eq!(context(&running, "third"), None);
        assert!(fills(4_096, 4_096) && fills(4_095, 4_096) && !fills(4_000, 4_096));
    }
}
