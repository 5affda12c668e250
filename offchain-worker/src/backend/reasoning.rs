//! What a model says, without what it only thought: blocks of reasoning before an answer, and end
//! tokens that leaked into it.
//!
//! Models mark reasoning in their own ways (`<think>…</think>`, `[THINK]…[/THINK]`, gpt-oss'
//! channels). Some chat templates open the block themselves, so that a reply begins in the middle
//! of it and only its end is marked. A mark that a sentence quotes (`` `</think>` ``) is no mark.
//! Reasoning is cut only from the beginning: what follows it stays as it is.

/// Why there is no answer of a model that thinks too long.
pub(crate) const STILL_REASONING: &str =
    "it was still reasoning at the limit of tokens: raise max_tokens or switch reasoning off";

/// How models begin and end their reasoning.
const BLOCKS: [(&str, &str); 6] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"),
    ("<|channel>thought", "<channel|>"),
];

/// gpt-oss' mark of a message in a channel, and of the channel that is for the reader.
const CHANNEL: &str = "<|channel|>";
const MESSAGE: &str = "<|message|>";
const FINAL: &str = "<|channel|>final";

/// Tokens that end a turn, in the formats of common models; longer ones before their endings.
const ENDS: [&str; 16] = [
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<|return|>",
    "<|eos|>",
    "<|endofturn|>",
    "<|eot|>",
    "<end_of_turn>",
    "<turn|>",
    "<｜end▁of▁sentence｜>",
    "[EOS]",
    "<eos>",
    "</s>",
];

/// A reply, seen as its reader should see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// What is for the reader, without surrounding white space; may be empty.
    Answer(&'a str),
    /// The answer that follows the end of a block whose beginning the reply does not have: the
    /// template wrote it.
    AfterOpenBlock(&'a str),
    /// Reasoning without an end.
    Reasoning,
}

impl<'a> Said<'a> {
    /// Looks through a whole reply.
    pub fn of(text: &'a str) -> Self {
        let mut rest = text.trim_start();
        if rest.starts_with(CHANNEL) || rest.starts_with("<|start|>") {
            return Self::in_channels(rest);
        }
        if let Some((answer, true)) = rest
            .rsplit_once("assistantfinal")
            .map(|(_, answer)| (answer, rest.starts_with("analysis")))
        {
            // The same without its control tokens.
            return Self::Answer(without_ends(answer));
        }
        let mut open = false;
        while let Some((begin, end)) = BLOCKS.into_iter().find(|(begin, _)| rest.starts_with(begin))
        {
            match unquoted(&rest[begin.len()..], end) {
                Some(at) => rest = rest[begin.len() + at + end.len()..].trim_start(),
                None => return Self::Reasoning,
            }
            open = true;
        }
        if !open {
            let ends = BLOCKS.into_iter().map(|(_, end)| end);
            let first = ends.filter_map(|end| Some((unquoted(rest, end)?, end.len()))).min();
            if let Some((at, length)) = first {
                return Self::AfterOpenBlock(without_ends(&rest[at + length..]));
            }
        }
        Self::Answer(without_ends(rest))
    }

    /// gpt-oss: `<|channel|>analysis<|message|>…<|end|>`, and the same with `final`.
    fn in_channels(text: &'a str) -> Self {
        let last = text.rsplit_once(FINAL).and_then(|(_, rest)| rest.split_once(MESSAGE));
        match last {
            Some((_, answer)) => Self::Answer(without_ends(answer)),
            None => Self::Reasoning,
        }
    }
}

/// Where `mark` first stands in `text` without a quotation mark on either side.
fn unquoted(text: &str, mark: &str) -> Option<usize> {
    let quote = |c: char| matches!(c, '`' | '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '»');
    let bare = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let after = text[*at + mark.len()..].chars().next();
        !(before.is_some_and(quote) && after.is_some_and(quote))
    };
    text.match_indices(mark).map(|(at, _)| at).find(bare)
}

/// Without white space around it and end tokens after it. One that a text writes on purpose stays:
/// `<s>49</s>` is struck through.
fn without_ends(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(shorter) = ENDS.into_iter().find_map(|end| text.strip_suffix(end)) {
        if text.ends_with("</s>") && shorter.contains("<s>") {
            break;
        }
        text = shorter.trim_end();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_should_not_be_part_of_an_answer() {
        for text in [
            "<think>\nhm\n</think>\n49",
            "<thinking>hm</thinking> 49",
            "[THINK]7*7, so[/THINK]49",
            "<think></think><think>once more</think>49",
            "<think>it ends with `</think>`, I know</think>49",
            "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>49\
             <|return|>",
            "analysisWe multiply.assistantfinal49",
            "<|channel>thought\nhm<channel|>49<turn|>",
        ] {
            assert_eq!(Said::of(text), Said::Answer("49"), "{text}");
        }
        assert_eq!(Said::of("hm</think>49"), Said::AfterOpenBlock("49"));
        assert_eq!(Said::of("hm[/THINK]\n49</s>"), Said::AfterOpenBlock("49"));
    }

    #[test]
    fn reply_should_be_no_answer_when_it_ends_while_the_model_reasons() {
        for text in
            ["\n<think>hm", "[THINK]hm", "<|channel|>analysis<|message|>hm", "<think>`</think>`"]
        {
            assert_eq!(Said::of(text), Said::Reasoning, "{text}");
        }
    }

    #[test]
    fn answer_should_stay_when_it_only_speaks_of_marks() {
        for text in [
            "4 < 9",
            "Close the block with `</think>` and go on.",
            "Write \"[/THINK]\" at its end.",
            "The tag <think> begins it.",
            "<s>49</s>",
            "</s> ends a sentence.",
            "In the analysis the assistantfinal mark is missing.",
        ] {
            assert_eq!(Said::of(text), Said::Answer(text), "{text}");
        }
    }

    #[test]
    fn end_tokens_should_go_when_they_leaked() {
        for text in ["49</s>", "49 <|im_end|>\n", "49<|eot_id|><|eot_id|>", "49<end_of_turn></s>"] {
            assert_eq!(Said::of(text), Said::Answer("49"), "{text}");
        }
        assert_eq!(Said::of("<|im_end|>"), Said::Answer(""));
    }
}
