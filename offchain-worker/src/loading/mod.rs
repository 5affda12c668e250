//! From a module's configuration to a module that serves. Weights are loaded; servers are asked
//! what they are, if they are there; llama.cpp's server and programs are started.
//! [`CheckedModule::load_all`] does it for a whole configuration, [`CheckedEmbedder::load_all`] for
//! its embedders.

mod embedders;
mod error;
mod estimate;
mod together;
mod weights;

pub use embedders::{CheckedEmbedder, EmbedderSource, LoadedEmbedder};
pub use error::LoadError;
pub use together::{LoadOptions, Loaded, NothingLoaded};
pub use weights::{CheckedModel, ModelSpec, Source, GPU_BUILD, PREFIX_CACHE};

use crate::{
    backend::{
        openai::{OpenAiBackend, OpenAiSpec},
        Backend,
    },
    catalogue::CatalogueModel,
    grading::Scale,
    llama::{Head, LlamaServer, LlamaSpec},
    module::{
        adversary::{Adversary, Kind},
        expert::ExpertSystem,
        language::{LanguageModel, Parts},
    },
    program::{Program, ProgramSpec},
    prompts::Prompts,
    settings::ModelSettings,
    weights::{known_sum, parts},
    work::ServedModel,
};
use error::LOG_TARGET;
use estimate::{Engine, Measures};
use std::sync::Arc;
use tracing::warn;

/// A module that can be loaded.
#[derive(Debug)]
pub enum CheckedModule {
    /// Weights that mistral.rs loads.
    Weights(Box<CheckedModel>),
    /// A server that speaks OpenAI's protocol.
    Server(Box<CheckedServer>),
    /// A GGUF file that llama.cpp's server runs.
    Llama(Box<CheckedLlama>),
    /// An expert system.
    Program(ProgramSpec),
    /// An adversary, for tests and demos.
    Adversary(AdversarySpec),
}

/// An adversary as the configuration describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct AdversarySpec {
    /// Its name.
    pub name: String,
    /// How it behaves.
    pub kind: Kind,
    /// What it draws from.
    pub seed: u64,
    /// The name of the model behind it, which is loaded before.
    pub model: Option<String>,
}

/// A server that can be asked.
#[derive(Debug)]
pub struct CheckedServer {
    name: String,
    spec: OpenAiSpec,
    settings: ModelSettings,
    tools: bool,
}

/// A server of llama.cpp that can be started.
#[derive(Debug)]
pub struct CheckedLlama {
    /// How it is asked, but for address and key.
    server: CheckedServer,
    spec: LlamaSpec,
    head: Head,
}

impl CheckedModule {
    /// A server's model; checks its templates.
    ///
    /// # Errors
    /// [`LoadError::Template`].
    pub fn server(
        name: String,
        spec: OpenAiSpec,
        settings: ModelSettings,
        tools: bool,
    ) -> Result<Self, LoadError> {
        Prompts::new(&settings, [])?;
        Ok(Self::Server(Box::new(CheckedServer { name, spec, settings, tools })))
    }

    /// The same server, but one of llama.cpp that is started by the worker and serves the file
    /// with this head. Other modules stay what they are.
    #[must_use]
    pub fn by_llama_server(self, spec: LlamaSpec, head: Head) -> Self {
        match self {
            Self::Server(server) => {
                Self::Llama(Box::new(CheckedLlama { server: *server, spec, head }))
            }
            other => other,
        }
    }

    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        match self {
            Self::Weights(model) => model.name(),
            Self::Server(server) => &server.name,
            Self::Llama(llama) => &llama.server.name,
            Self::Program(spec) => &spec.name,
            Self::Adversary(spec) => &spec.name,
        }
    }

    /// The Hub's repository that it may be fetched from.
    fn hub_id(&self) -> Option<String> {
        match self {
            Self::Weights(model) => model.hub_id(),
            _ => None,
        }
    }

    /// Makes it ready to serve, after those of `before`. A server may be away: it may come and go.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load(
        self,
        before: &[ServedModel],
        options: LoadOptions,
    ) -> Result<(ServedModel, CatalogueModel), LoadError> {
        match self {
            Self::Adversary(spec) => spec.load(before),
            Self::Weights(model) => model.load(options).await,
            Self::Server(server) => server.load().await,
            Self::Llama(llama) => llama.load(options).await,
            Self::Program(spec) => start_program(spec).await,
        }
    }
}

async fn start_program(spec: ProgramSpec) -> Result<(ServedModel, CatalogueModel), LoadError> {
    let (name, source) = (spec.name.clone(), spec.command.join(" "));
    let program = Program::new(spec);
    program.start().await?;
    let module = Arc::new(ExpertSystem(Arc::new(program)));
    Ok(served(
        ServedModel { name, module, parallel: 1, checkup: false, weights: None },
        source,
        "program",
    ))
}

/// A module of which an operator is told no more than where it comes from and where it runs.
fn served(model: ServedModel, source: String, device: &str) -> (ServedModel, CatalogueModel) {
    let (name, device) = (model.name.clone(), device.to_string());
    (model, CatalogueModel { name, source, device, ..CatalogueModel::default() })
}

impl AdversarySpec {
    fn load(self, before: &[ServedModel]) -> Result<(ServedModel, CatalogueModel), LoadError> {
        let Self { name, kind, seed, model } = self;
        let behind = model.and_then(|model| before.iter().find(|served| served.name == model));
        let behind = behind.map(|served| served.module.clone());
        let module = Arc::new(Adversary::new(kind, seed, behind).map_err(LoadError::Adversary)?);
        let kind = kind.name();
        warn!(
            target: LOG_TARGET,
            model = name,
            kind,
            "an adversary is served: for tests and demos only"
        );
        let source = format!("an adversary for tests and demos: {kind}");
        Ok(served(
            ServedModel { name, module, parallel: 1, checkup: false, weights: None },
            source,
            "adversary",
        ))
    }
}

impl CheckedServer {
    async fn load(self) -> Result<(ServedModel, CatalogueModel), LoadError> {
        let backend = OpenAiBackend::new(self.spec.clone()).map_err(LoadError::Server)?;
        backend.dialect().await;
        if let Err(error) = backend.probe().await {
            let model = &self.name;
            warn!(target: LOG_TARGET, model, %error, "the server of a model is not there yet");
        }
        let entry = CatalogueModel {
            source: format!("{} at {}", self.spec.model, self.spec.base_url),
            device: "server".to_string(),
            ..CatalogueModel::default()
        };
        self.serve(Arc::new(backend), Vec::new(), entry)
    }

    /// A model behind `backend` that knows these control tokens, besides the common ones.
    fn serve(
        self,
        backend: Arc<dyn Backend>,
        control_tokens: Vec<String>,
        entry: CatalogueModel,
    ) -> Result<(ServedModel, CatalogueModel), LoadError> {
        let Self { name, spec, settings, tools } = self;
        let prompts = Prompts::new(&settings, control_tokens)?;
        let entry = CatalogueModel {
            name: name.clone(),
            max_answer_tokens: Some(settings.answering.max_tokens),
            final_line: Some(prompts.asks_final_line()),
            grades: spec.grades,
            ..entry
        };
        // The backend's ids are indices of its list of grades, which is the settings' list.
        let tokens =
            (0u32..).zip(&settings.grading.tokens).map(|(id, grade)| (id, grade.value)).collect();
        let scale = Scale { tokens, min_mass: settings.grading.min_mass };
        let parallel = backend.parallel();
        let parts = Parts { name: name.clone(), backend, prompts, scale, tools };
        let (module, checkup) =
            (Arc::new(LanguageModel::new(parts, &settings)), settings.grading.checkup);
        Ok((ServedModel { name, module, parallel, checkup, weights: None }, entry))
    }
}

impl CheckedLlama {
    async fn load(self, options: LoadOptions) -> Result<(ServedModel, CatalogueModel), LoadError> {
        let Self { server, spec, head } = self;
        if let Some(measures) = Measures::of_gguf(&spec.gguf).filter(|_| spec.gpu_layers == 0) {
            let tokens = u64::try_from(spec.context.saturating_mul(spec.parallel)).ok();
            measures.estimate(Engine::LlamaCpp, tokens).weigh(&spec.name, options)?;
        }
        let entry = CatalogueModel {
            source: spec.gguf.display().to_string(),
            device: "llama-server".to_string(),
            context_tokens: Some(spec.context),
            ..CatalogueModel::default()
        };
        let (name, files) = (spec.name.clone(), parts(&spec.gguf));
        let starting = LlamaServer::start(spec, server.spec.clone());
        let (backend, weights) = tokio::join!(starting, known_sum(&name, files));
        let (mut model, mut entry) =
            server.serve(Arc::new(backend?), head.control_tokens, entry)?;
        (model.weights, entry.weights) = (weights, weights.map(|sum| sum.to_string()));
        Ok((model, entry))
    }
}
