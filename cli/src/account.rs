//! The account that pays: from a secret URI on the command line or from a file.

use std::path::PathBuf;
use subxt_signer::sr25519::Keypair;
use waggle_client::{account, secret, Failure};

/// Where the client's key comes from.
#[derive(Clone, Debug, clap::Args)]
pub struct AccountArgs {
    /// Secret URI of the account that pays (sr25519): a development key such as //Alice, a phrase,
    /// or 0x and a seed. Other users of the machine can see what is given here: use --key-file
    /// for keys that are worth something.
    #[arg(long, value_name = "SURI", default_value = "//Alice", conflicts_with = "key_file")]
    pub suri: String,
    /// File whose first line is the secret URI of the account that pays.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

impl AccountArgs {
    /// The key pair.
    pub fn keypair(&self) -> Result<Keypair, Failure> {
        let (source_name, suri) = secret::read("--suri", Some(&self.suri), self.key_file.as_ref())?;
        account::parse(&source_name, &suri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::account::{account_id, development};

    fn args(suri: &str, key_file: Option<PathBuf>) -> AccountArgs {
        AccountArgs { suri: suri.into(), key_file }
    }

    #[test]
    fn keypair_should_be_alices_when_asked_for() {
        let keypair = args("//Alice", None).keypair().unwrap();
        assert_eq!(
            account_id(&keypair).to_string(),
            "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
        );
    }

    #[test]
    fn keypair_should_come_from_the_first_line_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "//Bob\nanything else\n").unwrap();
        let keypair = args("//Alice", Some(file.path().into())).keypair().unwrap();
        assert_eq!(account_id(&keypair), account_id(&development("//Bob").unwrap()));
    }

    #[test]
    fn keypair_should_fail_without_repeating_the_secret_when_malformed() {
        let failure = args("one two three my secret", None).keypair().unwrap_err();
        assert!(
            !failure.to_string().contains("secret URI of mine")
                && !failure.to_string().contains("three")
        );
        assert_eq!(failure.exit_code(), 2);
    }
}
