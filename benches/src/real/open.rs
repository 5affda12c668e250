//! Open questions made by rule: what is asked of a thing, and things. Nothing has to be fetched for
//! them, and their answers leave much to chance.

/// What is asked. A thing takes the place of the braces.
const ASKED: [&str; 8] = [
    "Tell a very short story about {}.",
    "Explain {} to a child.",
    "Describe {} as a painter would.",
    "What would people miss without {}?",
    "What is surprising about {}?",
    "Write a friendly note to a neighbour about {}.",
    "What might {} be like in a hundred years?",
    "Give advice to somebody who is afraid of {}.",
];

/// Of what.
const THINGS: [&str; 12] = [
    "lighthouses",
    "rain",
    "bridges",
    "bread",
    "keys",
    "bees",
    "night trains",
    "snow",
    "markets",
    "the moon",
    "violins",
    "gardens",
];

/// How long the answer should be, so that few are cut.
const LENGTH: &str = "Use one or two sentences.";

/// How many there are.
pub const COUNT: usize = ASKED.len() * THINGS.len();

/// All of them. Neighbours differ in what is asked, and in the thing.
pub fn questions() -> Vec<String> {
    let of = |number: usize| {
        let (turn, asked) = (number / ASKED.len(), number % ASKED.len());
        let thing = THINGS[(turn + asked) % THINGS.len()];
        format!("{} {LENGTH}", ASKED[asked].replace("{}", thing))
    };
    (0..COUNT).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn questions_should_all_differ_and_name_their_thing() {
        let questions = questions();
        assert_eq!(questions.len(), COUNT);
        assert_eq!(questions.iter().collect::<HashSet<_>>().len(), COUNT);
        assert_eq!(
            questions[0],
            "Tell a very short story about lighthouses. Use one or two sentences."
        );
        for question in questions {
            assert!(THINGS.iter().any(|thing| question.contains(thing)), "{question}");
            assert!(!question.contains("{}"), "{question}");
        }
    }
}
