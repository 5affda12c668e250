//! What [`super`] promises: which texts say the same, which do not, and that none is too much.

use super::*;
use crate::types::MAX_ANSWER_BYTES;
use proptest::prelude::*;

/// What a text comes to, as text.
fn of(text: &str) -> Option<String> {
    FinalAnswer::of(text.as_bytes()).map(|answer| String::from_utf8(answer.0).unwrap())
}

#[track_caller]
fn assert_folds_to(texts: &[&str], folded: &str) {
    for text in texts {
        assert_eq!(of(text).as_deref(), Some(folded), "{text:?}");
    }
}

#[test]
fn final_answer_should_be_what_follows_the_last_mark() {
    let texts = [
        "6 times 7 is 42.\nAnswer: 42",
        "answer: 41? No.\nANSWER: 42.\n",
        "6 · 7\r\nFinal answer: 42\r\n",
        "- **Answer:** 42",
        "**Answer: 42**",
        "**Answer: 42**.",
        "**Answer**: 42",
        "**Answer:** **42.**",
        "### Final Answer: `42`",
        "> Answer : $42$",
        "_Final  answer:_ \\boxed{42}",
        "Answer:\n\n$\\boxed{42}$\n",
        "Answer: \\(42\\)",
        "Answer: \\[ \\boxed{ 42 } \\].",
        "Answer：42。",
        "  *Answer: 42*  ",
        "42",
        "**42**…",
    ];
    assert_folds_to(&texts, "42");
}

#[test]
fn final_answer_should_be_the_whole_text_when_no_line_begins_with_a_mark() {
    assert_folds_to(&["The  answer: is\n42."], "the answer: is 42");
    assert_folds_to(&["Finally: 42", "finally: 42"], "finally: 42");
    assert_folds_to(&["Finalanswer: 42"], "finalanswer: 42");
    assert_folds_to(&["Answers: 42"], "answers: 42");
    assert_folds_to(&["Answer 42!"], "answer 42!");
    assert_folds_to(&["1. Answer: 42"], "1. answer: 42");
}

#[test]
fn mark_should_not_count_when_nothing_follows() {
    assert_folds_to(
        &["Answer: 42\nAnswer:", "Answer: 42\n**Answer:**\n\n## Final answer:  ."],
        "42",
    );
    assert_folds_to(&["It is 42.\nAnswer:\n", "It is 42.\n\nAnswer: **"], "it is 42");
}

#[test]
fn final_answer_should_go_on_to_the_end_of_the_text() {
    assert_folds_to(&["Answer: roses are red,\nviolets blue."], "roses are red, violets blue");
    assert_ne!(of("Answer: Sure!\nA poem."), of("Answer: Sure!\nAnother poem."));
}

#[test]
fn there_should_be_no_final_answer_when_nothing_is_said() {
    for text in
        ["", " \r\n\u{2003}", "Answer:", "**Answer:**\nFinal answer: **", "...", "****", "$ $"]
    {
        assert_eq!(of(text), None, "{text:?}");
    }
}

#[test]
fn case_blanks_and_final_punctuation_should_not_matter() {
    assert_folds_to(&["Paris", " PARIS. ", "paris!", "Paris;\n", "**Paris.**"], "paris");
    assert_folds_to(&["New\u{a0}York", "new \t\r\n york,"], "new york");
    assert_folds_to(&["ÉCOLE", "école"], "école");
}

#[test]
fn what_may_matter_should_stay() {
    assert_folds_to(&["$1,250"], "$1,250");
    assert_folds_to(&["n!"], "n!");
    assert_folds_to(&["5!."], "5!");
    assert_folds_to(&["(n + 1)!"], "(n + 1)!");
    assert_folds_to(&["\"Paris\""], "\"paris\"");
    assert_folds_to(&["A*"], "a*");
    assert_folds_to(&["\\boxed{1} + \\boxed{2}"], "\\boxed{1} + \\boxed{2}");
    assert_folds_to(&["\\boxed{1} + {2}"], "\\boxed{1} + {2}");
    assert_folds_to(&["\\boxed{\\frac{1}{2}}"], "\\frac{1}{2}");
    assert_ne!(of("e\u{301}"), of("é"));
    assert_ne!(of("می\u{200c}خواهم"), of("میخواهم"));
    assert_folds_to(&["Answer: \u{202b}שלום\u{202c}"], "\u{202b}שלום\u{202c}");
    assert_folds_to(&["👩\u{200d}🔬!"], "👩\u{200d}🔬!");
}

#[test]
fn bytes_that_are_no_text_should_be_their_own_final_answer() {
    let bytes = b"Answer: \xff ";
    assert_eq!(FinalAnswer::of(bytes).unwrap().as_bytes(), bytes);
    assert_ne!(FinalAnswer::of(bytes), FinalAnswer::of(b"Answer: \xff"));
}

#[test]
fn small_letters_should_stay_small() {
    for c in '\0'..=char::MAX {
        let once: String = c.to_lowercase().collect();
        let twice: String = once.chars().flat_map(char::to_lowercase).collect();
        assert_eq!(once, twice);
        assert!(once.len() * 2 <= c.len_utf8() * 3, "{c:?} grows by more than half");
    }
}

#[test]
fn the_key_should_be_that_of_the_folded_text() {
    let answer = FinalAnswer::of(b"Answer: Paris.").unwrap();
    let bytes = [&b"waggle/final"[..], &[5 << 2], b"paris"].concat();
    assert_eq!(answer.key(), blake2_256(&bytes));
}

#[test]
fn the_longest_texts_should_be_read_once() {
    // What is looked at again and again would take minutes.
    let length = MAX_ANSWER_BYTES as usize;
    let pieces = "*|_*|!|a!|!.|$|\\boxed{|\\(|}|\n|\r|> |Final|İ|\u{200f}|\u{301}|a! |Answer:\n\
        |answer: .\n|final answer:**\r\n|**Answer:";
    for piece in pieces.split('|') {
        for tail in ["", "x", "}", "*", "\\)"] {
            let text = piece.repeat(length / piece.len()) + tail;
            for _ in 0..20 {
                FinalAnswer::of(text.as_bytes());
            }
        }
    }
}

/// Texts made of what marks, emphasis and line ends are made of.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Answer:".to_owned()),
        Just("final answer :".to_owned()),
        Just("\\boxed{".to_owned()),
        Just("\r\n".to_owned()),
        "[*_`$#>{}\\\\()!.…。 \n\r-]{1,3}",
        "[a-cA-C0-9 ]{1,4}",
        "\\PC{1,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn folding_should_change_nothing_when_a_text_is_folded(text in any_text()) {
        if let Some(once) = folded(&text, "") {
            prop_assert_eq!(folded(&once, ""), Some(once));
        }
    }

    #[test]
    fn final_answer_should_have_no_blanks_around_and_be_bounded(text in any_text()) {
        if let Some(answer) = of(&text) {
            prop_assert_eq!(answer.trim(), &answer);
            prop_assert!(!answer.is_empty() && answer.len() * 2 <= text.len() * 3);
        }
    }

    #[test]
    fn what_precedes_the_last_mark_should_not_matter(
        before in any_text(),
        after in "[a-z0-9]{1,9}",
    ) {
        let text = format!("{before}\nAnswer: {after}");
        prop_assert_eq!(of(&text), Some(after));
    }

    #[test]
    fn line_ends_should_not_matter(text in any_text()) {
        let unix = text.replace('\r', "");
        prop_assert_eq!(of(&unix), of(&unix.replace('\n', "\r\n")));
    }

    #[test]
    fn any_bytes_should_be_read(
        bytes in prop::collection::vec(any::<u8>(), 0..=MAX_ANSWER_BYTES as usize)
    ) {
        let is_text = core::str::from_utf8(&bytes).is_ok();
        prop_assert!(is_text || FinalAnswer::of(&bytes).is_some_and(|own| own.0 == bytes));
    }
}
