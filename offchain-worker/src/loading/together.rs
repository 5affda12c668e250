//! Loads all models of a configuration. Servers and programs start side by side, weights one after
//! the other, adversaries at the end, since they borrow other models. One that fails does not stop
//! the others: a stand-in declines its jobs.

use super::{
    error::{LoadError, LOG_TARGET},
    CheckedModule,
};
use crate::{catalogue::CatalogueModel, hub, module::unavailable::Unavailable, work::ServedModel};
use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tracing::{error, info};

/// How often the log says that a model is still being loaded.
const PROGRESS: Duration = Duration::from_secs(10);

/// How models are loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadOptions {
    /// Whether to try it with weights for which there is too little memory.
    pub force: bool,
}

/// What is served.
pub struct Loaded {
    /// In the order of the configuration; stand-ins included.
    pub models: Vec<ServedModel>,
    /// What an operator is told of each.
    pub entries: Vec<CatalogueModel>,
}

/// Not a single model can be served.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NothingLoaded(String);

type Attempt = Result<(ServedModel, CatalogueModel), LoadError>;

impl Loaded {
    /// How many models can be served.
    pub fn loaded(&self) -> usize {
        self.entries.iter().filter(|entry| entry.problem.is_none()).count()
    }
}

impl CheckedModule {
    /// Loads all modules.
    ///
    /// # Errors
    /// [`NothingLoaded`] if every one of them fails.
    pub async fn load_all(
        modules: Vec<Self>,
        options: LoadOptions,
    ) -> Result<Loaded, NothingLoaded> {
        let names: Vec<String> = modules.iter().map(|module| module.name().to_string()).collect();
        let mut slots: Vec<Option<(ServedModel, CatalogueModel)>> = Vec::new();
        slots.resize_with(names.len(), || None);
        let mut failures = Vec::new();
        let (mut weights, mut borrowers, mut apart) = (Vec::new(), Vec::new(), JoinSet::new());
        for (index, module) in modules.into_iter().enumerate() {
            match module {
                Self::Weights(_) => weights.push((index, module)),
                Self::Adversary(_) => borrowers.push((index, module)),
                _ => drop(apart.spawn(async move { (index, module.attempt(&[], options).await) })),
            }
        }
        let one_by_one = async {
            let mut attempts = Vec::new();
            for (index, module) in weights {
                attempts.push((index, module.attempt(&[], options).await));
            }
            attempts
        };
        let (attempts, others) = tokio::join!(one_by_one, apart.join_all());
        let mut place = |index: usize, attempt: Attempt| match attempt {
            Ok(loaded) => {
                if let Some(slot) = slots.get_mut(index) {
                    *slot = Some(loaded);
                }
            }
            Err(reason) => failures.push((index, reason.to_string())),
        };
        attempts.into_iter().chain(others).for_each(|(index, attempt)| place(index, attempt));
        for (index, module) in borrowers {
            let before: Vec<ServedModel> =
                slots.iter().flatten().map(|(model, _)| model.clone()).collect();
            match module.attempt(&before, options).await {
                Ok(loaded) => {
                    if let Some(slot) = slots.get_mut(index) {
                        *slot = Some(loaded);
                    }
                }
                Err(reason) => failures.push((index, reason.to_string())),
            }
        }
        failures.sort_by_key(|(index, _)| *index);
        let name = |index: usize| names.get(index).cloned().unwrap_or_default();
        if failures.len() == names.len() {
            let reasons =
                failures.iter().map(|(index, why)| format!("model {:?}: {why}", name(*index)));
            return Err(NothingLoaded(reasons.collect::<Vec<_>>().join("; ")));
        }
        for (index, problem) in failures {
            error!(
                target: LOG_TARGET,
                model = name(index),
                problem,
                "NOT LOADED: the jobs of its agents are declined; the others are served"
            );
            if let Some(slot) = slots.get_mut(index) {
                *slot = Some(stand_in(name(index), problem));
            }
        }
        let (models, entries) = slots.into_iter().flatten().unzip();
        Ok(Loaded { models, entries })
    }

    /// Loads one module, and says now and then that it still does.
    async fn attempt(self, before: &[ServedModel], options: LoadOptions) -> Attempt {
        let (name, started) = (self.name().to_string(), Instant::now());
        let hub_id = self.hub_id();
        let mut loading = pin!(self.load(before, options));
        let start = tokio::time::Instant::now() + PROGRESS;
        let mut ticks = tokio::time::interval_at(start, PROGRESS);
        let loaded = loop {
            tokio::select! {
                loaded = &mut loading => break loaded,
                _ = ticks.tick() => {
                    let seconds = started.elapsed().as_secs();
                    let fetched_mib = hub_id.as_deref().map(|id| hub::fetched_bytes(id) >> 20);
                    info!(target: LOG_TARGET, model = name, seconds, fetched_mib, "still loading");
                }
            }
        };
        if let Ok((_, entry)) = &loaded {
            info!(
                model = entry.name,
                source = entry.source,
                device = entry.device,
                dtype = entry.dtype.as_deref().unwrap_or_default(),
                took = ?started.elapsed(),
                "loaded"
            );
        }
        loaded
    }
}

fn stand_in(name: String, reason: String) -> (ServedModel, CatalogueModel) {
    let entry = CatalogueModel {
        name: name.clone(),
        device: "none".to_string(),
        problem: Some(reason.clone()),
        ..CatalogueModel::default()
    };
    let module = Arc::new(Unavailable { reason });
    (ServedModel { name, module, parallel: 1, checkup: false, weights: None }, entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        loading::AdversarySpec,
        module::{adversary::Kind, Grading},
        program::ProgramSpec,
    };

    fn lazy(name: &str) -> CheckedModule {
        let (name, kind) = (name.to_string(), Kind::Lazy);
        CheckedModule::Adversary(AdversarySpec { name, kind, seed: 1, model: None })
    }

    fn broken(name: &str) -> CheckedModule {
        CheckedModule::Program(ProgramSpec {
            name: name.to_string(),
            command: vec!["/nonexistent/program".to_string()],
            directory: std::env::temp_dir(),
            environment: Default::default(),
            timeout: Duration::from_secs(1),
            line_bytes: 100,
        })
    }

    #[tokio::test]
    async fn others_should_be_served_when_one_cannot_be_loaded() {
        let modules = vec![broken("first"), lazy("second")];
        let loaded = CheckedModule::load_all(modules, LoadOptions::default()).await.unwrap();
        assert_eq!(loaded.loaded(), 1);
        let names: Vec<&str> = loaded.models.iter().map(|model| model.name.as_str()).collect();
        assert_eq!(names, ["first", "second"], "agents find their models by position");
        assert!(loaded.entries[0].problem.is_some() && loaded.entries[1].problem.is_none());
        let candidates = [crate::protocol::Candidate { author: 0, text: "49".into() }];
        let grading =
            Grading { prompt: "37+12", reference: None, candidates: &candidates, until: None };
        let refusal = loaded.models[0].module.grade(&grading).await.grades.unwrap_err();
        assert!(refusal.to_string().contains("could not be loaded"), "{refusal}");
    }

    #[tokio::test]
    async fn load_all_should_fail_when_nothing_can_be_loaded() {
        let modules = vec![broken("first"), broken("second")];
        let error = CheckedModule::load_all(modules, LoadOptions::default()).await.err().unwrap();
        let line = error.to_string();
        assert!(line.contains("\"first\"") && line.contains("\"second\""), "{line}");
    }
}
