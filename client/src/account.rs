//! Accounts that pay: key pairs (sr25519) of secret URIs.

use crate::{AccountId, Failure};
use subxt_signer::{sr25519::Keypair, SecretUri};

/// The key pair of a secret URI from `source_name`. Errors never repeat the URI: it is a secret.
///
/// # Errors
/// [`Failure::Key`].
pub fn parse(source_name: &str, suri: &str) -> Result<Keypair, Failure> {
    let wrong = |reason: String| Failure::Key { source_name: source_name.to_owned(), reason };
    let uri: SecretUri = suri.parse().map_err(|_| wrong("it is not a secret URI".into()))?;
    Keypair::from_uri(&uri).map_err(|error| wrong(error.to_string()))
}

/// The key pair of a development account, such as `//Alice`.
pub fn development(suri: &str) -> Result<Keypair, Failure> {
    parse("the development key", suri)
}

/// The account of a key pair.
pub fn account_id(keypair: &Keypair) -> AccountId {
    keypair.public_key().to_account_id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_should_name_the_source_and_not_the_secret_when_it_is_malformed() {
        let failure = parse("--suri", "one two three my secret").unwrap_err().to_string();
        assert!(failure.contains("--suri") && !failure.contains("three"), "{failure}");
    }
}
