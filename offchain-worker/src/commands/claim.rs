//! `waggle-worker claim`: what the configured agents may claim on chain: the model, the SHA-256 of
//! its weights, its quantisation, how answers are drawn, and the knowledge base. Reads files and
//! loads nothing.

use super::{print, table::table, CommandError};
use crate::{
    checksums::{of_list, Checksums},
    config::{AgentConfig, Config, ModelConfig, UnitConfig},
    hub,
    roster::KeyPattern,
    units::knowledge::documents,
    weights::{kept, parts, safetensors, sum},
};
use clap::Args;
use mistralrs::ModelDType;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tracing::warn;

/// How it is done.
#[derive(Clone, Debug, Args)]
pub struct ClaimOptions {
    /// Print JSON, as `waggle agent claim --from` reads it: one object for each agent.
    #[arg(long)]
    pub json: bool,

    /// Compare with a file that this command wrote before: the exit status is 1 if something that
    /// is claimed there does not hold any more.
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,

    /// Read all weights again, even those that seem unchanged by size and time.
    #[arg(long)]
    pub fresh: bool,
}

/// What an agent may claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its key in the configuration: 64 hex digits, or `*` for agents that are not listed.
    pub agent: String,
    /// The model's name.
    pub model: String,
    /// SHA-256 of its weights; absent if others cannot have them.
    pub weights: Option<String>,
    /// To what they are quantised; empty if that is not known.
    pub quantisation: String,
    /// How answers are drawn: 0 is greedy.
    pub temperature: f64,
    /// Among the likeliest tokens with this much probability together.
    pub top_p: f64,
    /// Among so many of the likeliest tokens; 0: among all.
    pub top_k: usize,
    /// Not with less than this part of the likeliest token's probability.
    pub min_p: f64,
    /// SHA-256 of the knowledge base's manifest; absent without one.
    pub knowledge: Option<String>,
}

/// Prints what the agents of a configuration may claim; `false` if that is not what `against` says.
///
/// # Errors
/// [`CommandError::NotConfigured`] if there is no such model, [`CommandError::Io`].
pub fn run(config: &Config, options: &ClaimOptions) -> Result<bool, CommandError> {
    let mut checksums = kept();
    if options.fresh {
        checksums.forget();
    }
    let claims = claims(config, &mut checksums)?;
    if let Err(error) = checksums.keep() {
        warn!(%error, "checksums are not kept: weights are read again the next time");
    }
    let earlier = options.against.as_deref().map(read).transpose()?;
    let broken: Vec<&Claim> =
        earlier.iter().flatten().filter(|claim| !claims.contains(claim)).collect();
    for claim in &broken {
        let now = claims.iter().find(|now| now.agent == claim.agent);
        let (agent, model, differs) = (&claim.agent, &claim.model, differences(claim, now));
        warn!(agent, model, differs, "what was claimed does not hold any more");
    }
    print(&if options.json {
        serde_json::to_string_pretty(&claims).unwrap_or_default() + "\n"
    } else {
        text(&claims)
    })?;
    Ok(broken.is_empty())
}

/// What of a claim is not as it is `now`, in words.
fn differences(claim: &Claim, now: Option<&Claim>) -> String {
    let Some(now) = now else { return "there is no such agent".to_string() };
    let sampling = |claim: &Claim| (claim.temperature, claim.top_p, claim.top_k, claim.min_p);
    let parts = [
        ("model", claim.model != now.model),
        ("weights", claim.weights != now.weights),
        ("quantisation", claim.quantisation != now.quantisation),
        ("sampling", sampling(claim) != sampling(now)),
        ("knowledge", claim.knowledge != now.knowledge),
    ];
    let differs = parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part);
    differs.collect::<Vec<_>>().join(", ")
}

/// What was written before.
fn read(file: &Path) -> Result<Vec<Claim>, CommandError> {
    let text = fs::read(file).map_err(|source| wrong(file, source))?;
    serde_json::from_slice(&text).map_err(|error| wrong(file, error.into()))
}

/// One for each of `[[agents]]`.
fn claims(config: &Config, checksums: &mut Checksums) -> Result<Vec<Claim>, CommandError> {
    config.agents.iter().map(|agent| claim(config, agent, checksums)).collect()
}

fn claim(
    config: &Config,
    agent: &AgentConfig,
    checksums: &mut Checksums,
) -> Result<Claim, CommandError> {
    let model = config.models.iter().find(|model| model.name == agent.model);
    let model = model.ok_or_else(|| CommandError::NotConfigured(agent.model.clone()))?;
    let files = weights(model)?;
    Ok(Claim {
        agent: match agent.key {
            KeyPattern::One(key) => key.to_string(),
            KeyPattern::Any => "*".to_string(),
        },
        model: model.name.clone(),
        quantisation: quantisation(model, &files),
        weights: sum(&files, checksums).map_err(|(file, source)| wrong(&file, source))?,
        temperature: agent.temperature,
        top_p: agent.top_p.unwrap_or(1.0),
        top_k: agent.top_k.unwrap_or_default(),
        min_p: agent.min_p.unwrap_or_default(),
        knowledge: knowledge(config, agent)?,
    })
}

/// The files of a model's weights: none of a model that runs elsewhere, or is none.
fn weights(model: &ModelConfig) -> Result<Vec<PathBuf>, CommandError> {
    if let Some(llama) = &model.llama_server {
        return Ok(parts(&llama.file()));
    }
    let folder = match (&model.path, &model.hub_id) {
        (Some(path), _) => path.clone(),
        (None, Some(id)) => hub::snapshot(id, model.revision.as_deref()).ok_or_else(|| {
            let problem = "it is not in the Hub's cache: serve it once, and it is fetched";
            let source = io::Error::new(io::ErrorKind::NotFound, problem);
            CommandError::Io { what: id.clone(), source }
        })?,
        (None, None) => return Ok(Vec::new()),
    };
    if let Some(gguf) = &model.gguf {
        return Ok(parts(&folder.join(gguf)));
    }
    safetensors(&folder).map_err(|source| wrong(&folder, source))
}

/// As the engine calls it. A GGUF file has its own, which its name says by custom.
fn quantisation(model: &ModelConfig, files: &[PathBuf]) -> String {
    if let Some(isq) = &model.isq {
        return isq.to_lowercase();
    }
    let gguf = files.first().filter(|file| file.extension().is_some_and(|end| end == "gguf"));
    if let Some(file) = gguf {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let known = |word: &&str| {
            let digits = word.trim_start_matches(|first: char| first.is_ascii_alphabetic());
            let letters = word.strip_suffix(digits).unwrap_or_default();
            ["q", "iq", "tq", "f", "bf", "mxfp"].contains(&letters)
                && digits.starts_with(|first: char| first.is_ascii_digit())
        };
        return name.split(['-', '.']).rfind(known).unwrap_or_default().chars().take(16).collect();
    }
    match &model.dtype {
        None | Some(ModelDType::Auto) => String::new(),
        Some(dtype) => dtype.to_string(),
    }
}

/// The checksum of the list of the documents of all knowledge bases of an agent, each with its path
/// below its folder.
fn knowledge(config: &Config, agent: &AgentConfig) -> Result<Option<String>, CommandError> {
    let (mut found, mut sums) = (false, Vec::new());
    for unit in
        config.units.iter().filter(|unit| agent.units.iter().any(|name| name == unit.name()))
    {
        let UnitConfig::Knowledge { folder, .. } = unit else { continue };
        found = true;
        for file in documents(folder).map_err(|source| wrong(folder, source))? {
            let sum = crate::fetch::checksum(&file).map_err(|source| wrong(&file, source))?;
            let name = file.strip_prefix(folder).unwrap_or(&file);
            sums.push((name.to_string_lossy().into_owned(), sum));
        }
    }
    Ok(found.then(|| of_list(sums)))
}

fn wrong(path: &Path, source: io::Error) -> CommandError {
    CommandError::Io { what: path.display().to_string(), source }
}

fn text(claims: &[Claim]) -> String {
    let short = |sum: &Option<String>| {
        let start = sum.as_deref().and_then(|sum| sum.get(..12));
        start.map_or_else(|| "-".to_string(), |start| format!("{start}…"))
    };
    let rows: Vec<_> = claims
        .iter()
        .map(|claim| {
            [
                claim.agent.get(..8).unwrap_or(&claim.agent).to_string(),
                claim.model.clone(),
                short(&claim.weights),
                if claim.quantisation.is_empty() { "-" } else { &claim.quantisation }.to_string(),
                claim.temperature.to_string(),
                short(&claim.knowledge),
            ]
        })
        .collect();
    table(["agent", "model", "weights", "quantisation", "temperature", "knowledge"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A configuration with a model of two files and one behind a server, and an agent on each, of
    /// which the first has a knowledge base.
    fn configured(folder: &Path) -> Config {
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("weights/b.safetensors", "bbb");
        write("weights/a.safetensors", "aaa");
        write("weights/config.json", "{}");
        write("bees/one.md", "The waggle dance tells where.");
        write("bees/more/two.txt", "Queens are fed royal jelly.");
        write("bees/no.key", "secret");
        write(
            "worker.toml",
            r#"
            [[models]]
            name = "weaver"
            path = "weights"
            isq = "Q4K"
            [[models]]
            name = "far"
            openai = { base_url = "http://127.0.0.1:1/v1", model = "far" }
            [[units]]
            kind = "knowledge"
            name = "bees"
            at = ["note"]
            folder = "bees"
            [[agents]]
            key = "*"
            model = "weaver"
            temperature = 0.7
            top_p = 0.9
            units = ["bees"]
            [[agents]]
            key = "0101010101010101010101010101010101010101010101010101010101010101"
            model = "far"
            "#,
        );
        Config::read(&folder.join("worker.toml")).unwrap()
    }

    fn claimed(config: &Config) -> Vec<Claim> {
        claims(config, &mut Checksums::default()).unwrap()
    }

    #[test]
    fn each_agent_should_claim_what_it_answers_with() {
        let folder = tempfile::tempdir().unwrap();
        let claims = claimed(&configured(folder.path()));
        let [weaver, far] = &claims[..] else {
            panic!("two agents are configured");
        };
        assert_eq!((weaver.agent.as_str(), weaver.model.as_str()), ("*", "weaver"));
        assert_eq!((weaver.quantisation.as_str(), weaver.temperature), ("q4k", 0.7));
        assert_eq!((weaver.top_p, weaver.top_k, weaver.min_p), (0.9, 0, 0.0));
        assert_eq!(far.agent, "01".repeat(32));
        assert_eq!((&far.weights, &far.knowledge, far.top_p), (&None, &None, 1.0));
        assert!(far.quantisation.is_empty());
        let sum = |name: &str| crate::fetch::checksum(&folder.path().join(name)).unwrap();
        let of_files = |names: [&str; 2], below: &str| {
            let files = names.map(|name| (name.to_string(), sum(&format!("{below}/{name}"))));
            Some(of_list(files.to_vec()))
        };
        assert_eq!(weaver.weights, of_files(["a.safetensors", "b.safetensors"], "weights"));
        assert_eq!(weaver.knowledge, of_files(["more/two.txt", "one.md"], "bees"));
    }

    #[test]
    fn a_claim_should_change_with_what_is_claimed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let config = configured(folder.path());
        let before = claimed(&config);
        fs::write(folder.path().join("bees/no.key"), "another secret").unwrap();
        assert_eq!(claimed(&config), before);
        fs::write(folder.path().join("bees/one.md"), "It does not.").unwrap();
        let after = claimed(&config);
        assert_ne!(after[0].knowledge, before[0].knowledge);
        assert_eq!(after[0].weights, before[0].weights);
        fs::write(folder.path().join("weights/a.safetensors"), "ccc").unwrap();
        assert_ne!(claimed(&config)[0].weights, before[0].weights);
    }

    #[test]
    fn what_differs_should_be_named() {
        let folder = tempfile::tempdir().unwrap();
        let claims = claimed(&configured(folder.path()));
        let claim = &claims[0];
        let now = Claim { temperature: 0.0, weights: None, ..claim.clone() };
        assert_eq!(differences(claim, Some(&now)), "weights, sampling");
        assert_eq!(differences(claim, None), "there is no such agent");
        assert_eq!(differences(claim, Some(claim)), "");
    }

    #[test]
    fn claims_should_be_read_as_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let claims = claimed(&configured(folder.path()));
        let file = folder.path().join("claims.json");
        fs::write(&file, serde_json::to_vec_pretty(&claims).unwrap()).unwrap();
        assert_eq!(read(&file).unwrap(), claims);
        fs::write(&file, "{}").unwrap();
        assert!(read(&file).is_err());
        let shown = text(&claims);
        assert!(shown.contains("weaver") && shown.contains("q4k"), "{shown}");
    }

    #[test]
    fn a_claim_should_fail_where_files_or_models_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = configured(folder.path());
        config.agents[1].model = "unknown".to_string();
        assert!(claims(&config, &mut Checksums::default()).is_err());
        let config = configured(folder.path());
        fs::remove_dir_all(folder.path().join("bees")).unwrap();
        assert!(claims(&config, &mut Checksums::default()).is_err());
    }

    #[test]
    fn the_name_of_a_gguf_file_should_tell_its_quantisation() {
        let of = |name: &str| quantisation(&ModelConfig::default(), &[PathBuf::from(name)]);
        for (name, expected) in [
            ("SmolLM2-135M-Instruct-Q4_K_M.gguf", "q4_k_m"),
            ("qwen2.5-0.5b-instruct-q8_0.gguf", "q8_0"),
            ("m-bf16-00001-of-00002.gguf", "bf16"),
            ("model.gguf", ""),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
