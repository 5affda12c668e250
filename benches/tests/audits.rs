//! Audits of made-up records: who runs what it does not declare is flagged, who does is not, and
//! what is not of the form is refused in one line. The records are made by rule, in the form of
//! those of the Gaia network, which have no licence and are not here.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};
use waggle_evidence::{audits::adversaries::scenes::scenes, draws::Draws};

const DIMENSIONS: usize = 64;
const QUESTIONS: usize = 20;
const ANSWERS: usize = 5;
/// Model, family, size. `forager-x` says what `forager-9b` says.
const MODELS: [(&str, &str, &str); 4] = [
    ("forager-3.1-27b", "forager", "27b"),
    ("forager-3.1-9b", "forager", "9b"),
    ("forager-x", "forager", "9b"),
    ("weaver", "weaver", "8b"),
];

/// A folder of its own, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("waggle-audits-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// With these models in two runs.
    fn of(models: &[(&str, &str, &str)]) -> Self {
        let folder = Self::new();
        for run in ["run1", "run2"] {
            for model in models {
                folder.write(run, model, QUESTIONS);
            }
        }
        folder
    }

    fn write(&self, run: &str, model: &(&str, &str, &str), questions: usize) {
        let name = format!("{run}.{}", model.0);
        let (mut bytes, mut lines) = (Vec::new(), String::new());
        for question in 0..questions {
            for answer in 0..ANSWERS {
                let values = embedding(run, model, question, answer);
                bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
                lines += &format!("question {question}\n");
            }
        }
        fs::write(self.0.join(format!("{name}.i16")), bytes).unwrap();
        fs::write(self.0.join(format!("{name}.questions")), lines).unwrap();
    }

    fn audits(&self, options: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_waggle-evidence"))
            .args(["--output", "out", "--cache", "cache", "--page", "page.md", "audits", "."])
            .args(options)
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    fn said(&self, options: &[&str]) -> String {
        let output = self.audits(options);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn refuses(&self, options: &[&str], why: &str) {
        let output = self.audits(options);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        assert!(said.contains(why), "{said}");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a name stands for: a direction of about unit length.
fn direction(name: &str) -> Vec<f64> {
    let mut draws = Draws::of(&format!("audits/test/{name}"), 0);
    (0..DIMENSIONS).map(|_| draws.gaussian() / (DIMENSIONS as f64).sqrt()).collect()
}

/// Where the question is, a bit of the family's way, less of the size's, and chance: more of it in
/// some answers than in others.
fn embedding(
    run: &str,
    (model, family, size): &(&str, &str, &str),
    question: usize,
    answer: usize,
) -> Vec<i16> {
    let name = format!("{question}/{model}/{run}/{answer}");
    let chance = 0.35 * Draws::of(&format!("audits/test/{name}/chance"), 0).uniform();
    let parts = [
        (1.0, direction(&question.to_string())),
        (0.4, direction(&format!("{question}/{family}"))),
        (0.1, direction(&format!("{question}/{family}/{size}"))),
        (chance, direction(&name)),
    ];
    let sum: Vec<f64> = (0..DIMENSIONS)
        .map(|dimension| parts.iter().map(|(part, at)| part * at[dimension]).sum())
        .collect();
    let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
    sum.iter().map(|value| (value / length * 65_534.0).round() as i16).collect()
}

/// Power and false positives by claim, actual model and test.
fn figures(said: &str) -> BTreeMap<(String, String, String), (f64, f64)> {
    let objects = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    objects
        .map(|object| {
            let text = |column: &str| object[column].as_str().unwrap().to_owned();
            let number = |column: &str| object[column].as_f64().unwrap();
            let key = (text("claim"), text("actual"), text("test"));
            (key, (number("power"), number("false_positives")))
        })
        .collect()
}

#[test]
fn whoever_runs_another_model_should_be_flagged_and_nobody_else() {
    let said = Folder::of(&[MODELS[0], MODELS[1], MODELS[3]]).said(&["--json"]);
    let figures = figures(&said);
    assert_eq!(figures.len(), 3 * 2 * 3, "{said}");
    for ((claim, actual, test), (power, false_positives)) in &figures {
        let is_other_family = claim == "weaver" || actual == "weaver";
        if test != "distance" {
            assert!(*power >= 0.9, "{claim} {actual} {test}: {power}");
            assert!(*false_positives <= 0.001, "{claim} {actual} {test}: {false_positives}");
        }
        if is_other_family {
            assert_eq!(*power, 1.0, "{claim} {actual} {test}");
        }
    }
    let of = |test: &str| {
        let (claim, actual) = (MODELS[0].0.to_owned(), MODELS[1].0.to_owned());
        figures[&(claim, actual, test.to_owned())].0
    };
    assert!(of("contrast") > of("distance"), "Gaia's test is weaker within a family");
}

#[test]
fn a_claim_that_is_the_same_model_should_flag_nobody_that_is_honest() {
    let figures = figures(&Folder::of(&MODELS).said(&["--json"]));
    for ((claim, actual, test), (power, false_positives)) in &figures {
        if test == "distance" {
            continue;
        }
        assert!(*false_positives <= 0.001, "{claim} {actual} {test}: {false_positives}");
        let is_same =
            [claim, actual].iter().all(|name| [MODELS[1].0, MODELS[2].0].contains(&name.as_str()));
        if is_same {
            assert!(*power <= 0.25, "{claim} {actual} {test}: {power}");
        } else {
            assert!(*power >= 0.9, "{claim} {actual} {test}: {power}");
        }
    }
}

#[test]
fn json_should_have_exactly_the_columns_and_be_the_same_every_time() {
    let folder = Folder::of(&[MODELS[0], MODELS[3]]);
    let said = folder.said(&["--json"]);
    assert_eq!(said.lines().count(), 2 * 3);
    let columns = ["claim", "actual", "test", "prompts", "answers", "power", "false_positives"];
    for line in said.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        let names: BTreeSet<&str> =
            object.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(columns));
        assert_eq!(object["answers"], 2 * QUESTIONS * ANSWERS);
        let prompts = object["prompts"].as_u64().unwrap();
        assert_eq!(prompts == 20, object["test"] != "sequential", "{line}");
    }
    assert_eq!(folder.said(&["--json"]), said);
    let short = folder.said(&["--json", "--prompts", "10"]);
    assert!(short.contains("\"prompts\":10"), "{short}");
    let table = folder.said(&[]);
    assert!(table.contains("2 runs, each held out once; 2 models, 64 dimensions"), "{table}");
    assert_eq!(table.lines().count(), 2 + 2 * 3);
}

#[test]
fn publishing_should_write_the_file_and_the_page() {
    let folder = Folder::of(&[MODELS[0], MODELS[3]]);
    let page = folder.0.join("verification.md");
    fs::write(&page, "# Page\n<!-- audits -->\nold\n<!-- /audits -->\n").unwrap();
    folder.said(&["--publish"]);
    let lines = fs::read_to_string(folder.0.join("out/audits.csv")).unwrap();
    let head = "claim,actual,test,prompts,answers,power,false_positives";
    assert_eq!((lines.lines().next(), lines.lines().count()), (Some(head), 1 + 2 * 3));
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("| forager-3.1-27b | weaver | 100.0 % | 0.000 % |"), "{page}");
}

#[test]
fn adversaries_should_be_published_and_json_should_have_exactly_the_columns() {
    let folder = Folder::of(&[MODELS[0], MODELS[3]]);
    let page = folder.0.join("verification.md");
    let markers = "<!-- adversaries-run -->\n<!-- /adversaries-run -->\n\
                   <!-- adversaries -->\n<!-- /adversaries -->\n";
    fs::write(&page, markers).unwrap();
    let said = folder.said(&["--adversaries", "--json", "--publish"]);
    let scenes = scenes(QUESTIONS);
    assert_eq!(said.lines().count(), scenes.len());
    let columns = [
        "adversary",
        "note",
        "flagged",
        "suspended_2",
        "suspended_4",
        "suspended_8",
        "honest_suspended",
    ];
    for (line, scene) in said.lines().zip(&scenes) {
        let object: Value = serde_json::from_str(line).unwrap();
        let names: BTreeSet<&str> =
            object.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(columns));
        assert_eq!(object["adversary"], scene.adversary);
        assert_eq!(object["note"], scene.note.as_str());
        let numbers: Vec<f64> =
            columns[2..].iter().map(|column| object[*column].as_f64().unwrap()).collect();
        assert!(numbers.iter().all(|part| (0.0..=1.0).contains(part)), "{line}");
        assert!(numbers[1] <= numbers[2] && numbers[2] <= numbers[3], "{line}");
    }
    let lines = fs::read_to_string(folder.0.join("out/audit-adversaries.csv")).unwrap();
    let count = lines.lines().count();
    assert_eq!((lines.lines().next(), count), (Some(&*columns.join(",")), 1 + scenes.len()));
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("2 runs, 2 models, 32 epochs of 20 prompts of each line"), "{page}");
    assert_eq!(page.lines().filter(|line| line.starts_with("| ")).count(), 2 + scenes.len());
    folder.refuses(&["--adversaries", "--prompts", "15"], "fewer than 16 prompts");
}

#[test]
fn what_is_not_of_the_form_should_be_refused() {
    let folder = Folder::new();
    folder.refuses(&[], "has no records");
    folder.write("run1", &MODELS[0], QUESTIONS);
    folder.refuses(&[], "one run only");
    folder.write("run2", &MODELS[0], QUESTIONS);
    folder.refuses(&[], "one model only");
    folder.write("run1", &MODELS[3], QUESTIONS);
    folder.write("run2", &MODELS[3], QUESTIONS);
    assert!(folder.audits(&["--json"]).status.success());

    let (embeddings, questions) =
        (folder.0.join("run2.weaver.i16"), folder.0.join("run2.weaver.questions"));
    let (bytes, lines) = (fs::read(&embeddings).unwrap(), fs::read_to_string(&questions).unwrap());
    fs::write(&embeddings, &bytes[..bytes.len() - 2]).unwrap();
    folder.refuses(&[], "bytes are not 100 embeddings");
    fs::write(&embeddings, vec![0; bytes.len() / 2]).unwrap();
    folder.refuses(&[], "32 dimensions");
    let mut long = bytes.clone();
    long[..2 * DIMENSIONS].fill(0x3f);
    fs::write(&embeddings, &long).unwrap();
    folder.refuses(&[], "embedding 1: its length is");
    // An embedding of zeros is an answer that is absent.
    long[..2 * DIMENSIONS].fill(0);
    fs::write(&embeddings, &long).unwrap();
    assert!(folder.audits(&["--json"]).status.success());
    fs::write(&embeddings, &bytes).unwrap();

    fs::write(&questions, lines.replacen("question 0\n", "\n", 1)).unwrap();
    folder.refuses(&[], "line 1: no question");
    fs::write(&questions, "").unwrap();
    folder.refuses(&[], "is empty");
    fs::remove_file(&questions).unwrap();
    folder.refuses(&[], "there is no run2.weaver.questions");
    fs::remove_file(&embeddings).unwrap();
    folder.refuses(&[], "nothing can be held out");

    fs::write(folder.0.join("run3.i16"), &bytes).unwrap();
    fs::write(folder.0.join("run3.questions"), &lines).unwrap();
    folder.refuses(&[], "its name is not RUN.MODEL.i16");
}

#[test]
fn too_few_questions_should_be_refused() {
    let folder = Folder::new();
    for run in ["run1", "run2"] {
        for model in [&MODELS[0], &MODELS[3]] {
            folder.write(run, model, 7);
        }
    }
    folder.refuses(&[], "nothing can be held out");
}
