//! Replays of small made-up sets: what a replay promises of its figures, its rounds and its errors.

use flate2::{write::GzEncoder, Compression};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};
use waggle_evidence::{
    draws::Draws,
    effort::{Bench, Effort},
    replay::{
        measuring::{for_each_round, measure, Figures},
        rounds::Ring,
        sets::Set,
    },
};
use waggle_primitives::{assignment::grades_per_agent, Grade};

/// A folder of its own, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("waggle-replay-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, file: &str, text: &str) {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        fs::write(self.0.join(file), packed.finish().unwrap()).unwrap();
    }

    fn write_set(&self, name: &str, answers: &str, grades: &str) {
        let answers = format!("question,author,equal,truth\n{answers}");
        self.write(&format!("{name}.answers.csv.gz"), &answers);
        let grades = format!("question,judge,author,grade\n{grades}");
        self.write(&format!("{name}.grades.csv.gz"), &grades);
    }

    fn replay(&self, options: &[&str]) -> Output {
        replay(&self.0, options)
    }

    fn error(&self, options: &[&str]) -> String {
        let output = self.replay(options);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        said
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn replay(folder: &Path, options: &[&str]) -> Output {
    let nowhere = std::env::temp_dir();
    Command::new(env!("CARGO_BIN_EXE_waggle-evidence"))
        .args(
            ["--output", "--cache", "--page"]
                .into_iter()
                .flat_map(|of| [of.as_ref(), nowhere.as_os_str()]),
        )
        .arg("replay")
        .arg(folder)
        .args(options)
        .output()
        .unwrap()
}

/// Who grades in a made-up set.
#[derive(Clone, Copy, PartialEq)]
enum Graders {
    Authors,
    Outsiders(usize),
    /// The first of the authors, and two outsiders.
    Both,
}

const QUESTIONS: usize = 60;

/// How good an answer of the made-up sets is: every question has one right one of quality 1.
fn quality(question: usize, author: usize, authors: usize) -> f64 {
    match (question * 7 + question / 3) % authors {
        best if best == author => 1.0,
        best => ((author + best) % 3) as f64 / 4.0,
    }
}

/// A set whose answers all differ, graded by `say(question, author)`. Names are no numbers, and
/// the numbers have gaps.
fn made_up(authors: usize, graders: Graders, say: impl Fn(usize, usize) -> Option<f64>) -> Set {
    let folder = Folder::new();
    let names: Vec<String> = match graders {
        Graders::Authors => (0..authors).map(author_name).collect(),
        Graders::Outsiders(count) => (0..count).map(|judge| format!("judge, {judge}")).collect(),
        Graders::Both => vec![author_name(0), "judge 1".into(), "judge 2".into()],
    };
    let (mut answers, mut grades) = (String::new(), String::new());
    for question in 0..QUESTIONS {
        for author in 0..authors {
            let (name, truth) = (author_name(author), quality(question, author, authors));
            answers += &format!("q{},{name},{},{truth}\n", question * 10, 90 - author * 3);
            for judge in &names {
                let grade = say(question, author);
                let grade = grade.map(|grade| grade.to_string()).unwrap_or_default();
                grades += &format!("q{},\"{judge}\",{name},{grade}\n", question * 10);
            }
        }
    }
    folder.write_set("made-up", &answers, &grades);
    Set::read(&folder.0, "made-up").unwrap()
}

fn author_name(author: usize) -> String {
    format!("author {}", (b'a' + author as u8) as char)
}

fn perfect(authors: usize, graders: Graders) -> Set {
    made_up(authors, graders, |question, author| Some(quality(question, author, authors)))
}

fn measured(set: &Set, ring: Option<f64>) -> Figures {
    measure(&Bench::silent(Effort::Full), set, 3, ring)
}

#[test]
fn rules_should_pick_the_best_answer_when_graders_are_perfect() {
    for graders in [Graders::Authors, Graders::Outsiders(9)] {
        let figures = measured(&perfect(6, graders), None);
        assert_eq!(figures.oracle.mean, 1.0);
        assert_eq!(figures.picked.version_3.mean, 1.0);
        assert_eq!(figures.picked.default.mean, 1.0);
        assert!(figures.ring.is_none());
    }
}

#[test]
fn baselines_should_be_means_of_the_truth() {
    let set = perfect(5, Graders::Authors);
    let figures = measured(&set, None);
    let truths = || set.questions.iter().map(|question| &question.truth);
    let mean = truths().flatten().sum::<f64>() / truths().flatten().count() as f64;
    assert!((figures.random.mean - mean).abs() < 1e-12);
    assert!(figures.random.half_width < 1e-12);
    let of_author = |author: usize| truths().map(|truth| truth[author]).sum::<f64>();
    let best = (0..5).map(of_author).fold(0.0, f64::max) / QUESTIONS as f64;
    assert!((figures.best_author.mean - best).abs() < 1e-12);
    // No two answers are equal: the majority cannot tell them apart.
    assert!((figures.picked.majority.mean - mean).abs() < 1e-12);
}

#[test]
fn ring_should_have_its_share_and_one_wrong_answer() {
    let sets = [perfect(4, Graders::Authors), perfect(7, Graders::Outsiders(11))];
    for (set, share, authors, graders) in [
        (&sets[0], 0.01, 1, 1),
        (&sets[0], 0.28, 1, 1),
        (&sets[0], 0.5, 2, 2),
        (&sets[1], 0.28, 2, 3),
        (&sets[1], 0.5, 4, 6),
        (&sets[1], 0.0, 0, 0),
    ] {
        let count = |members: &[bool]| members.iter().filter(|member| **member).count();
        let mut rounds = 0;
        for_each_round(set, Draws::of("ring", rounds), share, |round, ring: &Ring| {
            rounds += 1;
            assert_eq!(count(&ring.answering), authors, "{share}");
            assert_eq!(count(&ring.grading), graders, "{share}");
            let question_of = |place: usize| round.played.candidates.at(place);
            let members: Vec<usize> =
                (0..set.answers()).filter(|place| ring.answering[*place]).collect();
            assert!(members.iter().all(|place| round.truth[*place] == 0.0));
            for place in 0..set.answers() {
                let like = members.iter().all(|member| question_of(*member) == question_of(place));
                assert!(members.is_empty() || like == ring.answering[place]);
            }
            for (grader, given) in round.played.grades.given.iter().enumerate() {
                for (answer, grade) in given.iter().filter(|_| ring.grading[grader]) {
                    let praised = ring.answering[*answer];
                    assert_eq!(*grade, if praised { Grade::MAX } else { Grade::MIN });
                }
                for (answer, grade) in given.iter().filter(|_| !ring.grading[grader]) {
                    assert!(!ring.answering[*answer] || *grade == Grade::MIN);
                }
            }
        });
        assert_eq!(rounds, QUESTIONS);
    }
}

#[test]
fn ring_should_win_the_majority_when_honest_answers_differ() {
    let figures = measured(&perfect(7, Graders::Authors), Some(0.3));
    let ring = figures.ring.unwrap();
    assert_eq!(ring.share, 0.3);
    assert_eq!((ring.wins.majority.mean, figures.picked.majority.mean), (1.0, 0.0));
    assert!(ring.wins.version_3.mean < 0.2, "{ring:?}");
    assert!(figures.picked.version_3.mean > 0.6);
}

#[test]
fn figures_should_be_the_same_when_played_again() {
    let set = perfect(5, Graders::Outsiders(3));
    assert_eq!(measured(&set, Some(0.4)), measured(&set, Some(0.4)));
    let seeds = |world| {
        let mut seeds = Vec::new();
        for_each_round(&set, Draws::of("again", world), 0.0, |round, _| seeds.push(round.clone()));
        seeds
    };
    assert_eq!(seeds(1), seeds(1));
    assert_ne!(seeds(1), seeds(2));
}

#[test]
fn nobody_should_grade_itself_or_more_than_its_part() {
    for (graders, outsiders) in
        [(Graders::Authors, 0), (Graders::Outsiders(8), 8), (Graders::Both, 2)]
    {
        let set = perfect(7, graders);
        assert_eq!((set.answers(), set.places()), (7, 7 + outsiders));
        let k = grades_per_agent(7);
        for_each_round(&set, Draws::of("grading", 0), 0.0, |round, _| {
            let given = &round.played.grades.given;
            assert_eq!(given.len(), set.places());
            for (grader, given) in given.iter().enumerate() {
                assert_eq!(given.len(), if set.is_grader[grader] { k } else { 0 });
                assert!(given.iter().all(|(answer, _)| *answer != grader && *answer < 7));
            }
            let received = |answer| given.iter().flatten().filter(|(to, _)| *to == answer).count();
            let received: Vec<usize> = (0..7).map(received).collect();
            let spread = received.iter().max().unwrap() - received.iter().min().unwrap();
            assert!(spread <= usize::from(graders != Graders::Authors), "{received:?}");
        });
    }
}

#[test]
fn missing_grades_should_be_passed_over() {
    let set = made_up(6, Graders::Authors, |question, author| {
        (!(question + author).is_multiple_of(4)).then(|| quality(question, author, 6))
    });
    assert_eq!(set.questions.len(), QUESTIONS);
    let mut missing = 0;
    for_each_round(&set, Draws::of("missing", 0), 0.0, |round, _| {
        missing += 12 - round.played.grades.given.iter().flatten().count();
    });
    assert!((QUESTIONS..=QUESTIONS * 6).contains(&missing), "{missing}");
    let figures = measured(&set, None);
    assert!(figures.picked.version_3.mean > figures.random.mean + 0.2);
}

#[test]
fn questions_should_be_left_out_when_they_lack_answers_or_grades() {
    let folder = Folder::new();
    let answers = "x,a,1,0.25\nx,b,1,0.25\ny,a,1,1\nz,a,7,0\nz,b,5,1\n";
    folder.write_set("partial", answers, "x,a,b,1\ny,b,a,1\nz,a,b,\nz,b,a,nan\nz,b,c,1\nw,b,a,1\n");
    let set = Set::read(&folder.0, "partial").unwrap();
    assert_eq!((set.questions.len(), set.authors.len()), (1, 2));
    assert_eq!((set.is_grader, set.outsiders.len()), (vec![true, false], 0));
    assert_eq!(set.questions[0].candidates.by_place(), [0, 0]);
    assert_eq!(set.questions[0].grades, [[None, Some(Grade::MAX)], [None, None]]);
}

#[test]
fn errors_should_name_file_and_line() {
    let good = ("1,a,0,1\n1,b,1,0.5\n", "1,a,b,1\n1,b,a,0.3\n");
    for (answers, grades, file, line, about) in [
        ("1,a,0,1\n1,b,1,much\n", good.1, "answers", 3, "much"),
        ("1,a,0,1.01\n", good.1, "answers", 2, "1.01"),
        ("1,a,0,1\n1,b,0\n", good.1, "answers", 3, "fields"),
        ("1,a,0,1\n1,b,,0\n", good.1, "answers", 3, "equal"),
        ("1,a,0,1\n1,a,0,0\n", good.1, "answers", 3, "before"),
        ("1,a,0,\n", good.1, "answers", 2, "truth"),
        ("", good.1, "answers", 2, "nothing"),
        (good.0, "1,a,b,1\n1,b,a,-0.3\n", "grades", 3, "-0.3"),
        (good.0, "1,a,b,1\n\n1,b,a,x\n", "grades", 4, "x"),
        (good.0, "1,a,b,1\n1,a,b,1\n", "grades", 3, "before"),
        (good.0, "1,,b,1\n", "grades", 2, "judge"),
        (good.0, "", "grades", 2, "nothing"),
    ] {
        let folder = Folder::new();
        folder.write_set("bad", answers, grades);
        let said = folder.error(&[]);
        let place = format!("bad.{file}.csv.gz, line {line}: ");
        assert!(said.contains(&place) && said.contains(about), "{said} is not of {place}{about}");
    }
    let folder = Folder::new();
    folder.write_set("bad", good.0, good.1);
    for (bytes, line, about) in
        [(&b""[..], 1, "end of file"), (b"question,author,equal,truth\n1,a,0,1\n", 1, "gzip")]
    {
        fs::write(folder.0.join("bad.answers.csv.gz"), bytes).unwrap();
        let said = folder.error(&[]);
        assert!(said.contains(&format!("bad.answers.csv.gz, line {line}: ")), "{said}");
        assert!(said.contains(about), "{said}");
    }
    folder.write("bad.answers.csv.gz", "question,author,truth\n1,a,1\n");
    assert!(folder.error(&[]).contains("bad.answers.csv.gz, line 1: there is no column equal"));
}

#[test]
fn error_should_be_one_line_when_there_is_nothing_to_play() {
    let folder = Folder::new();
    assert!(folder.error(&[]).contains("has no sets"));
    folder.write("alone.answers.csv.gz", "question,author,equal,truth\n1,a,0,1\n");
    let said = folder.error(&[]);
    assert!(said.contains("alone.answers.csv.gz has no grades"), "{said}");
    folder.write_set("known", "1,a,0,1\n1,b,0,1\n", "1,a,b,1\n");
    let said = folder.error(&["--sets", "known,other"]);
    assert!(said.contains("no set other; its sets are alone, known"), "{said}");
    folder.write_set("none", "1,a,0,1\n1,b,0,1\n", "2,a,b,1\n");
    assert!(folder.error(&["--sets", "none"]).contains("none.answers.csv.gz: no question"));
    let nowhere = replay(&folder.0.join("nowhere"), &[]);
    assert!(String::from_utf8(nowhere.stderr).unwrap().contains("cannot read the folder"));
    assert!(folder.replay(&["--sets", "known", "--seeds", "2"]).status.success());
}

#[test]
fn json_should_have_exactly_its_fields() {
    let folder = Folder::new();
    let answers = "1,a,0,1\n1,b,1,0.5\n1,c,1,0\n2,a,x,0\n2,b,y,0.5\n2,c,z,0.25\n";
    let grades = "1,j,a,1\n1,j,b,0\n2,j,b,0.7\n1,i,c,0.5\n";
    folder.write_set("one", answers, grades);
    folder.write_set("two", answers, grades);
    let rules = ["majority", "version_3", "default"];
    for (options, ring) in
        [(&["--json"][..], false), (&["--json", "--ring", "0.28", "--seeds", "4"], true)]
    {
        let output = folder.replay(options);
        assert!(output.status.success());
        let said = String::from_utf8(output.stdout).unwrap();
        let objects: Vec<Value> =
            said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), 2);
        for (object, set) in objects.iter().zip(["one", "two"]) {
            let mut fields = vec!["best_author", "default", "majority", "oracle", "questions"];
            fields.extend(["random", "set", "version_3"]);
            if ring {
                fields.extend(["ring", "ring_wins"]);
                assert_eq!(object["ring"], 0.28);
                let wins = object["ring_wins"].as_object().unwrap();
                assert!(rules.iter().all(|rule| wins[*rule].is_number()) && wins.len() == 3);
            }
            fields.sort_unstable();
            let object = object.as_object().unwrap();
            let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, fields);
            assert_eq!((&object["set"], &object["questions"]), (&set.into(), &2.into()));
            assert!(object.iter().all(|(name, value)| {
                name == "set" || name == "ring_wins" || value.is_number()
            }));
        }
        assert_eq!(said, String::from_utf8(folder.replay(options).stdout).unwrap());
    }
    let table = String::from_utf8(folder.replay(&["--ring", "0.5"]).stdout).unwrap();
    assert_eq!(table.matches("a ring of 50 %").count(), 2, "{table}");
}

#[test]
fn publishing_should_write_the_file_and_the_page() {
    let folder = Folder::new();
    let set = "1,a,0,1\n1,b,1,0.5\n1,c,1,0\n";
    folder.write_set("one", set, "1,j,a,1\n1,j,b,0\n");
    let page = folder.0.join("page.md");
    fs::write(&page, "# Page\n<!-- replay -->\nold\n<!-- /replay -->\n").unwrap();
    let published = Command::new(env!("CARGO_BIN_EXE_waggle-evidence"))
        .args(["--output", "out", "--cache", "cache", "--page", "page.md"])
        .args(["replay", ".", "--publish", "--seeds", "2"])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert!(published.status.success(), "{published:?}");
    let lines = fs::read_to_string(folder.0.join("out/replay.csv")).unwrap();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("| one | 0.500 | 1.000 | 0.250 |"), "{page}");
}
