//! The filter: lets prompts and answers pass by length, language and patterns; what does not pass
//! is declined.
//!
//! Patterns see a text in each of its [`Forms`]: an invisible character, a combining one or another
//! width does not hide a word from `forbid`, nor from `require`. A filter changes nothing, so what
//! is delivered is never one of these forms.
//!
//! Of a conversation `min_chars`, `languages` and `require` ask something of what the user said
//! last; `max_chars` and `forbid` hold for all that is said.

use super::{Draft, Unit, UnitError};
use crate::{conversation::Prompt, disguise::Forms};
use regex::Regex;
use whatlang::Lang;

/// What a text must be like.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The fewest characters that a reader sees.
    pub min_chars: Option<usize>,
    /// The most characters.
    pub max_chars: Option<usize>,
    /// The languages in which it may be; empty: any. Only texts whose language is recognised
    /// reliably are judged.
    pub languages: Vec<Lang>,
    /// Each must match a form of the text.
    pub require: Vec<Regex>,
    /// None may match any form of the text.
    pub forbid: Vec<Regex>,
}

/// The unit.
#[derive(Debug)]
pub struct Filter {
    /// Its name in the configuration.
    pub name: String,
    /// For prompts.
    pub prompt: Option<Rules>,
    /// For answers, after the module and the units before this one.
    pub answer: Option<Rules>,
}

impl Rules {
    /// Why a prompt or an answer does not pass, without repeating it.
    pub fn objection(&self, prompt: &Prompt<'_>) -> Option<String> {
        let forms = Forms::of(prompt.question());
        let (chars, seen) = (prompt.whole().chars().count(), forms.normalised().chars().count());
        if self.min_chars.is_some_and(|least| seen < least) {
            return Some(format!("{seen} characters are too few"));
        }
        if self.max_chars.is_some_and(|most| chars > most) {
            return Some(format!("{chars} characters are too many"));
        }
        if !self.languages.is_empty() {
            if let Some(found) = language(forms.normalised()) {
                if !self.languages.contains(&found) {
                    return Some(format!("the language is {}", found.code()));
                }
            }
        }
        let matches = |rule: &Regex, forms: &Forms| forms.any(|form| rule.is_match(form));
        if let Some(rule) = self.require.iter().find(|rule| !matches(rule, &forms)) {
            return Some(format!("does not match {:?}", rule.as_str()));
        }
        let passages = prompt.passages();
        let passages: Vec<Forms> = passages.iter().map(|passage| Forms::of(passage)).collect();
        let occurs = |rule: &Regex| passages.iter().any(|forms| matches(rule, forms));
        let rule = self.forbid.iter().find(|rule| occurs(rule))?;
        Some(format!("matches {:?}", rule.as_str()))
    }
}

/// The language of a text, if it is recognised reliably.
fn language(text: &str) -> Option<Lang> {
    whatlang::detect(text).filter(whatlang::Info::is_reliable).map(|found| found.lang())
}

impl Filter {
    fn check(&self, what: &str, rules: Option<&Rules>, text: &Prompt<'_>) -> Result<(), UnitError> {
        match rules.and_then(|rules| rules.objection(text)) {
            Some(reason) => Err(UnitError::Declines {
                unit: self.name.clone(),
                reason: format!("the {what}: {reason}"),
            }),
            None => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl Unit for Filter {
    async fn before(&self, draft: &mut Draft<'_>) -> Result<(), UnitError> {
        self.check("prompt", self.prompt.as_ref(), &draft.prompt)
    }

    async fn after(&self, _: &Prompt<'_>, answer: String) -> Result<String, UnitError> {
        // An answer is never an envelope.
        self.check("answer", self.answer.as_ref(), &Prompt::plain(&answer))?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_should_judge_length_language_and_patterns() {
        let rules = Rules {
            min_chars: Some(2),
            max_chars: Some(200),
            languages: vec![Lang::Eng],
            require: vec![Regex::new("[a-z]").unwrap()],
            forbid: vec![Regex::new("(?i)password").unwrap()],
        };
        let german =
            "Wie viele Menschen leben heute in den großen Städten an der Donau, und warum \
                      ist das so? Bitte antworte in einem kurzen Satz und nenne die größte dieser \
                      Städte.";
        let english =
            "How many people live in the large cities along the river today, and why is that so?";
        assert_eq!(rules.objection(&Prompt::plain(english)), None);
        assert!(rules.objection(&Prompt::plain("x")).unwrap().contains("too few"));
        assert!(rules.objection(&Prompt::plain(&"é".repeat(201))).unwrap().contains("too many"));
        assert!(rules.objection(&Prompt::plain(german)).unwrap().contains("deu"));
        assert!(rules.objection(&Prompt::plain("1234")).unwrap().contains("does not match"));
        let objection = rules.objection(&Prompt::plain("my PassWord is hunter2")).unwrap();
        assert!(objection.contains("matches") && !objection.contains("hunter2"));
        assert_eq!(Rules::default().objection(&Prompt::plain("")), None);
    }

    #[test]
    fn rules_should_see_through_what_hides_a_word() {
        let pattern = |text: &str| vec![Regex::new(text).unwrap()];
        let rules = Rules {
            min_chars: Some(3),
            require: pattern(r"^\d+[+-]\d+"),
            forbid: pattern("(?i)password"),
            ..Rules::default()
        };
        assert_eq!(rules.objection(&Prompt::plain("\u{feff}３７＋１２")), None);
        for hidden in ["1+1 pass\u{200b}word", "1+1 ＰＡＳＳＷＯＲＤ", "1+1 p\u{336}assword"]
        {
            assert!(
                rules.objection(&Prompt::plain(hidden)).unwrap().contains("matches"),
                "{hidden:?}"
            );
        }
        let padded = "1\u{200b}\u{200b}\u{200b}";
        assert_eq!(rules.objection(&Prompt::plain(padded)).unwrap(), "1 characters are too few");
    }

    #[test]
    fn rules_should_ask_of_the_question_and_forbid_in_all_of_a_conversation() {
        let pattern = |text: &str| vec![Regex::new(text).unwrap()];
        let objection = |rules: &Rules, system: &str, question: &str| {
            let system = format!(r#"{{"role":"system","content":"{system}"}}"#);
            let question = format!(r#"{{"role":"user","content":"{question}"}}"#);
            let text = format!(r#"{{"waggle":1,"messages":[{system},{question}]}}"#);
            rules.objection(&Prompt::read(&text))
        };
        let sums = Rules { require: pattern(r"^\d+[+-]\d+$"), ..Rules::default() };
        assert_eq!(objection(&sums, "Be brief.", "1+1"), None);
        assert!(objection(&sums, "1+1", "What?").is_some());
        let decent = Rules { forbid: pattern("(?i)^password"), ..Rules::default() };
        assert_eq!(objection(&decent, "Be brief.", "1+1"), None);
        assert!(objection(&decent, "Password please.", "1+1").is_some());
        assert!(objection(&decent, "Be brief.", "password").is_some(), "at the beginning of it");
        let across = Rules { forbid: pattern(r"a\s+b"), ..Rules::default() };
        assert!(objection(&across, "a", "b").is_some());
        let short = Rules { min_chars: Some(2), max_chars: Some(8), ..Rules::default() };
        assert!(objection(&short, "long enough", "1").unwrap().contains("few"));
        assert!(objection(&short, "12345", "12").unwrap().contains("9 characters are too many"));
        let brackets = Rules { forbid: pattern("waggle"), ..Rules::default() };
        assert_eq!(objection(&brackets, "a", "b"), None, "the envelope is nobody's text");
    }

    #[tokio::test]
    async fn filter_should_leave_what_it_lets_pass_as_it_is() {
        let rules = Rules { forbid: vec![Regex::new("(?i)password").unwrap()], ..Rules::default() };
        let filter = Filter { name: "decent".into(), prompt: None, answer: Some(rules) };
        for said in ["🏳️‍🌈 ❤️‍🔥", "ℝ（１）…", "e\u{301}\u{200b}"] {
            assert_eq!(filter.after(&Prompt::read("p"), said.into()).await.unwrap(), said);
        }
        assert!(filter.after(&Prompt::read("p"), "the pass\u{200b}word".into()).await.is_err());
    }

    #[tokio::test]
    async fn filter_should_decline_on_its_own_side_only() {
        let short = Rules { max_chars: Some(3), ..Rules::default() };
        let filter = Filter { name: "short".into(), prompt: None, answer: Some(short) };
        filter.before(&mut Draft::new("a long prompt")).await.unwrap();
        assert_eq!(filter.after(&Prompt::read("p"), "abc".into()).await.unwrap(), "abc");
        assert!(filter
            .after(&Prompt::read("p"), "abcd".into())
            .await
            .unwrap_err()
            .to_string()
            .contains("\"short\" declines"));
    }
}
