//! Which answers get a line, and which do not.

use super::*;

const PLENTY: usize = 1 << 14;
const CHOICES: &str = "Which town lies on the Rhône?\n\nA. Paris\nB. Lyon\nC. Brest\nD. Lille";

fn field(domain: Option<u32>, question: Option<Kind>) -> Field {
    Field { domain, question }
}

/// Asserts that each of `answers` gets this line, and keeps what was said.
#[track_caller]
fn assert_gets(question: &str, line: &str, answers: &[&str]) {
    for answer in answers {
        let whole = completed(answer, question, PLENTY);
        assert_eq!(whole, format!("{}\n\n{line}", answer.trim_end()), "{answer:?}");
        assert_eq!(completed(&whole, question, PLENTY), whole, "once is enough");
    }
}

#[track_caller]
fn assert_stays(question: &str, answers: &[&str]) {
    for answer in answers {
        assert_eq!(completed(answer, question, PLENTY), *answer);
    }
}

#[test]
fn instruction_should_be_for_closed_questions_only() {
    let closed = Some(Kind::Closed);
    let plain = instruction("37+12", field(Some(7), closed));
    assert!(plain.contains("\"Answer: X\"") && plain.starts_with("End with"), "{plain}");
    assert_eq!(instruction("37+12", field(None, closed)), plain);
    let general = instruction("37+12", field(Some(GENERAL_DOMAIN), closed));
    assert!(general.starts_with("If there is one right answer") && general.contains("Answer: X"));
    for domain in [Some(GENERAL_DOMAIN), Some(7), None] {
        let letter = instruction(CHOICES, field(domain, closed));
        assert!(letter.ends_with("only the letter."), "{letter}");
        assert_eq!(instruction(CHOICES, field(domain, Some(Kind::Open))), "");
        assert_eq!(instruction("37+12", field(domain, None)), "");
    }
}

#[test]
fn result_should_get_its_line_when_an_equation_is_all_there_is() {
    let equations = [
        "37 + 12 = 49",
        "37+12=49.",
        "37 + 12 is 49.",
        "37 + 12 equals 49",
        "**37 + 12 = 49**",
        "37 + 12 = **49**\n",
        "$37 + 12 = 49$",
        "7 x 7 = 49",
        "(3 + 4) × 7 = 7 × 7 = 49",
    ];
    assert_gets("37+12", "Answer: 49", &equations);
    assert_gets("x", "Answer: -3.5", &["-7 / 2 = -3.5"]);
    let others = [
        "49",
        "49.",
        "x = 5",
        "2x = 10",
        "x = 5, y = 3",
        "5 = 5",
        "37 + 12 = y",
        "First 37 + 12 = 49",
        "37 + 12 = 49\n49 + 1 = 50",
        "37 + 12 = 49!",
        "37 + 12 = 49, I think",
        "2026-01-31 is a date",
    ];
    assert_stays("37+12", &others);
}

#[test]
fn result_should_get_its_line_when_the_last_sentence_says_it() {
    let sentences = [
        "The answer is 49.",
        "So, the answer is **49**.",
        "Add them. Therefore the final answer is: 49",
        "37 + 12 makes it.\n\nThe result is $49$.",
        "**The answer is 49.**",
        "**The answer is:** 49",
        "The answer to 37 + 12 is 49.",
        "The answer is:\n\n49",
        "The correct answer is \\boxed{49}.",
    ];
    assert_gets("37+12", "Answer: 49", &sentences);
    assert_gets("q", "Answer: Buenos Aires", &["The answer is Buenos Aires."]);
    assert_gets("q", "Answer: dark blue", &["The answer is **dark blue**."]);
    assert_gets("q", "Answer: no", &["Hence the answer is no."]);
    assert_gets("q", "Answer: 18 dollars", &["The answer is 18 dollars."]);
    assert_gets("q", "Answer: B", &["The correct answer is (B)."]);
    let others = [
        "The answer is not 49.",
        "The answer is unknown.",
        "The answer is Paris, which lies on the Seine.",
        "The answer is either 48 or 49.",
        "I doubt that the answer is 49.",
        "If the answer is 49, it is odd.",
        "The answer is 48. No, it is 49.",
        "The answer is 49. It is odd.",
        "The answer is 49!",
        "The capital of France is Paris.",
        "Is the answer 49?",
        "",
        "The answer is",
    ];
    assert_stays("q", &others);
}

#[test]
fn result_should_get_its_line_when_boxes_or_a_numbered_line_say_it() {
    let texts = [
        "So $x = \\boxed{49}$.",
        "We get \\boxed{49}, that is \\boxed{49}.",
        "It is\n\\[\\boxed{\\text{49}}\\]\nas was to be shown.",
        "3 * 16 = 48\n48 + 1 = 49\n#### 49",
    ];
    assert_gets("q", "Answer: 49", &texts);
    assert_gets("q", "Answer: \\frac{1}{2}", &["Thus \\boxed{\\frac{1}{2}}"]);
    let others = [
        "\\boxed{49}",
        "$\\boxed{49}$.",
        "First \\boxed{48}, then \\boxed{49}.",
        "It is \\boxed{49",
        "It is \\boxed{}.",
        "#### Result",
    ];
    assert_stays("q", &others);
}

#[test]
fn answer_should_stay_when_it_has_its_line() {
    let texts = [
        "37 + 12 = 49\nAnswer: 49",
        "The answer is 48.\n**Answer:** 49",
        "Answer: 49.",
        "**Final answer: 49**",
        "### Answer:\n\n\\boxed{49}",
        "Answer: the sum is 49",
        "- _Answer_ ： 49",
        "Answer: B",
    ];
    assert_stays("37+12", &texts);
    // What a mark announces on another line is read together with it: better no line than a wrong
    // one.
    assert_stays("37+12", &["Answer:\n\nThe result is 49."]);
}

#[test]
fn line_should_be_said_again_when_the_answer_goes_on_after_it() {
    let texts = [
        "Answer: 49\n\n37 and 12 are 49.",
        "**Answer: 49**\nThis is since 37 + 12 = 49.",
        "**Answer:** 49.\r\n\r\nThat is all.",
        "Answer: \\boxed{49}\nDone.",
    ];
    assert_gets("37+12", "Answer: 49", &texts);
    let others = [
        "Answer: Sure!\nRoses are red.",
        "Answer: roses are red,\nviolets are blue.",
        "Answer: Paris\nIt lies on the Seine.",
    ];
    assert_stays("q", &others);
}

#[test]
fn letter_should_stand_alone_when_the_question_lists_choices() {
    let texts = [
        "B) Lyon",
        "B. Lyon.",
        "(B)",
        "**B) lyon**",
        "Option B: Lyon",
        "The correct answer is B) Lyon.",
        "The correct answer is:\n\n**B) Lyon**",
        "It flows there.\nAnswer: (B)",
        "Answer: B. Lyon",
        "Answer: B\n\nThe Rhône flows there.",
    ];
    assert_gets(CHOICES, "Answer: B", &texts);
    let others = [
        "B",
        "B.",
        "b",
        "Lyon",
        "B) Paris",
        "E) Nice",
        "B) Lyon, or D) Lille",
        "Answer: B",
        "Answer: Lyon",
        "A. Paris\nB. Lyon\nC. Brest\nD. Lille",
    ];
    assert_stays(CHOICES, &others);
    assert_stays("Which town?", &["B) Lyon", "Answer: (B)"]);
    assert_stays("A. Smith asks: which town?", &["A. Smith"]);
}

#[test]
fn cut_answer_should_get_only_a_line_that_it_had() {
    let cut = |said: &str| completed_cut(&format!("{said} […]"), said, "37+12", PLENTY);
    for said in ["37 + 12 = 49", "The answer is 49.", "So \\boxed{49}.", "Answer: Paris"] {
        assert_eq!(cut(said), format!("{said} […]"));
    }
    for said in ["Answer: 49", "Answer: 49\nAnswer: 49", "**Answer: 49**\n\nTo see that, add."] {
        assert_eq!(cut(said), format!("{said} […]\n\nAnswer: 49"));
    }
}

#[test]
fn line_should_be_whole_or_not_at_all() {
    let answer = "37 + 12 = 49";
    let whole = completed(answer, "37+12", PLENTY);
    assert_eq!(completed(answer, "37+12", whole.len()), whole);
    assert_eq!(completed(answer, "37+12", whole.len() - 1), answer);
}

#[test]
fn what_is_compared_should_be_what_follows_the_mark() {
    for answer in ["x\nAnswer: 49.", "**Answer:** 49", "**Answer: 49**", "49"] {
        assert_eq!(compared(answer), "49", "{answer:?}");
    }
    assert_eq!(compared("It is 49."), "It is 49.");
}

#[test]
fn line_that_was_added_should_come_off_and_nothing_else() {
    for answer in ["37 + 12 = 49", "The answer is 49."] {
        assert_eq!(uncompleted(&completed(answer, "37 + 12?", PLENTY)), answer);
    }
    for answer in ["49", "Answer: 49", "So:\n\nAnswer: 49\nOr 50?", ""] {
        assert_eq!(uncompleted(answer), answer);
    }
}

#[test]
fn any_text_should_be_read_and_never_changed_before_its_line() {
    let mut chance = crate::chance::Chance::new(11);
    let pieces = [
        "Answer:",
        "**",
        "\\boxed{",
        "}",
        "\n",
        "\r",
        "The answer is ",
        "49",
        " = ",
        "+",
        "B) ",
        "(",
        "####",
        "é",
        "：",
        "Lyon",
        " ",
        ".",
        "final ",
        "$",
        "\\(",
    ];
    for _ in 0..20_000 {
        let text: String =
            (0..chance.below(14)).map(|_| pieces[chance.below(pieces.len())]).collect();
        for question in ["37+12", CHOICES] {
            let whole = completed(&text, question, PLENTY);
            let rest = whole.strip_prefix(text.trim_end()).unwrap();
            assert!(whole == text || rest.starts_with("\n\nAnswer: "), "{text:?}: {whole:?}");
            assert_eq!(completed(&whole, question, PLENTY), whole, "{text:?}");
        }
    }
}
