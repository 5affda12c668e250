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
    /// Name of its model.
    pub model: String,
    /// The model's directory.
    pub path: PathBuf,
    /// Sampling temperature of its answers; 0 takes the likeliest token.
    pub temperature: f64,
}

/// The line-up of the bundled models' swarm, in their directory: see its README.
const LINE_UP: &str = "swarm.json";

/// One agent of the line-up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    /// Name of the model's directory.
    model: String,
    temperature: f64,
}

/// Give `agents` agents the models that `swarm.json` in `directory` lists, in turn.
///
/// # Errors
/// [`Failure::File`] if the list or one of its models is not there.
pub fn cast(directory: &Path, agents: usize) -> Result<Vec<AgentRole>, Failure> {
    let line_up = directory.join(LINE_UP);
    let broken = |path: &Path, reason: String| Failure::File { path: path.display().to_string(), reason };
    let text = std::fs::read(&line_up).map_err(|error| broken(&line_up, error.to_string()))?;
    let parts: Vec<Part> = serde_json::from_slice(&text).map_err(|error| broken(&line_up, error.to_string()))?;
    if parts.is_empty() {
        return Err(broken(&line_up, "no agents in it".into()));
    }
    let role = |part: &Part| {
        let path = directory.join(&part.model);
        let path = path.canonicalize().map_err(|error| broken(&path, error.to_string()))?;
        Ok(AgentRole { model: part.model.clone(), path, temperature: part.temperature })
    };
    parts.iter().cycle().take(agents).map(role).collect()
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
        let _ = write!(text, "\n[[models]]\nname = {name}\npath = {path}\n");
    }
    for (role, key) in roles.iter().zip(keys) {
        let (key, model) = (quoted(key), quoted(&role.model));
        let _ = write!(text, "\n[[agents]]\nkey = {key}\nmodel = {model}\ntemperature = {:?}\n", role.temperature);
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
        std::fs::write(directory.path().join(LINE_UP), serde_json::Value::from(line_up).to_string()).unwrap();
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
        assert!(roles.iter().all(|role| role.temperature == 0.3));
        assert_eq!(distinct_models(&roles).len(), 3);
    }

    #[test]
    fn cast_should_fail_when_the_list_or_a_model_is_missing() {
        assert!(matches!(cast(models(&[]).path(), 7), Err(Failure::File { .. })));
        assert!(matches!(cast(models(&["missing"]).path(), 7), Err(Failure::File { .. })));
        assert!(matches!(cast(tempfile::tempdir().unwrap().path(), 7), Err(Failure::File { .. })));
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
