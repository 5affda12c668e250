//! Who plays the agents of a local network: the bundled models' line-up in turn, and adversaries.

use crate::Failure;
use std::path::{Path, PathBuf};
use waggle_harness::swarm::{AgentRole, LineUp, Mind};

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

/// Roles of `count` adversaries of different kinds, in addition to the agents of `roles`.
pub fn adversaries(roles: &[AgentRole], count: usize) -> Vec<AgentRole> {
    let model = roles.iter().find(|role| matches!(role.mind, Mind::Model { .. }));
    let of = |&(kind, needs_model): &(&'static str, bool)| {
        let behind = if needs_model { Some(model?.model.clone()) } else { None };
        let name = format!("adversary: {kind}");
        let mind = Mind::Adversary { kind, seed: ADVERSARIES_SEED, behind };
        Some(AgentRole { model: name.clone(), name, directory: PathBuf::new(), mind })
    };
    ADVERSARIES.iter().filter_map(of).take(count).collect()
}

/// The line-up as far as this machine can play it.
#[derive(Clone, Debug, PartialEq)]
pub struct Playable {
    /// The roles that can be played here; at least one.
    pub roles: Vec<AgentRole>,
    /// What is missing on this machine for the others, a line each.
    pub absent: Vec<String>,
}

/// The line-up in the directory of the models, without the expert systems whose program this
/// machine lacks.
///
/// # Errors
/// [`Failure::File`] if the list or one of its models is not there.
pub fn playable(models: &Path) -> Result<Playable, Failure> {
    let (roles, absent) = LineUp::bundled(models)?.installed();
    if roles.is_empty() {
        let path = models.display().to_string();
        return Err(Failure::File { path, reason: "none of its agents can play here".into() });
    }
    Ok(Playable { roles, absent })
}

/// Roles for `agents` agents: those of [`playable`], in turn.
///
/// # Errors
/// [`Failure::File`] if the list or one of its models is not there.
pub fn cast(models: &Path, agents: usize) -> Result<Vec<AgentRole>, Failure> {
    Ok(playable(models)?.roles.into_iter().cycle().take(agents).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use waggle_harness::{swarm::by_model, worker_config};

    fn directory(names: &[&str], entries: serde_json::Value) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("swarm.json"), entries.to_string()).unwrap();
        for name in names {
            std::fs::create_dir(directory.path().join(name)).unwrap();
        }
        directory
    }

    fn models(names: &[&str]) -> tempfile::TempDir {
        let entry = |name: &&str| json!({"model": name, "temperature": 0.3});
        directory(names, names.iter().map(entry).collect())
    }

    #[test]
    fn agents_should_take_the_roles_in_turn() {
        let directory = models(&["b", "a", "c"]);
        let roles = cast(directory.path(), 7).unwrap();
        let names: Vec<&str> = roles.iter().map(|role| role.model.as_str()).collect();
        assert_eq!(names, ["b", "a", "c", "b", "a", "c", "b"]);
        assert!(roles.iter().all(|role| role.mind == Mind::Model { temperature: 0.3 }));
        assert_eq!(by_model(&roles).len(), 3);
    }

    #[test]
    fn cast_should_fail_when_the_list_or_a_model_is_missing_or_nobody_can_play() {
        let missing = directory(&[], json!([{"model": "missing", "temperature": 0.3}]));
        let expert = json!([{"model": "expert", "command": ["no-such-program-here"]}]);
        let nobody = directory(&["expert"], expert);
        let nothing = tempfile::tempdir().unwrap();
        for directory in [models(&[]), missing, nobody, nothing] {
            assert!(matches!(cast(directory.path(), 7), Err(Failure::File { .. })));
        }
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
        let minds: Vec<&Mind> = roles[2..].iter().map(|role| &role.mind).collect();
        let behind = Some("a".to_owned());
        assert_eq!(*minds[0], Mind::Adversary { kind: "injecting", seed: 1, behind });
        assert_eq!(*minds[1], Mind::Adversary { kind: "lazy", seed: 1, behind: None });
        let keys: Vec<String> = (0..roles.len()).map(|key| key.to_string()).collect();
        let text = worker_config::render(&roles, &keys, &Default::default()).unwrap();
        assert_eq!(
            text.matches("model = \"adversary: colluding\"").count(),
            2,
            "a ring shares its module: {text}"
        );
    }
}
