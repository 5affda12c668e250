//! Questions with a right answer, drawn from a seed, so that whoever wants to can ask the same ones
//! again. They are of forms that the bundled models learnt: [`crate::tasks`] has the answers.

/// A form of questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `37+12`, numbers below 50.
    Sums,
    /// `37-12`, numbers below 50, never negative.
    Differences,
    /// `sort 3 1 2`, three to five digits.
    Sort,
    /// `reverse golk`, three to six letters.
    Reverse,
    /// `max 4 19 2`, two to four numbers below 100.
    Max,
}

impl Kind {
    /// All of them, in the order in which [`Draw::question`] takes them.
    pub const ALL: [Kind; 5] =
        [Kind::Sums, Kind::Differences, Kind::Sort, Kind::Reverse, Kind::Max];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sums => "sums",
            Kind::Differences => "differences",
            Kind::Sort => "sort",
            Kind::Reverse => "reverse",
            Kind::Max => "max",
        }
    }
}

/// SplitMix64: enough for drawing questions.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The draw of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next question; its `number` chooses its form, so that all come equally often.
    pub fn question(&mut self, number: usize) -> String {
        self.question_of(Kind::ALL[number % Kind::ALL.len()])
    }

    /// The next question, of this form.
    pub fn question_of(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Sums => format!("{}+{}", self.below(50), self.below(50)),
            Kind::Differences => {
                let (a, b) = (self.below(50), self.below(50));
                format!("{}-{}", a.max(b), a.min(b))
            }
            Kind::Sort => format!("sort {}", self.numbers(3, 5, 10)),
            Kind::Reverse => format!("reverse {}", self.word()),
            Kind::Max => format!("max {}", self.numbers(2, 4, 100)),
        }
    }

    /// A number from 0 to `bound` − 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn numbers(&mut self, fewest: u64, most: u64, bound: u64) -> String {
        let count = fewest + self.below(most - fewest + 1);
        (0..count).map(|_| self.below(bound).to_string()).collect::<Vec<_>>().join(" ")
    }

    fn word(&mut self) -> String {
        (0..3 + self.below(4)).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::right_answer;

    #[test]
    fn questions_should_have_right_answers_and_repeat_with_the_seed() {
        let draw = |seed| {
            let mut draw = Draw::new(seed);
            (0..25).map(|number| draw.question(number)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|question| right_answer(question).is_some()), "{:?}", draw(7));
    }

    #[test]
    fn questions_should_be_of_the_form_that_is_asked_for() {
        let mut draw = Draw::new(7);
        let signs = ["+", "-", "sort ", "reverse ", "max "];
        for (kind, sign) in Kind::ALL.into_iter().zip(signs) {
            for _ in 0..100 {
                let question = draw.question_of(kind);
                assert!(question.contains(sign), "{kind:?}: {question}");
                assert!(right_answer(&question).is_some(), "{question}");
            }
        }
    }
}
