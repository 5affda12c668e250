//! What an agent's owner says that it answers with in a domain: read from the JSON that
//! `waggle-worker claim --json` prints, and declared on chain.

use serde::{de::DeserializeOwned, Deserialize};
use std::path::PathBuf;
use subxt::dynamic::Value;
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    chain::Chain,
    transaction::{transact, Done},
    Failure,
};
use waggle_primitives::{
    claim::{ClaimedModel, ClaimedSampling, ALL},
    Claim, DomainId, Hash32,
};

/// What to claim.
#[derive(Clone, Debug, clap::Args)]
pub struct ClaimArgs {
    /// A file with what `waggle-worker claim --json` prints.
    #[arg(long, value_name = "FILE", required_unless_present = "none")]
    pub from: Option<PathBuf>,
    /// Which of the file's claims, by the name of the model; needed if there are several.
    #[arg(long, value_name = "NAME", requires = "from")]
    pub model: Option<String>,
    /// Claim nothing any more.
    #[arg(long, conflicts_with_all = ["from", "model"])]
    pub none: bool,
}

/// A claim as the worker writes it. Numbers are as people know them: a temperature of 0.7, not
/// 7 000 basis points; hashes are hex, as `sha256sum` prints them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClaim {
    /// Whose claim it is on the worker: the chain knows that by the account.
    #[serde(rename = "agent", default)]
    _agent: Option<String>,
    model: String,
    weights: Option<String>,
    #[serde(default)]
    quantisation: String,
    #[serde(default)]
    temperature: f64,
    #[serde(default = "one")]
    top_p: f64,
    #[serde(default)]
    top_k: u32,
    #[serde(default)]
    min_p: f64,
    knowledge: Option<String>,
}

fn one() -> f64 {
    1.0
}

impl ClaimArgs {
    /// What they mean. `None`: nothing is claimed any more.
    fn claim(&self) -> Result<Option<Claim>, Failure> {
        let Some(path) = &self.from else { return Ok(None) };
        let wrong = |reason| Failure::File { path: path.display().to_string(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        read(&text, self.model.as_deref()).map(Some).map_err(wrong)
    }
}

/// The claim in a text, or that of this model. Otherwise what is wrong, in one line.
fn read(text: &str, model: Option<&str>) -> Result<Claim, String> {
    let written: Vec<WrittenClaim> = one_or_several(text)
        .map_err(|error| format!("it is not what `waggle-worker claim --json` prints: {error}"))?;
    let mut wanted =
        written.into_iter().filter(|claim| model.is_none_or(|model| claim.model == model));
    match (wanted.next(), wanted.next()) {
        (Some(claim), None) => claim.try_into(),
        (Some(_), Some(_)) => Err("there are several claims: choose one with --model".into()),
        (None, _) => Err("there is no such claim".into()),
    }
}

/// The list in a text, or the one thing in it. Not by serde's untagged enums: they cannot read
/// fractions where serde_json keeps all digits, as subxt has it.
fn one_or_several<T: DeserializeOwned>(text: &str) -> serde_json::Result<Vec<T>> {
    match serde_json::from_str(text)? {
        several @ serde_json::Value::Array(_) => serde_json::from_value(several),
        one => Ok(vec![serde_json::from_value(one)?]),
    }
}

impl TryFrom<WrittenClaim> for Claim {
    type Error = String;

    fn try_from(written: WrittenClaim) -> Result<Self, String> {
        let too_long = |what: &str| format!("its {what} is too long");
        let (name, quantisation) = (written.model.into_bytes(), written.quantisation.into_bytes());
        let model = ClaimedModel {
            name: name.try_into().map_err(|_| too_long("model"))?,
            weights: written.weights.as_deref().map(hash).transpose()?,
            quantisation: quantisation.try_into().map_err(|_| too_long("quantisation"))?,
            sampling: ClaimedSampling {
                temperature: basis_points(written.temperature)?,
                top_p: share(written.top_p)?,
                top_k: written.top_k,
                min_p: share(written.min_p)?,
            },
        };
        let knowledge = written.knowledge.as_deref().map(hash).transpose()?;
        let claim = Claim { model, knowledge };
        if claim.is_valid() {
            Ok(claim)
        } else {
            Err("the model has no name, or a number is out of its range".into())
        }
    }
}

/// 32 bytes in hex, with or without 0x.
fn hash(text: &str) -> Result<Hash32, String> {
    let bytes = hex::decode(text.trim_start_matches("0x")).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| format!("{text:?} is no SHA-256 in hex"))
}

fn basis_points(number: f64) -> Result<u32, String> {
    let points = (number * f64::from(ALL)).round();
    // Casts of floats saturate, but what is no number must not become 0.
    if (0.0..=f64::from(u32::MAX)).contains(&points) {
        Ok(points as u32)
    } else {
        Err(format!("{number} is out of range"))
    }
}

fn share(number: f64) -> Result<u16, String> {
    basis_points(number)?.try_into().map_err(|_| format!("{number} is out of range"))
}

/// Say what the owner's agent answers with in a domain, from the chain's next epoch on.
///
/// # Errors
/// [`Failure::File`] if the claim cannot be read; [`Failure::Refused`] with the chain's reason: the
/// agent is no member, has retired, or there is no claim to take back.
pub async fn claim(
    chain: &Chain,
    owner: &Keypair,
    domain: DomainId,
    args: &ClaimArgs,
) -> Result<Done, Failure> {
    let claim = option(args.claim()?.map(|claim| value(&claim)));
    transact(chain, owner, "Domains", "claim", (domain, claim)).await
}

/// A claim as the chain's metadata names its parts.
fn value(claim: &Claim) -> Value {
    let Claim { model, knowledge } = claim;
    let ClaimedSampling { temperature, top_p, top_k, min_p } = model.sampling;
    let number = |number: u32| Value::u128(number.into());
    let bytes = |hash: &Option<Hash32>| option(hash.map(Value::from_bytes));
    let sampling = Value::named_composite([
        ("temperature", number(temperature)),
        ("top_p", number(top_p.into())),
        ("top_k", number(top_k)),
        ("min_p", number(min_p.into())),
    ]);
    let model = Value::named_composite([
        ("name", Value::from_bytes(&model.name)),
        ("weights", bytes(&model.weights)),
        ("quantisation", Value::from_bytes(&model.quantisation)),
        ("sampling", sampling),
    ]);
    Value::named_composite([("model", model), ("knowledge", bytes(knowledge))])
}

fn option(value: Option<Value>) -> Value {
    match value {
        Some(value) => Value::unnamed_variant("Some", [value]),
        None => Value::unnamed_variant("None", []),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = r#"{"agent": "*", "model": "weaver", "quantisation": "q4k",
        "weights": "0101010101010101010101010101010101010101010101010101010101010101",
        "temperature": 0.7, "top_p": 0.95, "top_k": 40, "min_p": 0.05, "knowledge": null}"#;

    #[test]
    fn a_claim_should_be_read_as_the_worker_writes_it() {
        let claim = read(WRITTEN, None).unwrap();
        assert_eq!(claim.model.name.to_vec(), b"weaver");
        assert_eq!(claim.model.weights, Some([1; 32]));
        assert_eq!(claim.model.quantisation.to_vec(), b"q4k");
        let sampling = ClaimedSampling { temperature: 7_000, top_p: 9_500, top_k: 40, min_p: 500 };
        assert_eq!((claim.model.sampling, claim.knowledge), (sampling, None));
    }

    #[test]
    fn a_claim_should_say_little_when_little_is_known() {
        let claim = read(r#"{"model": "m", "weights": null, "knowledge": null}"#, None).unwrap();
        let sampling = ClaimedSampling { temperature: 0, top_p: ALL, top_k: 0, min_p: 0 };
        assert_eq!((claim.model.sampling, claim.model.weights), (sampling, None));
    }

    #[test]
    fn one_of_several_claims_should_be_chosen_by_its_model() {
        let several = format!("[{WRITTEN}, {}]", WRITTEN.replace("weaver", "scout"));
        assert_eq!(read(&several, Some("scout")).unwrap().model.name.to_vec(), b"scout");
        assert!(read(&several, None).unwrap_err().contains("--model"));
        assert!(read(&several, Some("keeper")).unwrap_err().contains("no such claim"));
        assert!(read(&format!("[{WRITTEN}]"), None).is_ok());
    }

    #[test]
    fn a_claim_should_be_refused_when_the_chain_would_not_take_it() {
        for (part, instead) in [
            ("weaver", ""),
            ("weaver", &"w".repeat(65)),
            ("q4k", &"q".repeat(17)),
            ("\"0101", "\"01"),
            ("0.7", "10.1"),
            ("0.7", "-0.1"),
            ("0.95", "0.0"),
            ("0.95", "1.1"),
            ("0.05", "7"),
            ("\"top_k\"", "\"topk\""),
        ] {
            assert!(read(&WRITTEN.replace(part, instead), None).is_err(), "{part}: {instead}");
        }
    }
}
