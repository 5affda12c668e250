//! Who takes part in a swarm: each agent's model, and what it thinks with.
//!
//! The bundled models' swarm is listed in `swarm.json` in their directory; its README says how.

use serde::Deserialize;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// What an agent thinks with.
#[derive(Clone, Debug, PartialEq)]
pub enum Mind {
    /// A language model.
    Model {
        /// Sampling temperature of its answers; 0 takes the likeliest token.
        temperature: f64,
    },
    /// A language model as people run it: weights in a GGUF file, which this repository does not
    /// have.
    Real(Real),
    /// An expert system: a program that speaks JSON lines.
    Program {
        /// The program and its arguments, started in the directory.
        command: Vec<String>,
    },
    /// An adversary of the worker's (docs/agents.md). It has no directory.
    Adversary {
        /// How it behaves.
        kind: &'static str,
        /// What it draws from.
        seed: u64,
        /// The name of the model behind it, which is that of an agent before it, if its kind needs
        /// one.
        behind: Option<String>,
    },
}

/// A model in a GGUF file, and how an agent speaks with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Real {
    /// The file.
    pub gguf: PathBuf,
    /// What computes.
    pub engine: Engine,
    /// Sampling temperature of its answers; 0 takes the likeliest token.
    pub temperature: f64,
    /// The system message of its answers.
    pub system: Option<String>,
    /// The longest answer in tokens.
    pub max_tokens: u32,
}

/// What computes a model in a GGUF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The worker itself.
    InProcess,
    /// llama.cpp's server, which the worker starts and watches.
    LlamaServer {
        /// Its program.
        program: PathBuf,
        /// How many requests it works at, at a time.
        parallel: u32,
    },
}

/// The role of one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRole {
    /// Unlike any other's in the line-up, e.g. `llama-scout 0.3`.
    pub name: String,
    /// Name of its model or program. Agents of the same model share its engine.
    pub model: String,
    /// Where model or program lie.
    pub directory: PathBuf,
    /// What it thinks with.
    pub mind: Mind,
}

/// The agents of a swarm. An agent's number counts from 0 in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct LineUp {
    /// At least one.
    pub agents: Vec<AgentRole>,
}

/// The list of agents, in the directory of the models.
const LIST: &str = "swarm.json";

/// One agent of the list. A plain record, because serde cannot read the numbers of untagged or
/// flattened ones where serde_json keeps them as text, and a crate of the chain makes it do so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Name of the directory.
    model: String,
    /// A language model's.
    temperature: Option<f64>,
    /// An expert system's.
    command: Option<Vec<String>>,
}

/// The list of agents, or a model on it, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for Unreadable {}

impl Unreadable {
    fn new(path: &Path, reason: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl LineUp {
    /// All agents that `swarm.json` in the directory of the bundled models lists, whether their
    /// programs are installed or not.
    ///
    /// # Errors
    /// If the list is not there, is not of its form or names nobody, or a model is not there.
    pub fn bundled(models: &Path) -> Result<Self, Unreadable> {
        let list = models.join(LIST);
        let text = std::fs::read(&list).map_err(|error| Unreadable::new(&list, error))?;
        let entries: Vec<Entry> =
            serde_json::from_slice(&text).map_err(|error| Unreadable::new(&list, error))?;
        let agents: Vec<AgentRole> =
            entries.into_iter().map(|entry| role(entry, models)).collect::<Result<_, _>>()?;
        match agents.is_empty() {
            true => Err(Unreadable::new(&list, "no agents in it")),
            false => Ok(Self { agents }),
        }
    }

    /// The agents without the expert systems whose program this machine lacks, and for each of
    /// those a line that says what it needs.
    pub fn installed(self) -> (Vec<AgentRole>, Vec<String>) {
        let (mut agents, mut absent) = (Vec::new(), Vec::new());
        for agent in self.agents {
            match &agent.mind {
                Mind::Program { command }
                    if !command.first().is_some_and(|program| is_installed(program)) =>
                {
                    let program = command.first().map_or("a program", String::as_str);
                    absent.push(format!("{} needs {program}", agent.model));
                }
                _ => agents.push(agent),
            }
        }
        (agents, absent)
    }

    /// The agents' different models and programs: [`by_model`].
    pub fn by_model(&self) -> Vec<(&str, Vec<usize>)> {
        by_model(&self.agents)
    }
}

/// The different models and programs of `agents`, in the order of their first agent: name, and
/// numbers of its agents.
pub fn by_model(agents: &[AgentRole]) -> Vec<(&str, Vec<usize>)> {
    let mut models: Vec<(&str, Vec<usize>)> = Vec::new();
    for (number, agent) in agents.iter().enumerate() {
        match models.iter_mut().find(|(name, _)| *name == agent.model) {
            Some((_, agents)) => agents.push(number),
            None => models.push((&agent.model, vec![number])),
        }
    }
    models
}

fn role(entry: Entry, models: &Path) -> Result<AgentRole, Unreadable> {
    let Entry { model, temperature, command } = entry;
    let directory = models.join(&model);
    let directory = directory.canonicalize().map_err(|error| Unreadable::new(&directory, error))?;
    let (name, mind) = match (temperature, command) {
        (Some(temperature), None) => {
            (format!("{model} {temperature}"), Mind::Model { temperature })
        }
        (None, Some(command)) => (model.clone(), Mind::Program { command }),
        _ => {
            let reason = format!("{model} has either a temperature or a command");
            return Err(Unreadable::new(&models.join(LIST), reason));
        }
    };
    Ok(AgentRole { name, model, directory, mind })
}

/// Whether one of the directories of `PATH` has a program of that name.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories = std::env::split_paths(&path).filter(|directory| directory.is_absolute());
    directories.any(|directory| directory.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these models and expert systems; the list has whatever `entries` says.
    fn models(names: &[&str], entries: serde_json::Value) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(LIST), entries.to_string()).unwrap();
        for name in names {
            std::fs::create_dir(directory.path().join(name)).unwrap();
        }
        directory
    }

    #[test]
    fn line_up_should_be_what_the_list_says() {
        let entries = serde_json::json!([
            {"model": "b", "temperature": 0.3},
            {"model": "expert", "command": ["sh", "x.py"]},
            {"model": "b", "temperature": 0.0},
        ]);
        let directory = models(&["b", "expert"], entries);
        let line_up = LineUp::bundled(directory.path()).unwrap();
        let names: Vec<&str> = line_up.agents.iter().map(|agent| agent.name.as_str()).collect();
        assert_eq!(names, ["b 0.3", "expert", "b 0"]);
        assert_eq!(line_up.agents[0].mind, Mind::Model { temperature: 0.3 });
        assert!(line_up.agents[1].directory.ends_with("expert"));
        assert_eq!(line_up.by_model(), [("b", vec![0, 2]), ("expert", vec![1])]);
    }

    #[test]
    fn line_up_should_be_refused_when_the_list_or_a_model_is_missing_or_wrong() {
        assert!(LineUp::bundled(tempfile::tempdir().unwrap().path()).is_err());
        let both = serde_json::json!([{"model": "a", "temperature": 0.3, "command": ["sh"]}]);
        let unknown = serde_json::json!([{"model": "a", "temperature": 0.3, "colour": "red"}]);
        let missing = serde_json::json!([{"model": "missing", "temperature": 0.3}]);
        for (entries, expected) in [
            (serde_json::json!([]), "no agents in it"),
            (both, "either a temperature or a command"),
            (unknown, "colour"),
            (missing, "missing"),
        ] {
            let refused = LineUp::bundled(models(&["a"], entries).path()).unwrap_err().to_string();
            assert!(refused.starts_with("cannot read ") && refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn expert_systems_should_take_part_when_their_program_is_installed() {
        let with = |program: &str| {
            let expert = serde_json::json!({"model": "expert", "command": [program, "x.py"]});
            let entries = serde_json::json!([{"model": "a", "temperature": 0.3}, expert]);
            let directory = models(&["a", "expert"], entries);
            LineUp::bundled(directory.path()).unwrap().installed()
        };
        let (all, absent) = with("sh");
        assert_eq!((all.len(), absent.len()), (2, 0));
        let (left, absent) = with("no-such-program-here");
        assert_eq!(left.len(), 1);
        assert_eq!(absent, ["expert needs no-such-program-here"]);
    }
}
