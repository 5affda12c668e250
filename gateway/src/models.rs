//! The models that clients may name: a domain, and a swarm with its terms.
//!
//! A name is `KIND` or `KIND/DOMAIN`. A kind is one of `waggle`, `waggle-fast`, `waggle-deep`, or
//! of the configuration; a domain is its number, or its title in kebab case. Where two domains have
//! one title, it means the older: nobody can take a name over by founding a domain.

use serde::Deserialize;
use std::collections::BTreeMap;
use waggle_client::{amount::Amount, submit::Terms, Constants, Domain};
use waggle_primitives::{domain::GENERAL, DomainId, Grade};

/// What asking a model means.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name, as the client wrote it.
    pub name: String,
    /// The domain whose members answer.
    pub domain: DomainId,
    /// The terms of its rounds.
    pub terms: Terms,
    /// Whether an answer is given only once its block is final.
    pub finalised: bool,
}

/// What an operator says of a kind of swarm; what is left out is as in `waggle`, or as in the kind
/// of that name which comes with the gateway.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// The domain that is asked if the name has none.
    pub domain: Option<DomainId>,
    /// What is paid for an answer, in WAG, such as "20".
    pub reward: Option<String>,
    /// How long agents may answer, in seconds; kept within what the chain takes.
    pub answering_seconds: Option<u32>,
    /// With fewer answers the round is cancelled.
    pub min_agents: Option<u32>,
    /// The round goes on at once with this many answers.
    pub max_agents: Option<u32>,
    /// What the best answer has to score, 0 to 1.
    pub min_score: Option<f64>,
    /// Whether an answer is given only once its block is final.
    pub finalised: Option<bool>,
}

/// Why models cannot be had as they are configured. The operator's fault.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ModelFailure {
    /// A name that could not be asked for.
    #[error("models.{0:?}: a name is 1 to 64 of a to z, 0 to 9 and -")]
    Name(String),
    /// A value that means nothing.
    #[error("models.{model}.{field}: {reason}")]
    Value {
        /// Which kind.
        model: String,
        /// Which value.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A value that the chain does not take.
    #[error("models.{model}.{field} is {value}; this chain takes {min} to {max}")]
    Bounds {
        /// Which kind.
        model: String,
        /// Which value.
        field: &'static str,
        /// What it is.
        value: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
}

/// The kind that others build upon.
const PLAIN: &str = "waggle";
/// The kinds that come with the gateway.
const KINDS: [&str; 3] = [PLAIN, "waggle-fast", "waggle-deep"];
/// The longest name of a kind, in bytes.
const MAX_KIND_BYTES: usize = 64;

/// All kinds of swarms of this gateway.
#[derive(Clone, Debug)]
pub struct Models {
    kinds: BTreeMap<String, Kind>,
}

#[derive(Clone, Debug)]
struct Kind {
    domain: DomainId,
    terms: Terms,
    finalised: bool,
}

impl Models {
    /// The kinds that come with the gateway, and those of `configured`, on the chain of
    /// `constants`.
    ///
    /// # Errors
    /// [`ModelFailure`]: a name, or a value that nobody could ask for on this chain.
    pub fn new(
        configured: &BTreeMap<String, ModelConfig>,
        constants: &Constants,
    ) -> Result<Self, ModelFailure> {
        let mut kinds = BTreeMap::new();
        for name in KINDS {
            kinds.insert(name.to_owned(), with_the_gateway(name, constants));
        }
        for (name, config) in configured {
            if !is_kind(name) {
                return Err(ModelFailure::Name(name.clone()));
            }
            let base =
                kinds.get(name).cloned().unwrap_or_else(|| with_the_gateway(PLAIN, constants));
            kinds.insert(name.clone(), base.changed(name, config, constants)?);
        }
        Ok(Self { kinds })
    }

    /// The model of this name, where `domains` are those of the chain. `None`: there is none.
    pub fn resolve(&self, name: &str, domains: &[Domain]) -> Option<Model> {
        let (kind, domain) = match name.split_once('/') {
            Some((kind, domain)) => (self.kinds.get(kind)?, find(domain, domains)?),
            None => {
                let kind = self.kinds.get(name)?;
                (kind, domains.iter().find(|domain| domain.id == kind.domain)?)
            }
        };
        Some(kind.model(name.to_owned(), domain.id))
    }

    /// What `GET /v1/models` lists: every kind, and `waggle/DOMAIN` for every domain but the
    /// general one. Each can be resolved.
    pub fn list(&self, domains: &[Domain]) -> Vec<Model> {
        let kinds = self.kinds.keys().filter_map(|name| self.resolve(name, domains));
        // Anybody may found domains: they are gone through once, not once for each.
        let names = names_of(domains);
        let others = domains.iter().zip(names).filter(|(domain, _)| domain.id != GENERAL);
        let others = others.filter_map(|(domain, name)| {
            let plain = self.kinds.get(PLAIN)?;
            Some(plain.model(format!("{PLAIN}/{name}"), domain.id))
        });
        kinds.chain(others).collect()
    }
}

impl Kind {
    fn model(&self, name: String, domain: DomainId) -> Model {
        Model { name, domain, terms: self.terms, finalised: self.finalised }
    }

    fn changed(
        mut self,
        name: &str,
        config: &ModelConfig,
        constants: &Constants,
    ) -> Result<Self, ModelFailure> {
        let model = || name.to_owned();
        let wrong = |field, reason: String| ModelFailure::Value { model: model(), field, reason };
        let (least, most) = constants.swarm;
        let within = |field, value: u32, min: u32| {
            if (min..=most).contains(&value) {
                return Ok(value);
            }
            Err(ModelFailure::Bounds { model: model(), field, value, min, max: most })
        };
        if let Some(reward) = &config.reward {
            self.terms.reward =
                reward.parse::<Amount>().map_err(|error| wrong("reward", format!("{error}")))?;
        }
        if self.terms.reward.0 < constants.minimum_reward {
            let least = Amount(constants.minimum_reward);
            let reason =
                format!("{} WAG is less than this chain takes: {least}", self.terms.reward);
            return Err(wrong("reward", reason));
        }
        if let Some(seconds) = config.answering_seconds {
            self.terms.answering_blocks = Some(blocks(seconds, constants));
        }
        if let Some(agents) = config.min_agents {
            self.terms.min_agents = within("min_agents", agents, least)?;
        }
        if let Some(agents) = config.max_agents {
            self.terms.max_agents = agents;
        }
        within("max_agents", self.terms.max_agents, self.terms.min_agents)?;
        if let Some(score) = config.min_score {
            self.terms.min_score = grade(score)
                .ok_or_else(|| wrong("min_score", format!("{score} is not within 0 to 1")))?;
        }
        self.domain = config.domain.unwrap_or(self.domain);
        self.finalised = config.finalised.unwrap_or(self.finalised);
        Ok(self)
    }
}

/// A kind that comes with the gateway.
fn with_the_gateway(name: &str, constants: &Constants) -> Kind {
    let mut terms = Terms::default();
    let (least, most) = constants.swarm;
    let mut finalised = false;
    match name {
        "waggle-fast" => {
            terms.max_agents = terms.min_agents;
            terms.answering_blocks = Some(blocks(5, constants));
        }
        "waggle-deep" => {
            terms.reward = Amount(terms.reward.0.saturating_mul(3));
            terms.max_agents = 21;
            terms.answering_blocks = Some(blocks(60, constants));
            finalised = true;
        }
        _ => {}
    }
    terms.min_agents = terms.min_agents.clamp(least, most);
    terms.max_agents = terms.max_agents.clamp(terms.min_agents, most);
    terms.reward = terms.reward.max(Amount(constants.minimum_reward));
    Kind { domain: GENERAL, terms, finalised }
}

/// So many seconds in blocks, as near as the chain takes it.
fn blocks(seconds: u32, constants: &Constants) -> u32 {
    let (least, most) = constants.answering_blocks;
    let blocks = (u64::from(seconds) * 1_000).div_ceil(constants.slot_ms.max(1));
    u32::try_from(blocks).unwrap_or(most).max(least).min(most)
}

fn grade(score: f64) -> Option<Grade> {
    let within = (0.0..=1.0).contains(&score);
    within.then(|| (score * 10_000.0).round() as u16).and_then(Grade::new)
}

fn is_kind(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MAX_KIND_BYTES).contains(&name.len()) && name.bytes().all(allowed)
}

/// The domain that a client means. A number is always an id.
fn find<'a>(wanted: &str, domains: &'a [Domain]) -> Option<&'a Domain> {
    if let Ok(id) = wanted.parse::<DomainId>() {
        return domains.iter().find(|domain| domain.id == id);
    }
    if wanted.is_empty() {
        return None;
    }
    domains.iter().filter(|domain| title_of(domain) == wanted).min_by_key(|domain| domain.id)
}

/// The names under which [`find`] finds the domains: the title of each, or its number if that will
/// not do.
fn names_of(domains: &[Domain]) -> Vec<String> {
    let titles: Vec<String> = domains.iter().map(title_of).collect();
    let mut oldest: BTreeMap<&str, DomainId> = BTreeMap::new();
    for (domain, title) in domains.iter().zip(&titles) {
        let id = oldest.entry(title).or_insert(domain.id);
        *id = domain.id.min(*id);
    }
    let name = |(domain, title): (&Domain, &String)| {
        let is_its_own = oldest.get(title.as_str()) == Some(&domain.id);
        let is_name = !title.is_empty() && title.parse::<DomainId>().is_err();
        if is_its_own && is_name {
            title.clone()
        } else {
            domain.id.to_string()
        }
    };
    domains.iter().zip(&titles).map(name).collect()
}

/// A title in kebab case: letters and digits, with `-` between words.
fn title_of(domain: &Domain) -> String {
    let title = String::from_utf8_lossy(&domain.title).to_lowercase();
    let words = title.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::amount::WAG;
    use waggle_primitives::{choice::Question, rewards::PaymentRules};

    fn constants() -> Constants {
        Constants {
            slot_ms: 250,
            max_prompt_bytes: 16_384,
            max_answer_bytes: 4_096,
            minimum_reward: WAG / 100,
            answering_blocks: (4, 100),
            swarm: (4, 15),
            rule: Default::default(),
            payments: PaymentRules {
                winner_share: Default::default(),
                poor_answer_loss: Default::default(),
                unwon_share: Default::default(),
            },
            asking: Default::default(),
            learning: Default::default(),
            draw_blocks: 3,
            minimum_ticket: WAG / 10,
            phase_blocks: (20, 60, 20),
            result_retention: 1_000,
            open_rounds: 64,
            open_rounds_per_client: 8,
            epoch_blocks: 14_400,
        }
    }

    fn domain(id: DomainId, title: &str) -> Domain {
        Domain {
            id,
            title: title.as_bytes().to_vec(),
            description: Vec::new(),
            question: Question::Open,
            founded: 5,
            members: 7,
            on_roster: 7,
            pool: None,
        }
    }

    fn domains() -> Vec<Domain> {
        vec![
            domain(GENERAL, "General"),
            domain(4, "Verses & Rhymes"),
            domain(5, "verses rhymes"),
            domain(6, "7"),
            domain(7, "…"),
        ]
    }

    fn models(text: &str) -> Result<Models, ModelFailure> {
        Models::new(&toml::from_str(text).unwrap(), &constants())
    }

    #[test]
    fn models_should_be_found_when_named_by_number_or_title() {
        let models = models("").unwrap();
        let found = |name| models.resolve(name, &domains()).map(|model| model.domain);
        assert_eq!(found("waggle"), Some(GENERAL));
        assert_eq!(found("waggle/4"), Some(4));
        assert_eq!(found("waggle-deep/verses-rhymes"), Some(4));
        assert_eq!(found("waggle/7"), Some(7));
        for unknown in
            ["", "waggle/", "waggle/9", "waggle/verses", "waggle/4/4", "gpt-4o", "Waggle", "/4"]
        {
            assert_eq!(found(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn models_should_be_listed_under_names_that_mean_them_when_titles_are_poor() {
        let models = models("").unwrap();
        let list = models.list(&domains());
        let names: Vec<_> = list.iter().map(|model| model.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "waggle",
                "waggle-deep",
                "waggle-fast",
                "waggle/verses-rhymes",
                "waggle/5",
                "waggle/6",
                "waggle/7"
            ]
        );
        let ids: Vec<_> = list.iter().skip(3).map(|model| model.domain).collect();
        assert_eq!(ids, [4, 5, 6, 7]);
    }

    #[test]
    fn swarms_should_stay_within_the_chains_bounds_when_they_come_with_the_gateway() {
        let models = models("").unwrap();
        let terms = |name| models.resolve(name, &domains()).unwrap().terms;
        assert_eq!(terms("waggle").answering_blocks, None);
        assert_eq!(terms("waggle-fast").answering_blocks, Some(20));
        assert_eq!((terms("waggle-fast").min_agents, terms("waggle-fast").max_agents), (4, 4));
        assert_eq!(terms("waggle-deep").answering_blocks, Some(100));
        assert_eq!(terms("waggle-deep").max_agents, 15);
        assert!(models.resolve("waggle-deep", &domains()).unwrap().finalised);
    }

    #[test]
    fn swarms_should_be_changed_and_added_when_configured() {
        let models = models(
            "[waggle-fast]\nreward = \"2.5\"\n[poets]\ndomain = 4\nmin_score = 0.45\n\
             finalised = true\n",
        )
        .unwrap();
        let fast = models.resolve("waggle-fast", &domains()).unwrap();
        assert_eq!((fast.terms.reward, fast.terms.max_agents), (Amount(5 * WAG / 2), 4));
        let poets = models.resolve("poets", &domains()).unwrap();
        assert_eq!((poets.domain, poets.terms.min_score.basis_points()), (4, 4_500));
        assert!(poets.finalised);
    }

    #[test]
    fn swarms_should_be_refused_when_nobody_could_ask_them() {
        for (text, field) in [
            ("[a]\nreward = \"-1\"\n", "reward"),
            ("[a]\nreward = \"0\"\n", "reward"),
            ("[a]\nmin_score = 1.5\n", "min_score"),
            ("[a]\nmin_score = nan\n", "min_score"),
        ] {
            let failure = models(text).unwrap_err();
            assert!(matches!(failure, ModelFailure::Value { field: named, .. } if named == field));
        }
        for (text, field) in [
            ("[a]\nmin_agents = 3\n", "min_agents"),
            ("[a]\nmin_agents = 9\n", "max_agents"),
            ("[a]\nmax_agents = 16\n", "max_agents"),
        ] {
            let failure = models(text).unwrap_err();
            assert!(matches!(failure, ModelFailure::Bounds { field: named, .. } if named == field));
        }
        assert_eq!(models("[\"a/b\"]\n").unwrap_err(), ModelFailure::Name("a/b".into()));
    }
}
