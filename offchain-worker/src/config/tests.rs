//! What a configuration may say, and what is said of one that may not.

use super::*;
use crate::protocol::Hex32;

fn parse(text: &str) -> Result<Config, toml::de::Error> {
    toml::from_str(text)
}

fn fails(text: &str) -> String {
    parse(text).unwrap().check().unwrap_err().to_string()
}

const HUB: &str = "[[models]]\nname = 'm'\nhub_id = 'owner/name'\n";

#[test]
fn example_should_be_valid_and_say_the_defaults() {
    let text = include_str!("../../worker.example.toml");
    let example = parse(text).unwrap();
    assert_eq!(format!("{:?}", example.server), format!("{:?}", ServerConfig::default()));
    assert_eq!(format!("{:?}", example.limits), format!("{:?}", LimitsConfig::default()));
    // With every commented key uncommented it still has no unknown one.
    let all: Vec<&str> =
        text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect();
    let all = parse(&all.join("\n")).unwrap();
    assert!(all.models.len() > example.models.len());
}

#[test]
fn hub_model_should_pass_without_network() {
    let text =
        format!("{HUB}[[agents]]\nkey = '{}'\nmodel = 'm'\ntemperature = 0.5", "ab".repeat(32));
    let checked = parse(&text).unwrap().check().unwrap();
    assert_eq!(checked.roster.find(&Hex32([0xab; 32])).unwrap().sampling.temperature, 0.5);
    assert_eq!(checked.server.listen.port(), 7741);
}

#[test]
fn unknown_keys_should_be_refused_everywhere() {
    for text in [
        "sever = 1",
        "[server]\nport = 1",
        "[limits]\nqueues = 1",
        "[[models]]\nname = 'm'\nfile = 'x'",
        "[[models]]\nname = 'm'\n[models.grading]\nrubric = 'x'",
        "[[agents]]\nkey = '*'\nmodel = 'm'\ntopics = []",
        "[[agents]]\nkey = '*'\nmodel = 'm'\n[agents.willingness]\nmood = 1",
        "[[units]]\nname = 'u'\nkind = 'dates'\nat = []\nzone = 1",
        "[[models]]\nname = 'm'\n[models.openai]\nbase_url = ''\nmodel = ''\nkey = 'x'",
        "[[models]]\nname = 'm'\n[models.program]\ncommand = []\nshell = true",
        "[[models]]\nname = 'm'\n[models.llama_server]\ngguf = 'x'\nport = 1",
    ] {
        assert!(parse(text).unwrap_err().to_string().contains("unknown field"), "{text}");
    }
}

#[test]
fn check_should_name_what_is_wrong() {
    let agent = |line: &str| format!("{HUB}[[agents]]\nkey = '*'\nmodel = 'm'\n{line}");
    assert!(fails("").contains("[[models]]"));
    assert!(fails(HUB).contains("[[agents]]"));
    assert!(fails(&format!("{HUB}{HUB}[[agents]]\nkey = '*'\nmodel = 'm'")).contains("twice"));
    assert!(fails(&format!("{HUB}[[agents]]\nkey = '*'\nmodel = 'x'")).contains("\"x\""));
    assert!(fails(&agent("temperature = -1")).contains("temperature"));
    assert!(fails(&agent("temperature = nan")).contains("temperature"));
    assert!(fails(&agent("top_p = 0.0")).contains("top_p"));
    assert!(fails(&agent("top_k = 0")).contains("top_k"));
    assert!(fails(&agent("[limits]\nqueue = 0")).contains("limits.queue"));
    let model = |lines: &str| {
        format!("[[models]]\nname = 'm'\n{lines}\n[[agents]]\nkey = '*'\nmodel = 'm'")
    };
    assert!(fails(&model("")).contains("path and hub_id"));
    assert!(fails(&model("path = 'a'\nhub_id = 'a/b'")).contains("path and hub_id"));
    assert!(fails(&model("path = '/nonexistent'")).contains("no such directory"));
    assert!(fails(&model("hub_id = '/nonexistent/model'")).contains("Hub id"));
    assert!(fails(&model("hub_id = 'a/b'\narchitecture = 'bert'")).contains("bert"));
    let template = "hub_id = 'a/b'\n[models.grading]\ntemplate = 'x'";
    assert!(fails(&model(template)).contains("candidate"));
    assert!(parse("[[agents]]\nkey = 'abc'\nmodel = 'm'").unwrap_err().to_string().contains("64"));
    let twice = format!("[[agents]]\nkey = '{}'\nmodel = 'm'\n", "11".repeat(32));
    assert!(fails(&format!("{HUB}{twice}{twice}")).contains("1111"));
}

#[test]
fn check_should_name_what_is_wrong_with_modules() {
    let model = |lines: &str| {
        fails(&format!("[[models]]\nname = 'm'\n{lines}\n[[agents]]\nkey = '*'\nmodel = 'm'"))
    };
    let server = |lines: &str| model(&format!("[models.openai]\nmodel = 'x'\n{lines}"));
    assert!(server("base_url = 'nonsense'").contains("openai.base_url"));
    assert!(server("base_url = 'file:///etc/passwd'").contains("http or https"));
    assert!(server("base_url = 'http://me:secret@host/v1'").contains("api_key_file"));
    let url = "base_url = 'http://127.0.0.1:1/v1'\n";
    assert!(server(&format!("{url}parallel = 0")).contains("parallel"));
    assert!(server(&format!("{url}top_logprobs = 1")).contains("too few"));
    let nonsense = format!("[[models]]\n[models.openai]\nmodel = 'x'\n{url}dialect = 'klingon'");
    assert!(parse(&nonsense).unwrap_err().to_string().contains("`llama.cpp`"));
    assert!(server(&format!("{url}omit = ['messages']")).contains("openai.omit"));
    let absent = server(&format!("{url}api_key_file = '/nonexistent/key'"));
    assert!(absent.contains("/nonexistent/key"));
    let unset = server(&format!("{url}api_key_env = 'WAGGLE_TEST_NO_SUCH_KEY'"));
    assert!(unset.contains("is not set"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    fs::write(&file, "two words").unwrap();
    let error = server(&format!("{url}api_key_file = {file:?}"));
    assert!(error.contains("no key") && !error.contains("words"), "{error}");
    assert!(model(&format!("path = 'a'\n[models.openai]\nmodel = 'x'\n{url}"))
        .contains("one of path and hub_id"));
    assert!(model(&format!("isq = '4'\n[models.openai]\nmodel = 'x'\n{url}"))
        .contains("isq is for models"));
    assert!(model(&format!("max_context = 4096\n[models.openai]\nmodel = 'x'\n{url}"))
        .contains("max_context is for models"));
    assert!(model("hub_id = 'a/b'\nmax_context = 9").contains("at least 256"));
    assert!(model("hub_id = 'a/b'\ndevice = 'cpu'\nprefix_cache = 2").contains("without a bound"));
    assert!(model("hub_id = 'a/b'\nisq = 'q99'").contains("q99"));
    assert!(model("hub_id = 'a/b'\nisq = '4'\ngguf = 'x.gguf'").contains("GGUF"));
    let program = |lines: &str| model(&format!("[models.program]\n{lines}"));
    assert!(program("command = []").contains("a program is needed"));
    assert!(program("command = ['no-such-program-here']").contains("no-such-program-here"));
    assert!(program("command = ['sh']\ndirectory = '/nonexistent'").contains("no such directory"));
    assert!(program("command = ['sh']\n[models.grading]\nmin_mass = 0.1").contains("by itself"));
    let adversary = |lines: &str| model(&format!("[models.adversary]\n{lines}"));
    assert!(adversary("kind = 'buggy'").contains("needs one"));
    assert!(adversary("kind = 'lazy'\nmodel = 'm'").contains("has none"));
    assert!(adversary("kind = 'injecting'\nmodel = 'm'").contains("before it"));
    assert!(adversary("kind = 'lazy'\n[models.grading]\nmin_mass = 0.1").contains("as it likes"));
}

#[test]
fn check_should_name_what_is_wrong_with_a_llama_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.gguf");
    fs::write(&file, [b"GGUF\x03\0\0\0".as_slice(), &[0; 16]].concat()).unwrap();
    let text = |lines: &str| {
        format!(
            "[[models]]\nname = 'm'\n[models.llama_server]\nprogram = 'sh'\n{lines}\n\
             [[agents]]\nkey = '*'\nmodel = 'm'"
        )
    };
    let good = text(&format!("gguf = {file:?}"));
    assert_eq!(parse(&good).unwrap().check().unwrap().models[0].name(), "m");
    let wrong = |lines: &str| fails(&text(&format!("gguf = {file:?}\n{lines}")));
    assert!(wrong("parallel = 0").contains("llama_server.parallel"));
    assert!(wrong("context = 0").contains("llama_server.context"));
    assert!(wrong("arguments = ['--port', '80']").contains("--port is the worker's own"));
    assert!(fails(&text("gguf = '/nonexistent.gguf'")).contains("/nonexistent.gguf"));
    assert!(fails(&text("gguf = '/bin/sh'")).contains("no GGUF"));
    let missing = fails(&good.replace("'sh'", "'no-such-program-here'"));
    assert!(missing.contains("./scripts/llama") && missing.contains("in PATH"), "{missing}");
    let both = good.replace("[models.llama_server]", "hub_id = 'a/b'\n[models.llama_server]");
    assert!(fails(&both).contains("one of path and hub_id"));
    let outside = good.replace("[models.llama_server]", "isq = '4'\n[models.llama_server]");
    assert!(fails(&outside).contains("isq is for models"));
}

#[test]
fn check_should_name_what_is_wrong_with_units_and_willingness() {
    let unit = |lines: &str| {
        fails(&format!("{HUB}[[units]]\nname = 'u'\n{lines}\n[[agents]]\nkey = '*'\nmodel = 'm'"))
    };
    assert!(unit("kind = 'calculator'\nat = []").contains("at least one stage"));
    assert!(
        unit("kind = 'knowledge'\nat = ['check']\nfolder = '/'").contains("check is not possible")
    );
    assert!(
        unit("kind = 'knowledge'\nat = ['note']\nfolder = '/nonexistent'").contains("/nonexistent")
    );
    assert!(unit("kind = 'filter'\nprompt = {languages = ['xx']}").contains("xx"));
    assert!(unit("kind = 'filter'\nanswer = {forbid = ['(']}").contains("no pattern"));
    let calculator = "kind = 'calculator'\nat = ['tool']";
    assert!(
        unit(&format!("{calculator}\n[[units]]\nname = 'u'\n{calculator}")).contains("each once")
    );
    let agent = |lines: &str| fails(&format!("{HUB}[[agents]]\nkey = '*'\nmodel = 'm'\n{lines}"));
    assert!(agent("units = ['absent']").contains("absent"));
    let willing = |lines: &str| agent(&format!("temperature = 0.5\n[agents.willingness]\n{lines}"));
    assert!(willing("topics = ['(']").contains("topics"));
    assert!(willing("min_reward = '1.5'").contains("min_reward"));
    assert!(willing("max_min_score = 1.5").contains("max_min_score"));
    assert!(willing("samples = 5").contains("need each other"));
    assert!(willing("samples = 1\nmin_agreement = 0.5").contains("2 to 64"));
    let greedy = agent("[agents.willingness]\nsamples = 3\nmin_agreement = 0.5");
    assert!(greedy.contains("temperature"));
}

#[test]
fn single_model_should_take_absent_directories_for_directories() {
    let config = Config::single_model("./nonexistent/model", None, 0.7);
    assert!(config.check().unwrap_err().to_string().contains("no such directory"));
    let config = Config::single_model("owner/name", None, 0.7);
    assert_eq!(config.models[0].hub_id.as_deref(), Some("owner/name"));
}

#[test]
fn relative_paths_should_count_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker.toml");
    fs::write(&file, "[[models]]\nname = 'm'\npath = 'models/m'").unwrap();
    assert_eq!(Config::read(&file).unwrap().models[0].path, Some(folder.path().join("models/m")));
    let llama = "[[models]]\nname = 'm'\n[models.llama_server]\ngguf = 'm.gguf'\n\
                 [[agents]]\nkey = '*'\nmodel = 'm'";
    fs::write(&file, llama).unwrap();
    let error = Config::read(&file).unwrap().check().unwrap_err().to_string();
    assert!(error.contains(&folder.path().join("m.gguf").display().to_string()), "{error}");
}
