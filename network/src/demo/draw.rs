//! Questions with a right answer, drawn from a seed, so that whoever wants to can ask the same ones
//! again.

/// SplitMix64: enough for drawing questions.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The draw of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next question; its `number` chooses its task, so that all come equally often.
    pub fn question(&mut self, number: usize) -> String {
        match number % 5 {
            0 => format!("{}+{}", self.below(50), self.below(50)),
            1 => {
                let (a, b) = (self.below(50), self.below(50));
                format!("{}-{}", a.max(b), a.min(b))
            }
            2 => format!("sort {}", self.numbers(3, 5, 10)),
            3 => format!("reverse {}", self.word()),
            _ => format!("max {}", self.numbers(2, 4, 100)),
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
    use waggle_harness::tasks::right_answer;

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
}
