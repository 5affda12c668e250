//! Attacks on models that grade answers: what an agent may write instead of, or around, a wrong
//! answer so that graders take it for a right one (section 4.2 of the paper). `corpus/` holds one
//! file for each *family*, one attack a line as JSON.
//!
//! An attack's `text` is a pattern: `{wrong}` stands for a wrong answer, `{prompt}` for the
//! question, `{fill}` for the attack's own `fill`, `times` times. All other braces stand for
//! themselves.
//!
//! Out of scope: whether an attack succeeds. Attacks that an optimiser computes against one model's
//! weights are in the corpus only as two samples of how they look.

use serde::Deserialize;

/// The families and what unites each.
pub const FAMILIES: [(&str, &str); 9] = [
    ("invisible", "characters that a reader does not see, or that reorder what is seen"),
    ("rare-text", "tokens and scripts that models saw rarely, encoded words, optimised suffixes"),
    ("homoglyphs", "look-alikes of control tokens, of the template's tags and of verdicts"),
    ("chat-tokens", "control tokens of common chat templates and turns forged with them"),
    ("claims", "common-sense claims: the best, the official, the checked answer"),
    ("forged", "forged separators, tags, rubrics, grades, references, system turns, examples"),
    ("instructions", "texts that tell the grader what to do"),
    (
        "master-keys",
        "texts that answer nothing: punctuation, openings of an explanation, constants",
    ),
    ("padding", "long texts around an answer"),
];

const FILES: [&str; 9] = [
    include_str!("../corpus/invisible.jsonl"),
    include_str!("../corpus/rare-text.jsonl"),
    include_str!("../corpus/homoglyphs.jsonl"),
    include_str!("../corpus/chat-tokens.jsonl"),
    include_str!("../corpus/claims.jsonl"),
    include_str!("../corpus/forged.jsonl"),
    include_str!("../corpus/instructions.jsonl"),
    include_str!("../corpus/master-keys.jsonl"),
    include_str!("../corpus/padding.jsonl"),
];

/// One attack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// Its family and its number there, `claims-07`.
    pub id: String,
    /// What it tries, in a few words.
    pub idea: String,
    /// The pattern; see the module.
    pub text: String,
    /// What `{fill}` is made of.
    #[serde(default)]
    pub fill: String,
    /// How many of it, at most 20 000.
    #[serde(default)]
    pub times: usize,
}

impl Attack {
    /// Its family.
    pub fn family(&self) -> &str {
        self.id.rsplit_once('-').map_or("", |(family, _)| family)
    }

    /// What the attacker answers to `prompt`, with `wrong` as the answer that is to pass for right.
    pub fn render(&self, prompt: &str, wrong: &str) -> String {
        let mut rendered = String::new();
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            rendered.push_str(before);
            let insert = |text: &str| text.replace("{wrong}", wrong).replace("{prompt}", prompt);
            rest = if let Some(after) = from.strip_prefix("{fill}") {
                rendered.push_str(&insert(&self.fill).repeat(self.times));
                after
            } else if let Some(after) = from.strip_prefix("{wrong}") {
                rendered.push_str(wrong);
                after
            } else if let Some(after) = from.strip_prefix("{prompt}") {
                rendered.push_str(prompt);
                after
            } else {
                rendered.push('{');
                &from[1..]
            };
        }
        rendered.push_str(rest);
        rendered
    }
}

/// All attacks, family by family.
///
/// # Errors
/// The file's name and what is wrong, if a line is no attack; a test makes sure that there is none.
pub fn corpus() -> Result<Vec<Attack>, String> {
    let mut attacks = Vec::new();
    for ((family, _), file) in FAMILIES.iter().zip(FILES) {
        for (number, line) in file.lines().enumerate() {
            attacks.push(
                serde_json::from_str(line)
                    .map_err(|error| format!("{family}, line {}: {error}", number + 1))?,
            );
        }
    }
    Ok(attacks)
}
