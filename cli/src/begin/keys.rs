//! The keys of an agent: its owner's account, which pays and is paid, and the agent key, which
//! acts. Each is in a file that only its owner may read. Of the account there is also a phrase,
//! from which wallets make it again: it is shown once, and kept nowhere unless a file is named.

use crate::{dialogue::Dialogue, failure::Failure};
use sp_core::{ed25519, sr25519, Pair};
use std::path::{Path, PathBuf};
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    account::{account_id, parse},
    random::random_number,
    secret, AccountId,
};
use waggle_local_network::write_private;

/// The owner's key, in the agent's folder.
const OWNER: &str = "owner.key";
/// The agent key, in the same folder.
const AGENT: &str = "agent.key";
/// How often the person may be wrong about a word of the phrase.
const TRIES: u32 = 3;

/// The keys.
pub(crate) struct Keys {
    /// The owner's account.
    pub(crate) owner: Keypair,
    /// The agent key.
    pub(crate) agent: ed25519::Pair,
}

/// Where keys come from, and where the phrase goes to.
pub(crate) struct KeySource<'a> {
    /// The agent's folder.
    pub(crate) folder: &'a Path,
    /// The file of an account that is there already.
    pub(crate) owner_key: Option<&'a PathBuf>,
    /// The file that the phrase is written to, instead of being shown.
    pub(crate) backup: Option<&'a PathBuf>,
}

impl Keys {
    /// The owner's account.
    pub(crate) fn account(&self) -> AccountId {
        account_id(&self.owner)
    }

    /// The agent key in hex.
    pub(crate) fn agent_hex(&self) -> String {
        hex::encode(self.agent.public().0)
    }
}

impl KeySource<'_> {
    /// The file of the agent key.
    pub(crate) fn agent_file(&self) -> PathBuf {
        self.folder.join(AGENT)
    }

    /// The file of the owner's key.
    pub(crate) fn owner_file(&self) -> PathBuf {
        self.owner_key.cloned().unwrap_or_else(|| self.folder.join(OWNER))
    }

    /// The keys that are there, else new ones. Nothing is written before the phrase is safe.
    ///
    /// # Errors
    /// [`Failure::Unsaid`] if nobody is there who could take the phrase down; [`Failure::Input`] if
    /// they did not; [`Failure::File`]; [`Failure::Client`] if a file holds no key.
    pub(crate) fn keys(&self, dialogue: Dialogue) -> Result<Keys, Failure> {
        if !self.agent_file().exists() {
            // An agent key is not backed up: its owner can give the agent another one.
            let (_, _, seed) = ed25519::Pair::generate_with_phrase(None);
            let file = self.agent_file();
            write_private(&file, &in_hex(&seed)).map_err(Failure::file(&file))?;
        }
        if self.owner_key.is_none() && !self.owner_file().exists() {
            let (_, phrase, seed) = sr25519::Pair::generate_with_phrase(None);
            self.keep_safe(&phrase, dialogue)?;
            let file = self.owner_file();
            write_private(&file, &in_hex(&seed)).map_err(Failure::file(&file))?;
        }
        self.read()
    }

    /// The keys that are there.
    ///
    /// # Errors
    /// [`Failure::Client`] if a file is not there or holds no key.
    pub(crate) fn read(&self) -> Result<Keys, Failure> {
        let (name, suri) = secret::read("--owner-key-file", None, Some(&self.owner_file()))?;
        let owner = parse(&name, &suri)?;
        let (source_name, suri) = secret::read("agent key", None, Some(&self.agent_file()))?;
        let agent = ed25519::Pair::from_string(&suri, None).map_err(|_| {
            let reason = "it is not a secret URI".into();
            waggle_client::Failure::Key { source_name, reason }
        })?;
        Ok(Keys { owner, agent })
    }

    fn keep_safe(&self, phrase: &str, dialogue: Dialogue) -> Result<(), Failure> {
        if let Some(file) = self.backup {
            if file.exists() {
                let reason = format!("{} is there already: name another file", file.display());
                return Err(Failure::Input(reason));
            }
            return write_private(file, &format!("{phrase}\n")).map_err(Failure::file(file));
        }
        if dialogue == Dialogue::Nobody {
            let what = "where the backup phrase of the owner's account goes";
            return Err(Failure::Unsaid {
                what,
                option: "--backup FILE, or --yes to have it shown",
            });
        }
        eprintln!(
            "\nThis phrase is the owner's account. Whoever has it has the money; if it and the key \
             file\nare lost, the money is. It is shown only now:\n\n  {phrase}\n"
        );
        if dialogue.is_with_person() {
            asked_back(phrase, dialogue)?;
        }
        Ok(())
    }
}

/// Have the person say one word of the phrase.
fn asked_back(phrase: &str, dialogue: Dialogue) -> Result<(), Failure> {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let number = random_number()? as usize % words.len().max(1);
    let expected = words.get(number).copied().unwrap_or_default();
    for _ in 0..TRIES {
        eprintln!("Write it down, then say word {} of it.", number + 1);
        let said = dialogue.text("The word", "", "--backup")?;
        if said.trim().eq_ignore_ascii_case(expected) {
            return Ok(());
        }
    }
    Err(Failure::Input(
        "that is not the word: no key was kept, and the next run makes another phrase".into(),
    ))
}

fn in_hex(seed: &[u8]) -> String {
    format!("0x{}\n", hex::encode(seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_local_network::is_open_to_others;

    #[test]
    fn keys_should_be_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let source = KeySource { folder: folder.path(), owner_key: None, backup: None };
        let keys = source.keys(Dialogue::Agreed).unwrap();
        let again = source.keys(Dialogue::Nobody).unwrap();
        assert_eq!(keys.account(), again.account());
        assert_eq!(keys.agent_hex(), again.agent_hex());
        for file in [source.owner_file(), source.agent_file()] {
            assert!(!is_open_to_others(&file).unwrap(), "{}", file.display());
        }
    }

    #[test]
    fn phrase_should_be_the_account_and_be_kept_in_the_file_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("phrase");
        let source = KeySource { folder: folder.path(), owner_key: None, backup: Some(&backup) };
        let keys = source.keys(Dialogue::Nobody).unwrap();
        let phrase = std::fs::read_to_string(&backup).unwrap();
        assert_eq!(account_id(&parse("phrase", phrase.trim()).unwrap()), keys.account());
        assert!(!is_open_to_others(&backup).unwrap());
    }

    #[test]
    fn nothing_should_be_kept_when_nobody_takes_the_phrase() {
        let folder = tempfile::tempdir().unwrap();
        let source = KeySource { folder: folder.path(), owner_key: None, backup: None };
        assert!(matches!(source.keys(Dialogue::Nobody), Err(Failure::Unsaid { .. })));
        assert!(!source.owner_file().exists());
        let there = folder.path().join("there");
        std::fs::write(&there, "").unwrap();
        let source = KeySource { backup: Some(&there), ..source };
        assert!(matches!(source.keys(Dialogue::Agreed), Err(Failure::Input(_))));
        assert!(!source.owner_file().exists());
    }
}
