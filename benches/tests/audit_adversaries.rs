//! What adversaries of audits achieve, small: one cell of records that are made by rule, in which
//! models of different families are well apart. Scenes are those of the published table.

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};
use waggle_evidence::{
    audits::{
        adversaries::{
            cell::{Cell, Epoch, SUBJECT},
            committee::{said, Aim, Auditors, SEATS},
            measuring::{measure, rates, Rates, EPOCHS},
            scenes::{scenes, Scene},
            standing::{rules, suspended_after, LEAST_PROMPTS},
        },
        records::{Answers, Records},
    },
    draws::Draws,
    effort::{Bench, Effort},
};
use waggle_primitives::audit::{
    conduct::Fault, standing::Evidence, AuditRules, Embedding, Tally, Verdict,
};

const DIMENSIONS: usize = 64;
const QUESTIONS: usize = 20;
const ANSWERS: usize = 5;
const MODELS: [&str; 3] = ["forager", "weaver", "digger"];

/// What a name stands for: a direction of about unit length.
fn direction(name: &str) -> Vec<f64> {
    let mut draws = Draws::of(&format!("audit-adversaries/test/{name}"), 0);
    (0..DIMENSIONS).map(|_| draws.gaussian() / (DIMENSIONS as f64).sqrt()).collect()
}

/// Where the question is, a bit of the model's way, and chance: more of it in some answers than in
/// others.
fn embedding(run: &str, model: &str, question: usize, answer: usize) -> Embedding {
    let name = format!("{run}/{model}/{question}/{answer}");
    let chance = 0.35 * Draws::of(&format!("audit-adversaries/test/{name}/chance"), 0).uniform();
    let parts = [
        (1.0, direction(&question.to_string())),
        (0.4, direction(&format!("{question}/{model}"))),
        (chance, direction(&name)),
    ];
    let sum: Vec<f64> = (0..DIMENSIONS)
        .map(|dimension| parts.iter().map(|(part, at)| part * at[dimension]).sum())
        .collect();
    let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
    let values: Vec<i32> =
        sum.iter().map(|value| (value / length * 65_534.0).round() as i32).collect();
    Embedding::quantised(&values, 65_534).unwrap()
}

fn records(questions: usize) -> Records {
    let mut runs: BTreeMap<String, BTreeMap<String, Answers>> = BTreeMap::new();
    for run in ["run1", "run2"] {
        for model in MODELS {
            let answers = (0..questions).map(|question| {
                let of = |answer| embedding(run, model, question, answer);
                (format!("question {question}"), (0..ANSWERS).map(of).collect())
            });
            runs.entry(run.to_owned()).or_default().insert(model.to_owned(), answers.collect());
        }
    }
    Records { runs, dimensions: DIMENSIONS }
}

static CELL: LazyLock<Cell> = LazyLock::new(|| {
    Cell::of(&records(QUESTIONS), "run1", MODELS[0], MODELS[1]).expect("answers enough")
});

#[track_caller]
fn scene(adversary: &str, note: &str) -> Scene {
    let is_it = |scene: &Scene| scene.adversary == adversary && scene.note == note;
    scenes(QUESTIONS).into_iter().find(is_it).unwrap_or_else(|| panic!("{adversary}: {note}"))
}

#[track_caller]
fn rates_of(adversary: &str, note: &str) -> Rates {
    played(&scene(adversary, note))
}

fn played(scene: &Scene) -> Rates {
    rates(&Bench::silent(Effort::Full), &CELL, scene, QUESTIONS, EPOCHS)
}

/// One epoch of each phase.
fn epochs(scene: &Scene) -> Vec<Epoch> {
    let mut draws = Draws::of("audit-adversaries/test/epochs", 0);
    scene.phases.iter().map(|phase| CELL.play(scene, phase, QUESTIONS, &mut draws)).collect()
}

fn tally(epoch: &[Option<Tally>], member: usize) -> &Tally {
    epoch[member].as_ref().expect("it is in a sample")
}

fn verdict(tally: &Tally, evidence: Evidence) -> Verdict {
    let verdicts = tally.verdicts(&rules());
    verdicts.into_iter().find(|(kind, _)| *kind == evidence).map(|(_, verdict)| verdict).unwrap()
}

fn says_nothing(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NotEnough { .. })
}

#[test]
fn a_blatant_cheat_should_be_suspended_in_two_epochs_and_nobody_that_is_honest() {
    let honest = rates_of("none", "runs what it claims");
    assert_eq!(
        honest,
        Rates { flagged: 0.0, suspended: [0.0; 3], honest_suspended: 0.0 },
        "nobody cheats"
    );
    for (adversary, note) in [
        ("swaps the model", "in every round"),
        ("answers another prompt", "with the claimed model, in every round"),
        ("gives no answer", "does not open, in every round"),
    ] {
        let cheat = rates_of(adversary, note);
        let expected = Rates { flagged: 1.0, suspended: [1.0; 3], honest_suspended: 0.0 };
        assert_eq!(cheat, expected, "{adversary} {note}");
    }
    let again = rates_of("swaps the model", "in every round");
    assert_eq!(rates_of("swaps the model", "in every round"), again, "seeds are fixed");
}

#[test]
fn who_cheats_less_should_be_flagged_less() {
    let every = |note| rates_of("swaps the model", note).flagged;
    let (third, tenth) = (every("in every third round"), every("in every tenth round"));
    assert!(tenth <= third && third <= 1.0, "{tenth} {third}");
    assert!(tenth < 1.0, "two swaps of twenty: {tenth}");
    let guesses = |percent: u32| {
        let note = format!("honest in the {percent} % of samples that it guesses are samples");
        rates_of("guesses what is sampled", &note).flagged
    };
    assert!(guesses(90) <= guesses(50), "{} {}", guesses(90), guesses(50));
    assert!(guesses(90) < 1.0);
}

#[test]
fn absent_results_should_be_no_pass_and_no_flag() {
    let blank = scene("gives no answer", "with anything to embed, in every round");
    let of_subject = epochs(&blank);
    let of_subject = tally(&of_subject[0], SUBJECT);
    assert_eq!((of_subject.prompts, of_subject.conduct.seats), (0, QUESTIONS as u32));
    for evidence in [Evidence::Contrast, Evidence::Distance] {
        assert!(says_nothing(verdict(of_subject, evidence)), "{evidence:?}");
    }
    assert_eq!(verdict(of_subject, Evidence::Conduct(Fault::Exception)), Verdict::Pass);

    let swaps = |note| scene("auditors are away", note);
    let nothing = epochs(&swaps("three of seven; the model is swapped"));
    for member in 0..nothing[0].len() {
        let tally = tally(&nothing[0], member);
        for evidence in [Evidence::Contrast, Evidence::Distance] {
            assert!(says_nothing(verdict(tally, evidence)), "{member} {evidence:?}");
        }
    }
    assert_eq!(played(&swaps("all seven; the model is swapped")).flagged, 0.0);
    let enough = played(&swaps("two of seven; the model is swapped"));
    assert_eq!((enough.suspended[0], enough.honest_suspended), (1.0, 0.0));
}

#[test]
fn who_does_not_open_should_be_flagged_above_a_fifth_of_its_rounds() {
    let note = |part| format!("does not open, in every {part} round");
    assert_eq!(rates_of("gives no answer", &note("third")).suspended[0], 1.0);
    assert_eq!(rates_of("gives no answer", &note("fifth")).flagged, 0.0);
}

#[test]
fn few_samples_should_say_nothing_and_one_more_should() {
    let least = LEAST_PROMPTS as usize;
    let answers = |rounds: usize| {
        let note = format!("swaps the model, answers {rounds} of {QUESTIONS} samples");
        rates_of("stays away", &note)
    };
    assert_eq!(answers(least - 1).flagged, 0.0);
    assert_eq!(answers(least).suspended[0], 1.0);
    // Its row goes on over the epochs that it misses: the first and the third suspend.
    let every_other = rates_of("stays away", "swaps the model, comes every other epoch");
    assert_eq!((every_other.flagged, every_other.suspended), (0.5, [0.0, 1.0, 1.0]));
}

#[test]
fn epochs_that_are_too_short_should_be_refused() {
    let bench = Bench::silent(Effort::Full);
    let short = LEAST_PROMPTS as usize - 1;
    for (questions, prompts) in [(QUESTIONS, short), (short, QUESTIONS)] {
        let error = measure(&bench, &records(questions), prompts).unwrap_err().to_string();
        assert!(error.contains("fewer than 16 prompts, and these have 15"), "{error}");
    }
}

#[test]
fn changes_of_claims_should_hold_for_whole_epochs_and_start_new_rows() {
    let adversary = "changes its claim";
    let fast = scene(adversary, "from epoch to epoch, runs neither model");
    let middle = scene(adversary, "the same, declared in the middle of each epoch");
    let claims = |scene: &Scene| -> Vec<_> {
        epochs(scene).iter().map(|epoch| tally(epoch, SUBJECT).claim).collect()
    };
    assert_eq!(claims(&fast), claims(&middle));
    assert_ne!(claims(&fast)[0], claims(&fast)[1]);
    for scene in [&fast, &middle] {
        let rates = played(scene);
        assert_eq!((rates.flagged, rates.suspended), (1.0, [0.0; 3]), "{}", scene.note);
    }
    let slow = rates_of(adversary, "every second epoch, runs neither model");
    assert_eq!(slow.suspended[0], 1.0);
    let alone = rates_of("claims alone", "what nobody else claims, and runs something else");
    assert_eq!(alone.flagged, 0.0, "it is held against nothing");
}

#[test]
fn suspensions_should_follow_the_rows_of_flags() {
    let rules = rules();
    let of = |adversary, note| epochs(&scene(adversary, note)).swap_remove(0);
    let (bad, good) = (of("swaps the model", "in every round"), of("none", "runs what it claims"));
    let (bad, good) = (tally(&bad, SUBJECT), tally(&good, SUBJECT));
    let after = |epochs: &[Option<&Tally>]| suspended_after(epochs.iter().copied(), &rules);
    assert_eq!(after(&[Some(bad), Some(bad)]), Some(2));
    assert_eq!(after(&[Some(bad), None, Some(bad)]), Some(3));
    assert_eq!(after(&[Some(bad), Some(good), Some(bad)]), None);
    assert_eq!(after(&[Some(good), Some(bad)]), None);
    let other = Tally { claim: Some([9; 32]), ..bad.clone() };
    assert_eq!(after(&[Some(bad), Some(&other), Some(bad)]), None);
    assert_eq!(after(&[Some(bad), Some(&other), Some(&other)]), Some(3));
}

#[test]
fn dishonest_kin_should_hide_each_other_and_an_honest_one_among_them_should_be_framed() {
    let all = "all four that claim the model run the same other one";
    let hidden = rates_of("kin are all dishonest", all);
    assert!(hidden.suspended[0] < 0.5, "{hidden:?}");
    let framed = rates_of(
        "is honest among dishonest kin",
        "three of four are dishonest, the subject is the fourth",
    );
    assert_eq!(framed.suspended[0], 1.0, "by its distance from them");
    // Its kin are dishonest, so nobody that is counted as honest makes its claim.
    assert_eq!(framed.honest_suspended, 0.0);
}

#[test]
fn a_copy_of_an_honest_answer_should_pass() {
    let copy = rates_of("copies an answer", "of an honest kin, which shows it, in every round");
    assert_eq!(copy.suspended, [0.0; 3]);
}

/// What the chain takes of an answer if so many report the utmost, and how far honest ones went in
/// each dimension.
fn taken(colluding: usize) -> (Embedding, Vec<(i8, i8)>) {
    let mut draws = Draws::of("audit-adversaries/test/committee", colluding);
    let committee = Auditors::Colluding(colluding, Aim::Frame).drawn(&mut draws);
    let utmost = Embedding::new(vec![127; DIMENSIONS]).unwrap();
    let text = embedding("run1", MODELS[0], 0, 0);
    let findings = committee.findings(&text, Some(&utmost), &mut draws);
    assert_eq!(findings.len(), SEATS);
    let honest = &findings[..SEATS - colluding];
    let ranges = (0..DIMENSIONS).map(|dimension| {
        let quanta = || honest.iter().map(move |finding| finding.quanta()[dimension]);
        (quanta().min().unwrap(), quanta().max().unwrap())
    });
    (said(&findings, DIMENSIONS).unwrap(), ranges.collect())
}

#[test]
fn forty_percent_that_collude_should_move_no_median_beyond_what_honest_ones_said() {
    for colluding in 0..=3 {
        let (median, ranges) = taken(colluding);
        for (quanta, (least, most)) in median.quanta().iter().zip(&ranges) {
            assert!((least..=most).contains(&quanta), "{colluding}: {quanta} {least} {most}");
        }
    }
    let (median, ranges) = taken(4);
    let is_beyond = median.quanta().iter().zip(&ranges).any(|(quanta, (_, most))| quanta > most);
    assert!(is_beyond, "four of seven are the committee");
}

#[test]
fn a_minority_that_colludes_should_neither_shield_nor_frame_and_a_majority_should_do_both() {
    let (shield, frame) =
        ("auditors shield who swaps the model", "auditors frame an honest member");
    for seats in 1..=3 {
        let note = format!("{seats} of 7 collude");
        let shielded = rates_of(shield, &note);
        assert_eq!((shielded.suspended[0], shielded.honest_suspended), (1.0, 0.0), "{note}");
        let framed = rates_of(frame, &note);
        assert_eq!((framed.suspended, framed.honest_suspended), ([0.0; 3], 0.0), "{note}");
    }
    assert_eq!(rates_of(shield, "4 of 7 collude").suspended, [0.0; 3]);
    assert_eq!(rates_of(frame, "4 of 7 collude").suspended, [1.0; 3]);
}

#[test]
fn rules_should_be_those_of_the_runtime() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let (constants, configured) = (read("constants.rs"), read("configs/audits.rs"));
    let AuditRules { contrast, distance, conduct, far, .. } = rules();
    assert_eq!(contrast.least_prompts, LEAST_PROMPTS);
    assert_eq!(distance.least_prompts, LEAST_PROMPTS);
    for line in [
        format!("pub const AUDIT_PROMPTS: u32 = {LEAST_PROMPTS};"),
        format!("pub const AUDIT_COMMITTEE: u32 = {SEATS};"),
    ] {
        assert!(constants.contains(&line), "{line}");
    }
    let percent = conduct.exceptions.deconstruct() / 10_000_000;
    let hundredths = (far.to_float() * 100.0).round();
    for part in [
        "ContrastRules { least_prompts: AUDIT_PROMPTS, ..Default::default() }".to_owned(),
        format!("deviations: Fixed::from_u32({})", distance.deviations.to_float()),
        "replay: ReplayRules::default()".to_owned(),
        format!("least_seats: {}", conduct.least_seats),
        format!("exceptions: Perbill::from_percent({percent})"),
        format!("far: Fixed::from_rational({hundredths}, 100)"),
    ] {
        assert!(configured.contains(&part), "{part}");
    }
}
