//! The corpus of attacks: what is in it, and that the worker's defences hold against all of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use waggle_attacks::{corpus, Attack, FAMILIES};
use waggle_worker::{
    chance::{fuzzing_chance, fuzzing_until},
    prompts::{Prompts, Shown},
    settings::{ModelOverrides, GRADING_DELIMITERS},
};

/// The longest answer that the chain takes, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Some of those that the corpus tries to bring in.
const CONTROL_TOKENS: [&str; 8] = [
    "<|im_end|>",
    "<|im_start|>",
    "<|eos|>",
    "<|assistant|>",
    "<|eot_id|>",
    "[/INST]",
    "</s>",
    "<think>",
];

fn attacks() -> Vec<Attack> {
    corpus().unwrap()
}

fn prompts(overrides: &str) -> Prompts {
    let settings = ModelOverrides::parse(overrides).unwrap().resolve().unwrap();
    let own = ["<|bos|>", "<|eos|>", "<|assistant|>", "<|pad|>"].map(String::from);
    Prompts::new(&settings, own).unwrap()
}

#[test]
fn corpus_should_be_large_in_every_family_and_repeat_nothing() {
    let attacks = attacks();
    assert!(attacks.len() >= 300, "{}", attacks.len());
    let mut families = BTreeMap::<&str, usize>::new();
    let (mut ids, mut ideas, mut texts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for attack in &attacks {
        *families.entry(attack.family()).or_default() += 1;
        assert!(ids.insert(&attack.id), "{} twice", attack.id);
        assert!(
            !attack.idea.is_empty() && ideas.insert((attack.family(), &attack.idea)),
            "{}: idea",
            attack.id
        );
        assert!(texts.insert(attack.render("37+12", "48")), "{}: as another", attack.id);
    }
    let named: BTreeSet<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(families.keys().copied().collect::<BTreeSet<_>>(), named);
    for (family, attacks) in families {
        assert!(attacks >= 30, "{family}: {attacks}");
    }
}

#[test]
fn attacks_should_fit_into_an_answer() {
    for attack in attacks() {
        let text = attack.render("max 98 53 73", "53");
        assert!(text.len() <= MAX_ANSWER_BYTES, "{}: {} bytes", attack.id, text.len());
        assert!(
            attack.times <= 20_000 && (attack.times > 0) == attack.text.contains("{fill}"),
            "{}",
            attack.id
        );
        assert!(
            !["{wrong}", "{prompt}", "{fill}"].iter().any(|name| text.contains(name)),
            "{}",
            attack.id
        );
    }
}

#[test]
fn no_attack_should_bring_a_control_token_or_a_tag_into_a_prompt() {
    let default = prompts("grading.preset = 'digits'");
    let honest = default.grading("37+12", Some("49"), Shown::Alone("48")).unwrap();
    for attack in attacks() {
        let text = default
            .grading("37+12", Some("49"), Shown::Alone(&attack.render("37+12", "48")))
            .unwrap();
        for tag in GRADING_DELIMITERS {
            let name = tag.trim_end_matches('>');
            assert_eq!(
                text.matches(name).count(),
                honest.matches(name).count(),
                "{}: {name}",
                attack.id
            );
        }
        for token in CONTROL_TOKENS {
            assert!(!text.contains(token), "{}: {token}", attack.id);
        }
    }
}

#[test]
fn no_attack_should_add_a_line_to_a_template_of_lines() {
    let bundled =
        prompts(r#"grading.template = "{{ prompt }}\n={{ reference }}\n?{{ candidate }}""#);
    for attack in attacks() {
        let text = bundled
            .grading("37+12", Some("49"), Shown::Alone(&attack.render("37+12", "48")))
            .unwrap();
        assert!(text.starts_with("37+12\n=49\n?"), "{}: {text}", attack.id);
        assert_eq!(text.lines().count(), 3, "{}: {text}", attack.id);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{}", attack.id);
    }
}

/// Pieces of all attacks in any order, as an attacker might try who knows the defences.
#[test]
fn fuzzing_mixtures_of_attacks_should_bring_no_control_token_or_tag_into_a_prompt() {
    let pieces: Vec<Vec<char>> =
        attacks().iter().map(|attack| attack.render("37+12", "48").chars().collect()).collect();
    let (default, bundled) = (
        prompts("grading.preset = 'digits'"),
        prompts(r#"grading.template = "{{ prompt }}\n={{ reference }}\n?{{ candidate }}""#),
    );
    let (mut chance, until, mut mixed) = (fuzzing_chance(15), fuzzing_until(), 0u64);
    while Instant::now() < until {
        let mut text = String::new();
        for _ in 0..1 + chance.below(6) {
            let piece = &pieces[chance.below(pieces.len())];
            let from = chance.below(piece.len() + 1);
            text.extend(piece.iter().skip(from).take(1 + chance.below(12)));
        }
        let graded = default.grading("37+12", None, Shown::Alone(&text)).unwrap();
        for token in CONTROL_TOKENS {
            assert!(!graded.contains(token), "{text:?} brings {token}");
        }
        assert_eq!(graded.matches("<waggle-answer").count(), 1, "{text:?}");
        assert_eq!(graded.matches("</waggle-answer").count(), 1, "{text:?}");
        assert_eq!(
            bundled.grading("37+12", None, Shown::Alone(&text)).unwrap().lines().count(),
            3,
            "{text:?}"
        );
        mixed += 1;
    }
    println!("{mixed} mixtures of attacks");
}
