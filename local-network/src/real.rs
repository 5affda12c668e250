//! A swarm that speaks with one real model: the same weights at several temperatures and with
//! several system messages, and the expert systems of the bundled line-up.

use crate::{Failure, Playable};
use std::path::{Path, PathBuf};
use waggle_harness::{
    swarm::{AgentRole, Engine, Mind, Real},
    worker_config::{Options, Rubric},
};

/// Temperature and system message of each agent.
const AGENTS: [(f64, Option<&str>); 4] = [
    (0.0, Some("Answer in one short sentence.")),
    (0.4, None),
    (0.7, Some("Answer in one short sentence.")),
    (1.0, Some("You know a lot and explain it in two sentences.")),
];

/// The longest answer, in tokens: what some of two cores write within half a minute.
const MAX_TOKENS: u32 = 128;

/// What somebody who sees its answers should know.
const HONEST: &str = "models as small as SmolLM2-135M know little and cannot grade: their grades \
     are chance, and so is which answer wins. The worker's checkup would keep them from answering; \
     here it is off (checkup = false), and unsure grades count (min_mass = 0). On a busy \
     machine graders may still miss their 15 s, and lose their tickets";

/// A real model on llama.cpp's server.
#[derive(Clone, Debug)]
pub struct RealModel {
    /// Its GGUF file.
    pub gguf: PathBuf,
    /// The server's program.
    pub llama_server: PathBuf,
}

impl RealModel {
    /// The line-up: its agents, then the expert systems of `bundled`.
    ///
    /// # Errors
    /// [`Failure::File`] if file or program are not there.
    pub fn cast(&self, bundled: Playable) -> Result<Playable, Failure> {
        let (gguf, program) = (found(&self.gguf)?, found(&self.llama_server)?);
        let name = gguf.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let engine = Engine::LlamaServer { program, parallel: AGENTS.len() as u32 };
        let agent = |(temperature, system): (f64, Option<&str>)| AgentRole {
            name: format!("{name} {temperature}"),
            model: name.clone(),
            directory: PathBuf::new(),
            mind: Mind::Real(Real {
                gguf: gguf.clone(),
                engine: engine.clone(),
                temperature,
                system: system.map(str::to_owned),
                max_tokens: MAX_TOKENS,
            }),
        };
        let experts = bundled.roles.into_iter();
        let experts = experts.filter(|role| matches!(role.mind, Mind::Program { .. }));
        let roles = AGENTS.into_iter().map(agent).chain(experts).collect();
        Ok(Playable { roles, absent: bundled.absent })
    }

    /// How its worker is configured.
    pub fn options(&self) -> Options {
        let rubric = Rubric { min_mass: Some(0.0), ..Rubric::bundled() };
        Options { rubric, ..Options::default() }
    }

    /// One line on what its answers and grades are worth.
    pub fn caveat(&self) -> &'static str {
        HONEST
    }

    /// How many agents answer any question; the expert systems know only a few.
    pub fn ready_agents() -> u32 {
        AGENTS.len() as u32
    }
}

/// The path as every process finds it.
fn found(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::File {
        path: path.display().to_string(),
        reason: format!("{error}: ./scripts/llama gets it"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_harness::worker_config::render;

    #[test]
    fn cast_should_share_one_model_and_keep_the_expert_systems() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, "").unwrap();
            path
        };
        let real = RealModel { gguf: file("small.gguf"), llama_server: file("llama-server") };
        let expert = AgentRole {
            name: "expert".into(),
            model: "expert".into(),
            directory: directory.path().into(),
            mind: Mind::Program { command: vec!["sh".into()] },
        };
        let weights = AgentRole { mind: Mind::Model { temperature: 0.3 }, ..expert.clone() };
        let bundled = Playable { roles: vec![weights, expert], absent: Vec::new() };
        let cast = real.cast(bundled.clone()).unwrap();
        assert_eq!(cast.roles.len(), AGENTS.len() + 1);
        assert_eq!(cast.roles[0].model, "small");
        assert_eq!(cast.roles[AGENTS.len()].name, "expert");
        let keys: Vec<String> = (0..cast.roles.len()).map(|key| key.to_string()).collect();
        let text = render(&cast.roles, &keys, &real.options()).unwrap();
        assert_eq!(text.matches("checkup = false").count(), 1, "{text}");
        let missing = RealModel { gguf: directory.path().join("none"), ..real };
        assert!(matches!(missing.cast(bundled), Err(Failure::File { .. })));
    }
}
