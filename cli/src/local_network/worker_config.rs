//! Which agent speaks with which model, and the worker's configuration file that says so.

use crate::Failure;
use serde::Deserialize;
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// The part of one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRole {
    /// Name of its model or expert system.
    pub model: String,
    /// The directory of the model or expert system.
    pub path: PathBuf,
    /// What it thinks with.
    pub mind: Mind,
}

/// What an agent thinks with.
#[derive(Clone, Debug, PartialEq)]
pub enum Mind {
    /// A language model.
    Model {
        /// Sampling temperature of its answers; 0 takes the likeliest token.
        temperature: f64,
    },
    /// An expert system.
    Program {
        /// The program and its arguments, started in the directory.
        command: Vec<String>,
    },
    /// An adversary of the worker's, for tests and demos.
    Adversary {
        /// How it behaves.
        kind: &'static str,
        /// The name of the model behind it, if its kind needs one.
        behind: Option<String>,
    },
}

/// The adversaries that a demo adds, in this order, and whether each needs a model behind it. The
/// last two are a ring.
const ADVERSARIES: [(&str, bool); 6] = [
    ("injecting", true),
    ("lazy", false),
    ("buggy", true),
    ("copying", false),
    ("colluding", false),
    ("colluding", false),
];

/// How many adversaries there are at most.
pub const MOST_ADVERSARIES: u8 = ADVERSARIES.len() as u8;

/// What adversaries draw from; those of a ring share it.
const ADVERSARIES_SEED: u64 = 1;

/// `count` adversaries of different kinds, beside the agents of `roles`.
pub fn adversaries(roles: &[AgentRole], count: usize) -> Vec<AgentRole> {
    let model = roles.iter().find(|role| matches!(role.mind, Mind::Model { .. }));
    let of = |&(kind, needs_model): &(&'static str, bool)| {
        let behind = if needs_model { Some(model?.model.clone()) } else { None };
        let model = format!("adversary: {kind}");
        Some(AgentRole { model, path: PathBuf::new(), mind: Mind::Adversary { kind, behind } })
    };
    ADVERSARIES.iter().filter_map(of).take(count).collect()
}

/// The line-up of the bundled models' swarm, in their directory: see its README.
const LINE_UP: &str = "swarm.json";

/// One agent of the line-up. A plain record, because serde cannot read the numbers of untagged or
/// flattened ones where serde_json keeps them as text, and a crate of the chain makes it do so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    /// Name of the directory.
    model: String,
    /// A language model's.
    temperature: Option<f64>,
    /// An expert system's.
    command: Option<Vec<String>>,
}

/// The agents that `swarm.json` lists.
#[derive(Clone, Debug, PartialEq)]
pub struct LineUp {
    /// Those that can be played here; at least one.
    pub roles: Vec<AgentRole>,
    /// What is missing on this machine for the others, a line each.
    pub absent: Vec<String>,
}

/// Read `swarm.json` in `directory`, and leave out expert systems whose program this machine lacks.
///
/// # Errors
/// [`Failure::File`] if the list or one of its models is not there.
pub fn line_up(directory: &Path) -> Result<LineUp, Failure> {
    let file = directory.join(LINE_UP);
    let broken =
        |path: &Path, reason: String| Failure::File { path: path.display().to_string(), reason };
    let text = std::fs::read(&file).map_err(|error| broken(&file, error.to_string()))?;
    let parts: Vec<Part> =
        serde_json::from_slice(&text).map_err(|error| broken(&file, error.to_string()))?;
    let (mut roles, mut absent) = (Vec::new(), Vec::new());
    for Part { model, temperature, command } in parts {
        let mind = match (temperature, command) {
            (Some(temperature), None) => Mind::Model { temperature },
            (None, Some(command)) => Mind::Program { command },
            _ => {
                return Err(broken(&file, format!("{model} has either a temperature or a command")))
            }
        };
        let path = directory.join(&model);
        let path = path.canonicalize().map_err(|error| broken(&path, error.to_string()))?;
        match &mind {
            Mind::Program { command }
                if !command.first().is_some_and(|program| is_installed(program)) =>
            {
                absent.push(format!(
                    "{model} needs {}",
                    command.first().map_or("a program", String::as_str)
                ));
            }
            _ => roles.push(AgentRole { model, path, mind }),
        }
    }
    if roles.is_empty() {
        return Err(broken(&file, "no agents in it that can be played here".into()));
    }
    Ok(LineUp { roles, absent })
}

/// Give `agents` agents the parts of [`line_up`], in turn.
///
/// # Errors
/// [`Failure::File`] if the list or one of its models is not there.
pub fn cast(directory: &Path, agents: usize) -> Result<Vec<AgentRole>, Failure> {
    Ok(line_up(directory)?.roles.into_iter().cycle().take(agents).collect())
}

/// Whether one of the directories of `PATH` has a program of that name.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|place| place.join(program).is_file())
}

/// The different models among `roles`, in the order of their first use.
pub fn distinct_models(roles: &[AgentRole]) -> Vec<&AgentRole> {
    let mut distinct: Vec<&AgentRole> = Vec::new();
    for role in roles {
        if !distinct.iter().any(|other| other.model == role.model) {
            distinct.push(role);
        }
    }
    distinct
}

/// The configuration file of a worker that serves the agents with `keys` (hex) in `roles`.
pub fn render(roles: &[AgentRole], keys: &[String]) -> String {
    let mut text = String::from("# Written by waggle-demo.\n");
    for role in distinct_models(roles) {
        let (name, path) = (quoted(&role.model), quoted(&role.path.display().to_string()));
        let _ = match &role.mind {
            Mind::Model { .. } => write!(text, "\n[[models]]\nname = {name}\npath = {path}\n"),
            Mind::Program { command } => {
                let command: Vec<String> = command.iter().map(|word| quoted(word)).collect();
                let command = command.join(", ");
                write!(text, "\n[[models]]\nname = {name}\nprogram = {{ command = [{command}], directory = {path} }}\n")
            }
            Mind::Adversary { kind, behind } => {
                let behind = behind
                    .as_ref()
                    .map(|model| format!(", model = {}", quoted(model)))
                    .unwrap_or_default();
                let seed = ADVERSARIES_SEED;
                write!(text, "\n[[models]]\nname = {name}\nadversary = {{ kind = {kind:?}, seed = {seed}{behind} }}\n")
            }
        };
    }
    for (role, key) in roles.iter().zip(keys) {
        let (key, model) = (quoted(key), quoted(&role.model));
        let _ = write!(text, "\n[[agents]]\nkey = {key}\nmodel = {model}\n");
        if let Mind::Model { temperature } = role.mind {
            let _ = writeln!(text, "temperature = {temperature:?}");
        }
    }
    text
}

/// A TOML basic string; JSON's escapes are among TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(names: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let part = |name: &&str| serde_json::json!({"model": name, "temperature": 0.3});
        let line_up: Vec<_> = names.iter().map(part).collect();
        std::fs::write(
            directory.path().join(LINE_UP),
            serde_json::Value::from(line_up).to_string(),
        )
        .unwrap();
        for name in names.iter().filter(|name| **name != "missing") {
            std::fs::create_dir(directory.path().join(name)).unwrap();
        }
        directory
    }

    #[test]
    fn agents_should_take_the_parts_in_turn() {
        let directory = models(&["b", "a", "c"]);
        let roles = cast(directory.path(), 7).unwrap();
        let names: Vec<&str> = roles.iter().map(|role| role.model.as_str()).collect();
        assert_eq!(names, ["b", "a", "c", "b", "a", "c", "b"]);
        assert!(roles.iter().all(|role| role.mind == Mind::Model { temperature: 0.3 }));
        assert_eq!(distinct_models(&roles).len(), 3);
    }

    #[test]
    fn cast_should_fail_when_the_list_or_a_model_is_missing() {
        assert!(matches!(cast(models(&[]).path(), 7), Err(Failure::File { .. })));
        assert!(matches!(cast(models(&["missing"]).path(), 7), Err(Failure::File { .. })));
        assert!(matches!(cast(tempfile::tempdir().unwrap().path(), 7), Err(Failure::File { .. })));
    }

    #[test]
    fn expert_systems_should_take_part_where_their_program_is_installed() {
        let directory = models(&["a"]);
        std::fs::create_dir(directory.path().join("expert")).unwrap();
        let with = |program: &str| {
            let expert = serde_json::json!({"model": "expert", "command": [program, "x.py"]});
            let parts = serde_json::json!([{"model": "a", "temperature": 0.3}, expert]);
            std::fs::write(directory.path().join(LINE_UP), parts.to_string()).unwrap();
            line_up(directory.path()).unwrap()
        };
        let LineUp { roles, absent } = with("sh");
        assert_eq!((roles.len(), absent.len()), (2, 0));
        let text = render(&roles, &["01".into(), "02".into()]);
        assert!(
            text.contains("program = { command = [\"sh\", \"x.py\"], directory = \""),
            "{text}"
        );
        assert!(text.ends_with("key = \"02\"\nmodel = \"expert\"\n"), "{text}");
        let LineUp { roles, absent } = with("no-such-program-here");
        assert_eq!(roles.len(), 1);
        assert_eq!(absent, ["expert needs no-such-program-here"]);
    }

    #[test]
    fn adversaries_should_be_of_different_kinds_with_a_model_behind_those_that_need_one() {
        let directory = models(&["a"]);
        let mut roles = cast(directory.path(), 2).unwrap();
        let count = usize::from(MOST_ADVERSARIES);
        roles.extend(adversaries(&roles, count));
        assert_eq!(roles.len(), 2 + count);
        assert_eq!(
            adversaries(&roles, 2).iter().map(|role| role.model.as_str()).collect::<Vec<_>>(),
            ["adversary: injecting", "adversary: lazy"]
        );
        let keys: Vec<String> = (0..roles.len()).map(|key| key.to_string()).collect();
        let text = render(&roles, &keys);
        assert!(
            text.contains("adversary = { kind = \"injecting\", seed = 1, model = \"a\" }"),
            "{text}"
        );
        assert!(text.contains("adversary = { kind = \"lazy\", seed = 1 }"), "{text}");
        assert_eq!(
            text.matches("model = \"adversary: colluding\"").count(),
            2,
            "a ring shares its module: {text}"
        );
    }

    #[test]
    fn configuration_should_name_each_model_once_and_each_agent() {
        let directory = models(&["a", "b"]);
        let roles = cast(directory.path(), 3).unwrap();
        let text = render(&roles, &["01".into(), "02".into(), "03".into()]);
        assert_eq!(text.matches("[[models]]").count(), 2);
        assert_eq!(text.matches("[[agents]]").count(), 3);
        assert!(text.contains("key = \"03\"\nmodel = \"a\"\ntemperature = 0.3\n"), "{text}");
    }
}
