//! Weights that mistral.rs loads: from a directory or the Hugging Face Hub to a model that serves,
//! with its grade tokens found.

use super::{
    error::{LoadError, LOG_TARGET},
    estimate::{Engine, Measures},
    LoadOptions,
};
use crate::{
    backend::{
        directory::{special_tokens, DirectoryError, ModelDirectory},
        first_line,
        mistral::MistralBackend,
    },
    catalogue::CatalogueModel,
    grading::Scale,
    hub, known,
    module::language::{LanguageModel, Parts},
    prompts::Prompts,
    settings::{GradeToken, ModelOverrides, ModelSettings},
    weights::{known_sum, parts, safetensors},
    work::ServedModel,
};
use mistralrs::{
    DeviceMapSetting, GgufModelBuilder, IsqType, Model, ModelDType, NormalLoaderType,
    TextModelBuilder, TokenSource,
};
use std::{path::PathBuf, sync::Arc};
use tracing::{info, warn};

/// Up to this size, weights on a CPU are unpacked to 32 bits, which is faster and more exact.
const SMALL_MODEL_BYTES: u64 = 1 << 30;

/// How many finished sequences a GPU's prefix cache keeps unless the operator says otherwise:
/// enough for the candidates of a job to share their beginning while two agents take turns. Each
/// takes as much memory as its tokens' keys and values, a gigabyte for 8 000 tokens of an 8 B
/// model.
pub const PREFIX_CACHE: usize = 4;

/// Whether this build can use a GPU.
pub const GPU_BUILD: bool = cfg!(any(feature = "cuda", feature = "metal"));

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A directory of this machine; loading it never touches the network.
    Directory(PathBuf),
    /// A repository of the Hugging Face Hub, fetched when it is not in the cache.
    Hub {
        /// `owner/name`.
        id: String,
        /// A branch, tag or commit; `main` if absent.
        revision: Option<String>,
    },
}

/// A model as the configuration describes it.
#[derive(Clone, Debug)]
pub struct ModelSpec {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
    /// A GGUF file in it, instead of safetensors.
    pub gguf: Option<String>,
    /// To what safetensors are quantised while they are loaded.
    pub isq: Option<IsqType>,
    /// Whether tools are offered to it.
    pub tools: bool,
    /// `None`: as `config.json` says.
    pub architecture: Option<NormalLoaderType>,
    /// The precision of the weights.
    pub dtype: ModelDType,
    /// Whether to stay on the CPU where a GPU could be used.
    pub cpu: bool,
    /// The longest prompt and reply together, in tokens, if shorter than the model's own limit.
    pub max_context: Option<usize>,
    /// Whether the engine's own generator draws answers.
    pub engine_draws: bool,
    /// How many finished sequences stay on a GPU; none on a CPU, whatever this says.
    pub prefix_cache: usize,
    /// The operator's settings, over those of the model's author.
    pub settings: ModelOverrides,
}

/// A model that can be loaded: what there is to check without loading has been checked.
#[derive(Debug)]
pub struct CheckedModel {
    spec: ModelSpec,
    directory: Option<ModelDirectory>,
    settings: ModelSettings,
}

impl CheckedModel {
    /// Checks everything that can be checked without loading weights or fetching anything.
    ///
    /// # Errors
    /// [`LoadError::Directory`], [`LoadError::Settings`] or [`LoadError::Template`].
    pub fn check(spec: ModelSpec) -> Result<Self, LoadError> {
        let directory = match &spec.source {
            Source::Directory(path) => Some(ModelDirectory::inspect(path, spec.gguf.as_deref())?),
            Source::Hub { .. } => None,
        };
        let author = directory.as_ref().map(|found| found.settings.clone()).unwrap_or_default();
        let known = spec.known_as().and_then(known::defaults_for).unwrap_or_default();
        let settings = spec.settings.clone().over(author).over(known).resolve()?;
        Prompts::new(&settings, [])?;
        Ok(Self { spec, directory, settings })
    }

    /// The model's name in the configuration.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// The Hub's repository that it may be fetched from.
    pub(super) fn hub_id(&self) -> Option<String> {
        match &self.spec.source {
            Source::Hub { id, .. } => Some(id.clone()),
            Source::Directory(_) => None,
        }
    }

    /// Whether this machine's CPU can take it. Says nothing of GPUs.
    fn weigh(&self, options: LoadOptions) -> Result<(), LoadError> {
        match self.measures() {
            Some(measures) if self.spec.cpu || !GPU_BUILD => {
                measures.estimate(Engine::MistralRs, None).weigh(&self.spec.name, options)
            }
            _ => Ok(()),
        }
    }

    fn measures(&self) -> Option<Measures> {
        let bits = match (self.spec.isq, dtype(&self.spec, self.directory.as_ref())) {
            (Some(isq), _) => bits_of(isq),
            (None, ModelDType::F32) => 32,
            _ => 16,
        };
        match (&self.directory, &self.spec.source, &self.spec.gguf) {
            (Some(found), _, Some(file)) => Measures::of_gguf(&found.path.join(file)),
            (Some(found), _, None) => Measures::of_directory(&found.path, found.weight_bytes, bits),
            // Its GGUF files have about four and a half bits a number, or more.
            (None, Source::Hub { id, .. }, gguf) => {
                Measures::of_known(id, if gguf.is_some() { 5 } else { bits })
            }
            (None, Source::Directory(_), _) => None,
        }
    }

    /// Loads the model: from the Hub this may take long. Keeps the calling thread busy.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load(
        self,
        options: LoadOptions,
    ) -> Result<(ServedModel, CatalogueModel), LoadError> {
        self.weigh(options)?;
        let Self { spec, directory, settings } = self;
        if directory.is_none() {
            info!(
                target: LOG_TARGET,
                model = spec.name,
                source = %spec.source,
                "not a directory here: asking the Hugging Face Hub"
            );
        }
        let dtype = dtype(&spec, directory.as_ref());
        let model = build(&spec, directory.as_ref(), dtype).await?;
        let device = model
            .config()
            .map_or_else(|_| "unknown".to_string(), |config| device_name(&config.device));
        let backend =
            MistralBackend::new(model, spec.max_context).with_engine_draws(spec.engine_draws);
        let control_tokens = match (&directory, &spec.source) {
            (Some(directory), _) => directory.special_tokens.clone(),
            (None, Source::Hub { id, .. }) => hub_special_tokens(id),
            (None, Source::Directory(_)) => Vec::new(),
        };
        let prompts = Prompts::new(&settings, control_tokens)?;
        let scale = scale(&backend, &settings).await?;
        let weights = known_sum(&spec.name, spec.files(directory.as_ref())).await;
        let entry = CatalogueModel {
            name: spec.name.clone(),
            source: spec.source.to_string(),
            device,
            dtype: Some(dtype.to_string()),
            weights: weights.map(|sum| sum.to_string()),
            context_tokens: backend.context_tokens(),
            max_answer_tokens: Some(settings.answering.max_tokens),
            final_line: Some(prompts.asks_final_line()),
            grades: settings.grading.tokens.iter().map(|grade| grade.token.clone()).collect(),
            agents: 0,
            problem: None,
        };
        let (name, tools) = (spec.name, spec.tools);
        let backend = Arc::new(backend);
        let parts = Parts { name: name.clone(), backend, prompts, scale, tools };
        let module = Arc::new(LanguageModel::new(parts, &settings));
        let checkup = settings.grading.checkup;
        Ok((ServedModel { name, module, parallel: 1, checkup, weights }, entry))
    }
}

impl ModelSpec {
    /// The files of its weights, which are here once it is loaded; none if they are not found.
    fn files(&self, directory: Option<&ModelDirectory>) -> Vec<PathBuf> {
        let folder = match (directory, &self.source) {
            (Some(found), _) => Some(found.path.clone()),
            (None, Source::Hub { id, revision }) => hub::snapshot(id, revision.as_deref()),
            (None, Source::Directory(_)) => None,
        };
        match (folder, &self.gguf) {
            (Some(folder), Some(file)) => parts(&folder.join(file)),
            (Some(folder), None) => safetensors(&folder).unwrap_or_default(),
            (None, _) => Vec::new(),
        }
    }

    /// The name by which it may be known: of its file, its repository or its directory.
    fn known_as(&self) -> Option<&str> {
        match (&self.gguf, &self.source) {
            (Some(file), _) => Some(file),
            (None, Source::Hub { id, .. }) => Some(id),
            (None, Source::Directory(path)) => path.file_name()?.to_str(),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(path) => write!(formatter, "{}", path.display()),
            Self::Hub { id, revision: None } => write!(formatter, "{id}"),
            Self::Hub { id, revision: Some(revision) } => write!(formatter, "{id}@{revision}"),
        }
    }
}

/// The precision to ask mistral.rs for. Its own choice on a CPU is 16 bits; in a CUDA build it runs
/// `nvidia-smi` to choose, and panics where that is missing.
fn dtype(spec: &ModelSpec, directory: Option<&ModelDirectory>) -> ModelDType {
    let small = directory.is_some_and(|found| found.weight_bytes <= SMALL_MODEL_BYTES);
    match spec.dtype {
        ModelDType::Auto if spec.gguf.is_some() => ModelDType::Auto,
        ModelDType::Auto if (spec.cpu || !GPU_BUILD) && small => ModelDType::F32,
        ModelDType::Auto if spec.cpu && GPU_BUILD => ModelDType::F16,
        chosen => chosen,
    }
}

/// How many bits a quantised number has at least.
fn bits_of(isq: IsqType) -> u64 {
    match isq {
        IsqType::Q2K => 3,
        IsqType::Q3K => 4,
        IsqType::Q8_0 | IsqType::HQQ8 | IsqType::F8E4M3 => 8,
        IsqType::Q6K => 7,
        IsqType::Q5K | IsqType::Q5_0 | IsqType::Q5_1 => 6,
        _ => 5,
    }
}

/// Where a model is loaded from, and to.
struct Route {
    token: TokenSource,
    revision: Option<String>,
    on_cpu: bool,
    prefix_cache: usize,
}

/// Builds a model along a route. The two kinds of builders have the same methods, but no trait.
macro_rules! built {
    ($builder:expr, $route:expr) => {{
        let Route { token, revision, on_cpu, prefix_cache } = $route;
        // On a CPU the prefix cache never evicts.
        let prefix_cache = (!on_cpu && prefix_cache > 0).then_some(prefix_cache);
        let mut builder = $builder.with_token_source(token).with_prefix_cache_n(prefix_cache);
        if on_cpu {
            // Automatic device mapping refuses what does not leave half a gigabyte.
            builder = builder.with_force_cpu().with_device_mapping(DeviceMapSetting::dummy());
        }
        if let Some(revision) = revision {
            builder = builder.with_hf_revision(revision);
        }
        // A task of its own, because mistral.rs panics over some files.
        tokio::spawn(builder.build()).await
    }};
}

async fn build(
    spec: &ModelSpec,
    directory: Option<&ModelDirectory>,
    dtype: ModelDType,
) -> Result<Model, LoadError> {
    let (id, token) = match (directory, &spec.source) {
        (Some(found), _) => (found.path.display().to_string(), TokenSource::None),
        (None, Source::Hub { id, .. }) => (id.clone(), TokenSource::CacheToken),
        (None, Source::Directory(path)) => return Err(DirectoryError::Missing(path.clone()).into()),
    };
    let revision = match &spec.source {
        Source::Hub { revision, .. } => revision.clone(),
        Source::Directory(_) => None,
    };
    let on_cpu = spec.cpu || !GPU_BUILD;
    let route = Route { token, revision, on_cpu, prefix_cache: spec.prefix_cache };
    let built = if let Some(file) = &spec.gguf {
        let mut builder = GgufModelBuilder::new(&id, vec![file]);
        if directory.is_some_and(|found| found.path.join("tokenizer.json").is_file()) {
            builder = builder.with_tok_model_id(&id);
        }
        built!(builder, route)
    } else {
        let mut builder = TextModelBuilder::new(&id).with_dtype(dtype);
        let known = directory.and_then(|found| found.architecture.clone());
        if let Some(architecture) = spec.architecture.clone().or(known) {
            builder = builder.with_loader_type(architecture);
        }
        if let Some(isq) = spec.isq {
            builder = builder.with_isq(isq);
        }
        built!(builder, route)
    };
    match built {
        Ok(Ok(model)) => Ok(model),
        Ok(Err(error)) => Err(LoadError::Engine(first_line(&error))),
        Err(panic) => Err(LoadError::Engine(first_line(&panic))),
    }
}

async fn scale(backend: &MistralBackend, settings: &ModelSettings) -> Result<Scale, LoadError> {
    let mut tokens: Vec<(u32, f64)> = Vec::new();
    for GradeToken { token, value } in &settings.grading.tokens {
        let ids = backend.single_tokens(token).await?;
        if ids.is_empty() {
            return Err(LoadError::NotAToken(token.clone()));
        }
        for id in ids {
            if tokens.iter().any(|(taken, _)| *taken == id) {
                return Err(LoadError::SharedToken(token.clone()));
            }
            tokens.push((id, *value));
        }
    }
    Ok(Scale { tokens, min_mass: settings.grading.min_mass })
}

/// The control tokens of a model in the Hub's cache; those of common formats are broken up anyway.
fn hub_special_tokens(id: &str) -> Vec<String> {
    let found = hub::file(id, "tokenizer.json");
    let tokens = found.and_then(|file| special_tokens(&file).ok());
    if tokens.is_none() {
        warn!(
            target: LOG_TARGET,
            model = id,
            "its tokenizer cannot be read: only common control tokens are broken up in data"
        );
    }
    tokens.unwrap_or_default()
}

fn device_name(device: &candle_core::Device) -> String {
    match device {
        candle_core::Device::Cpu => "cpu".to_string(),
        other => format!("{other:?}"),
    }
}
