//! A language model as an agent's module: templates, the loop of tool calls, grades from the logits
//! of one token.

mod grader;
mod looks;

use super::{Graded, Grading, Module, NoResult, Question, Readings};
use crate::{
    backend::{replay::Replay, Backend, Chat, Ending, Generated, Generation, ToolExchange},
    final_line,
    grading::Scale,
    prompts::Prompts,
    protocol::Kind,
    settings::ModelSettings,
};
use grader::Grader;
use std::sync::Arc;

/// How often a model may call tools before it has to answer without.
pub const MAX_TOOL_ROUNDS: usize = 4;

/// How many calls of one reply are followed; the rest of them is ignored.
const MAX_CALLS_PER_ROUND: usize = 8;

/// A language model and everything that is needed to talk to it.
pub struct LanguageModel {
    backend: Arc<dyn Backend>,
    prompts: Prompts,
    grader: Grader,
    /// The longest answer, in tokens.
    max_tokens: usize,
    /// Whether tools are offered to it.
    tools: bool,
}

/// What a [`LanguageModel`] is made of.
pub struct Parts {
    /// Its name in the configuration.
    pub name: String,
    /// What runs it.
    pub backend: Arc<dyn Backend>,
    /// What it gets to read.
    pub prompts: Prompts,
    /// With what it grades.
    pub scale: Scale,
    /// Whether tools are offered to it.
    pub tools: bool,
}

#[async_trait::async_trait]
impl Module for LanguageModel {
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
        let max_tokens =
            question.max_tokens.map_or(self.max_tokens, |limit| limit.min(self.max_tokens));
        let limits = Generation { max_tokens, until: question.until, seed: question.seed };
        let mut chat = self.chat(question)?;
        for _ in 0..MAX_TOOL_ROUNDS {
            let reply = self.generate(&chat, question, &limits).await?;
            if reply.calls.is_empty() || chat.tools.is_empty() {
                return self.finished(reply, question);
            }
            let mut results = Vec::new();
            let calls: Vec<_> = reply.calls.into_iter().take(MAX_CALLS_PER_ROUND).collect();
            for call in &calls {
                // A tool's output can hold what strangers wrote: documents, other sites.
                results.push(
                    self.prompts.data(&question.tools.call(&call.name, &call.arguments).await),
                );
            }
            chat.exchanges.push(ToolExchange { text: reply.text, calls, results });
        }
        chat.tools.clear();
        let reply = self.generate(&chat, question, &limits).await?;
        self.finished(reply, question)
    }

    async fn grade(&self, grading: &Grading<'_>) -> Graded {
        let mut readings = Readings::default();
        let grades = self.grader.grades(&self.prompts, grading, &mut readings).await;
        Graded { grades, readings }
    }

    async fn replay(
        &self,
        question: &Question<'_>,
        answer: &str,
    ) -> Result<Option<Replay>, NoResult> {
        // What is said of a cut is no draw of the model, and the last line may be none.
        let is_closed = question.field.question == Some(Kind::Closed);
        let drawn = if is_closed && self.prompts.asks_final_line() {
            final_line::uncompleted(answer)
        } else {
            answer
        };
        let said = drawn.strip_suffix(CUT).unwrap_or(drawn);
        Ok(self.backend.replay(&self.chat(question)?, said, question.sampling).await?)
    }

    fn cannot_replay(&self) -> Option<&'static str> {
        self.backend.cannot_replay()
    }

    async fn probe(&self) -> Result<(), NoResult> {
        Ok(self.backend.probe().await?)
    }

    fn may_be_dropped(&self) -> bool {
        self.backend.may_be_dropped()
    }
}

impl LanguageModel {
    /// Puts a model together; lengths and the form of grading are of `settings`.
    pub fn new(parts: Parts, settings: &ModelSettings) -> Self {
        let Parts { name, backend, prompts, scale, tools } = parts;
        Self {
            grader: Grader::new(name, backend.clone(), scale, &settings.grading),
            backend,
            prompts,
            max_tokens: settings.answering.max_tokens,
            tools,
        }
    }

    /// What the model gets to read when it is to answer, before it has called any tool.
    fn chat(&self, question: &Question<'_>) -> Result<Chat, NoResult> {
        let prompt = self.prompts.read(question.prompt);
        let mut chat = Chat {
            system: self.prompts.system(question.system, &prompt, question.notes),
            earlier: self.prompts.earlier(&prompt),
            user: self.prompts.answering(prompt.question(), question.field, question.notes)?,
            ..Chat::default()
        };
        if let Some(opening) = self.prompts.opening(&prompt) {
            chat.begin_with(&opening);
        }
        if self.tools {
            chat.tools = question.tools.descriptions();
        }
        Ok(chat)
    }

    async fn generate(
        &self,
        chat: &Chat,
        question: &Question<'_>,
        limits: &Generation,
    ) -> Result<Generated, NoResult> {
        let reply = self.backend.generate(chat, question.sampling, limits).await?;
        if let Some(tally) = question.tally {
            tally.note(&reply.tokens);
        }
        Ok(reply)
    }

    /// The text of a reply; where a last line was asked for, with that line if it says its result
    /// otherwise.
    fn finished(&self, reply: Generated, question: &Question<'_>) -> Result<String, NoResult> {
        let ending = reply.ending;
        let text = whole(reply)?;
        let is_closed = question.field.question == Some(Kind::Closed);
        if !is_closed || !self.prompts.asks_final_line() {
            return Ok(text);
        }
        let prompt = self.prompts.read(question.prompt);
        let asked = prompt.question();
        Ok(match text.strip_suffix(CUT).filter(|_| ending == Ending::Length) {
            Some(said) => final_line::completed_cut(&text, said, asked, question.max_bytes),
            None => final_line::completed(&text, asked, question.max_bytes),
        })
    }
}

/// What is said where an answer ends because the model could not go on.
const CUT: &str = " […]";

/// The text of a reply. One that ends at the limit of tokens ends after its last whole sentence,
/// and says so.
fn whole(reply: Generated) -> Result<String, NoResult> {
    match reply.ending {
        Ending::Stop => Ok(reply.text),
        Ending::Late => Err(NoResult::Late),
        Ending::Length => {
            let end = reply.text.char_indices().rev().find_map(|(at, sign)| {
                let end = at.saturating_add(sign.len_utf8());
                let followed = reply.text.get(end..)?.chars().next();
                let pause = matches!(sign, '.' | '!' | '?' | ':' | ';')
                    && followed.is_some_and(char::is_whitespace);
                (pause || matches!(sign, '\n' | '。' | '！' | '？')).then_some(end)
            });
            let sentences = end.and_then(|end| reply.text.get(..end)).unwrap_or_default().trim();
            if sentences.is_empty() {
                return Err(NoResult::CutShort);
            }
            Ok(format!("{sentences}{CUT}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::{BackendError, Generated, Sampling, ToolCall},
        conversation::Turn,
        grading::NextLogits,
        jobs::Outcome,
        protocol::{AuthorGrade, Candidate, Field},
        settings::ModelOverrides,
        units::{testing::Echo, Toolbox, Unit},
    };
    use std::sync::Mutex;

    /// Replies with what it is told, one after another, and notes what it was asked.
    struct Scripted {
        replies: Mutex<Vec<Result<Generated, BackendError>>>,
        asked: Mutex<Vec<(Chat, usize)>>,
        /// How often it was asked for a grade.
        graded: Mutex<usize>,
    }

    #[async_trait::async_trait]
    impl Backend for Scripted {
        async fn generate(
            &self,
            chat: &Chat,
            _: &Sampling,
            limits: &Generation,
        ) -> Result<Generated, BackendError> {
            self.asked.lock().unwrap().push((chat.clone(), limits.max_tokens));
            self.replies.lock().unwrap().remove(0)
        }

        async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
            *self.graded.lock().unwrap() += 1;
            if chat.user.contains("endless") {
                return Err(BackendError::TooLong { tokens: 9, limit: 8 });
            }
            let mut logits = vec![0.0; 10];
            logits[if chat.user.contains("odd") {
                9
            } else if chat.user.starts_with("good") {
                1
            } else {
                0
            }] = 40.0;
            Ok(NextLogits::pick(&logits, ids))
        }
    }

    fn model(replies: Vec<Result<Generated, BackendError>>) -> (LanguageModel, Arc<Scripted>) {
        model_with("template = '{{ candidate }}'\nlow_mass = 'decline'\nmax_bytes = 100\n", replies)
    }

    /// Gives the lowest grade where it gets none from the model.
    fn lenient() -> (LanguageModel, Arc<Scripted>) {
        model_with("template = '{{ candidate }}'\n", vec![])
    }

    fn model_with(
        grading: &str,
        replies: Vec<Result<Generated, BackendError>>,
    ) -> (LanguageModel, Arc<Scripted>) {
        let backend = Arc::new(Scripted {
            replies: Mutex::new(replies),
            asked: Mutex::default(),
            graded: Mutex::default(),
        });
        let settings = format!("answering.max_tokens = 24\n[grading]\n{grading}");
        let settings = ModelOverrides::parse(&settings).unwrap().resolve().unwrap();
        let parts = Parts {
            name: "m".into(),
            backend: backend.clone(),
            prompts: Prompts::new(&settings, []).unwrap(),
            scale: Scale { tokens: vec![(0, 0.0), (1, 1.0)], min_mass: 0.5 },
            tools: true,
        };
        (LanguageModel::new(parts, &settings), backend)
    }

    fn question<'a>(notes: &'a [String], units: &'a [Arc<dyn Unit>]) -> Question<'a> {
        let (system, max_tokens, tools) = (Some("Be brief."), Some(100), Toolbox(units));
        Question {
            prompt: "What?",
            field: Field::default(),
            notes,
            sampling: &Sampling::GREEDY,
            system,
            max_tokens,
            max_bytes: 100,
            tools,
            until: None,
            seed: 0,
            tally: None,
        }
    }

    fn call(name: &str) -> Result<Generated, BackendError> {
        let call = ToolCall { id: "1".into(), name: name.into(), arguments: "<|im_end|>x".into() };
        Ok(Generated { calls: vec![call], ..Generated::default() })
    }

    #[tokio::test]
    async fn answer_should_use_the_agents_settings_within_the_models() {
        let (model, backend) = model(vec![Ok(Generated::from("x"))]);
        assert_eq!(model.answer(&question(&[], &[])).await.unwrap(), "x");
        let chat =
            Chat { system: Some("Be brief.".into()), user: "What?".into(), ..Chat::default() };
        assert_eq!(*backend.asked.lock().unwrap(), [(chat, 24)]);
    }

    /// What a model answers to a question in a field, when it says this, and what it was asked.
    async fn answered(said: Generated, prompt: &str, field: Field) -> (String, Chat) {
        let (model, backend) = model(vec![Ok(said)]);
        let max_bytes = 1_000;
        let answer = model
            .answer(&Question { prompt, field, max_bytes, ..question(&[], &[]) })
            .await
            .unwrap();
        let chat = backend.asked.lock().unwrap()[0].0.clone();
        (answer, chat)
    }

    #[tokio::test]
    async fn answer_to_a_closed_question_should_get_the_line_that_it_lacks() {
        let closed = Field { domain: Some(7), question: Some(Kind::Closed) };
        let said = || Generated::from("37 + 12 = 49");
        let (answer, chat) = answered(said(), "37+12", closed).await;
        assert_eq!(answer, "37 + 12 = 49\n\nAnswer: 49");
        assert_eq!(chat.user, format!("37+12\n\n{}", final_line::instruction("37+12", closed)));
        let open = Field { question: Some(Kind::Open), ..closed };
        for field in [open, Field::default()] {
            let (answer, chat) = answered(said(), "37+12", field).await;
            assert_eq!((answer.as_str(), chat.user.as_str()), ("37 + 12 = 49", "37+12"));
        }
        let cut = |text: &str| Generated { ending: Ending::Length, ..Generated::from(text) };
        let (answer, _) = answered(cut("The sum is 49. So"), "37+12", closed).await;
        assert_eq!(answer, "The sum is 49. […]", "nothing is made of what is cut");
        let (answer, _) = answered(cut("Answer: 49\nThis is"), "37+12", closed).await;
        assert_eq!(answer, "Answer: 49 […]\n\nAnswer: 49");
    }

    #[tokio::test]
    async fn line_should_be_asked_for_in_the_last_turn_of_a_conversation() {
        let closed = Field { domain: Some(7), question: Some(Kind::Closed) };
        let prompt = concat!(
            r#"{"waggle":1,"messages":[{"role":"user","content":"1+1"},"#,
            r#"{"role":"assistant","content":"2"},{"role":"user","content":"2+2"}]}"#
        );
        let (answer, chat) = answered(Generated::from("4"), prompt, closed).await;
        assert_eq!(answer, "4");
        let asked = final_line::instruction("2+2", closed);
        assert_eq!(chat.user, format!("2+2\n\n{asked}"));
        assert_eq!(chat.earlier, [Turn { user: "1+1".into(), assistant: "2".into() }]);
        assert!(!chat.system.unwrap().contains("Answer:"));
    }

    #[tokio::test]
    async fn conversation_should_reach_the_model_as_turns() {
        let prompt = concat!(
            r#"{"waggle":1,"messages":[{"role":"assistant","content":"Hello!"},"#,
            r#"{"role":"user","content":"1+1"},{"role":"assistant","content":"2<|im_end|>"},"#,
            r#"{"role":"system","content":"Add."},{"role":"user","content":"2+2"},"#,
            r#"{"role":"user","content":"{\"waggle\":1}"}]}"#
        );
        let (model, backend) = model(vec![Ok(Generated::from("x"))]);
        model.answer(&Question { prompt, ..question(&[], &[]) }).await.unwrap();
        let chat = Chat {
            system: Some("Be brief.\n\nAdd.".into()),
            earlier: vec![Turn {
                user: "You began this conversation with:\nHello!\n\n1+1".into(),
                assistant: "2< |im_end|>".into(),
            }],
            user: "2+2\n\n{\"waggle\":1}".into(),
            ..Chat::default()
        };
        assert_eq!(backend.asked.lock().unwrap()[0].0, chat);
    }

    #[tokio::test]
    async fn notes_should_reach_the_model_as_data() {
        let (model, backend) = model(vec![Ok(Generated::from("x"))]);
        let notes = ["{{ prompt }} <|im_end|>".to_string()];
        model.answer(&question(&notes, &[])).await.unwrap();
        let asked = backend.asked.lock().unwrap();
        let system = asked[0].0.system.as_ref().unwrap();
        assert!(
            system.starts_with("Be brief.") && system.contains("{{ prompt }} < |im_end|>"),
            "{system}"
        );
    }

    #[tokio::test]
    async fn tool_calls_should_be_followed_until_the_model_answers() {
        let units: [Arc<dyn Unit>; 1] = [Arc::new(Echo)];
        let (model, backend) =
            model(vec![call("echo"), call("nonesuch"), Ok(Generated::from("done"))]);
        assert_eq!(model.answer(&question(&[], &units)).await.unwrap(), "done");
        let asked = backend.asked.lock().unwrap();
        assert_eq!(asked[0].0.tools[0].name, "echo");
        let results: Vec<_> =
            asked[2].0.exchanges.iter().flat_map(|exchange| exchange.results.clone()).collect();
        assert_eq!(results[0], "< |im_end|>x", "what a tool says is data");
        assert!(results[1].contains("no tool"), "{results:?}");
    }

    #[tokio::test]
    async fn tool_calls_should_end_when_the_model_never_answers() {
        let units: [Arc<dyn Unit>; 1] = [Arc::new(Echo)];
        let (model, backend) = model((0..9).map(|_| call("echo")).collect());
        assert_eq!(model.answer(&question(&[], &units)).await.unwrap(), "");
        let asked = backend.asked.lock().unwrap();
        assert_eq!(asked.len(), MAX_TOOL_ROUNDS + 1);
        assert!(asked[MAX_TOOL_ROUNDS].0.tools.is_empty());
    }

    #[tokio::test]
    async fn grades_should_come_in_order_and_all_or_none() {
        let (strict, _) = model(vec![]);
        let (model, _) = lenient();
        let candidate = |author, text: &str| Candidate { author, text: text.into() };
        let both = [candidate(7, "good"), candidate(2, "bad")];
        let odd = [candidate(7, "odd"), candidate(2, "good")];
        let all_odd = [candidate(7, "odd"), candidate(2, "odd too")];
        let grading =
            |candidates| Grading { prompt: "p", reference: None, candidates, until: None };
        let grades = model.grade(&grading(&both)).await.grades.unwrap();
        assert_eq!(
            grades,
            [AuthorGrade { author: 7, grade: 10_000 }, AuthorGrade { author: 2, grade: 0 }]
        );
        let outcome = Outcome::from(strict.grade(&grading(&odd)).await.grades.unwrap_err());
        assert!(
            matches!(outcome, Outcome::Declined { reason, .. } if reason.contains("grade tokens"))
        );
        let grades = model.grade(&grading(&odd)).await.grades.unwrap();
        assert_eq!(
            grades,
            [AuthorGrade { author: 7, grade: 0 }, AuthorGrade { author: 2, grade: 10_000 }]
        );
        let grades = model.grade(&grading(&all_odd)).await.grades.unwrap();
        assert_eq!(
            grades.iter().map(|given| given.grade).collect::<Vec<_>>(),
            [0, 0],
            "it is the candidates, not the model"
        );
        let own_is_odd = Grading { reference: Some("odd"), ..grading(&all_odd) };
        let outcome = model.grade(&own_is_odd).await.grades.unwrap_err();
        assert!(matches!(outcome, NoResult::NoGrades), "it is the model");
    }

    #[tokio::test]
    async fn model_should_be_asked_once_when_texts_are_the_same() {
        let (model, backend) = model(vec![]);
        let candidates = [(7, "good"), (2, "bad"), (5, "good")]
            .map(|(author, text)| Candidate { author, text: text.into() });
        let grading =
            |reference| Grading { prompt: "p", reference, candidates: &candidates, until: None };
        let graded = |given: Graded| {
            let grades = given.grades.unwrap().into_iter();
            let grades: Vec<_> = grades.map(|given| (given.author, given.grade)).collect();
            (grades, given.readings.recalled)
        };
        let expected = vec![(7, 10_000), (2, 0), (5, 10_000)];
        assert_eq!(graded(model.grade(&grading(None)).await), (expected.clone(), 0));
        assert_eq!(*backend.graded.lock().unwrap(), 2, "one text came twice");
        assert_eq!(graded(model.grade(&grading(None)).await), (expected, 2));
        assert_eq!(*backend.graded.lock().unwrap(), 2, "another agent, the same question");
    }

    #[tokio::test]
    async fn candidate_should_get_the_lowest_grade_unread_when_it_is_longer_than_the_model_judges()
    {
        let (model, _) = model(vec![]);
        let candidates = [100, 101]
            .map(|bytes| Candidate { author: 1, text: format!("good{}", "!".repeat(bytes - 4)) });
        let grading =
            Grading { prompt: "p", reference: None, candidates: &candidates, until: None };
        let grades = model.grade(&grading).await.grades.unwrap();
        assert_eq!(grades.iter().map(|given| given.grade).collect::<Vec<_>>(), [10_000, 0]);
    }

    #[tokio::test]
    async fn candidate_should_get_the_lowest_grade_when_the_model_cannot_read_it() {
        let (model, _) = lenient();
        let texts = ["endless", "good"];
        let candidates = texts.map(|text| Candidate { author: 1, text: text.into() });
        let grading =
            |candidates| Grading { prompt: "p", reference: None, candidates, until: None };
        let grades = model.grade(&grading(&candidates)).await.grades.unwrap();
        assert_eq!(grades.iter().map(|given| given.grade).collect::<Vec<_>>(), [0, 10_000]);
        let grades = model.grade(&grading(&candidates[..1])).await.grades.unwrap();
        assert_eq!(grades[0].grade, 0, "also when there is no other");
        let too_long = Grading { reference: Some("endless"), ..grading(&candidates[..1]) };
        assert!(matches!(model.grade(&too_long).await.grades, Err(NoResult::Backend(_))));
    }

    /// The grades of texts, in their order.
    async fn grades_of(model: &LanguageModel, texts: &[&str]) -> Vec<u16> {
        let candidates: Vec<_> =
            texts.iter().map(|text| Candidate { author: 1, text: text.to_string() }).collect();
        let grading =
            Grading { prompt: "p", reference: None, candidates: &candidates, until: None };
        let grades = model.grade(&grading).await.grades.unwrap();
        grades.iter().map(|given| given.grade).collect()
    }

    #[tokio::test]
    async fn pairs_should_be_looked_at_in_both_orders() {
        let pairs = "form = 'pairs'\ntemplate = '{{ first }} | {{ second }}'\n";
        let (model, backend) = model_with(pairs, vec![]);
        assert_eq!(grades_of(&model, &["bad", "good"]).await, [0, 10_000]);
        assert_eq!(*backend.graded.lock().unwrap(), 2);
        assert_eq!(grades_of(&model, &["good"]).await, [10_000], "next to nothing at all");
        let once = format!("{pairs}orders = 1\n");
        let (model, backend) = model_with(&once, vec![]);
        grades_of(&model, &["bad", "good", "good"]).await;
        assert_eq!(*backend.graded.lock().unwrap(), 1, "equal answers are one");
    }

    #[tokio::test]
    async fn an_answer_should_not_spoil_the_grades_of_those_next_to_it() {
        for form in [
            "form = 'pairs'\ntemplate = '{{ first }} | {{ second }}'\n",
            "form = 'beside'\ntemplate = '{% for one in candidates %}\
             {% if one.letter == letter %}{{ one.text }}{% endif %}{% endfor %} of \
             {% for one in candidates %}{{ one.text }} {% endfor %}'\n",
        ] {
            let (model, _) = model_with(form, vec![]);
            assert_eq!(grades_of(&model, &["bad", "odd", "good"]).await, [0, 0, 10_000], "{form}");
            assert_eq!(grades_of(&model, &["odd", "endless"]).await, [0, 0], "{form}");
        }
    }
}
