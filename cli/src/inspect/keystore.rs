//! The agent keys in a node's keystore: a file each, whose name is the key type and the public key
//! in hex, and whose content is the secret as a JSON string.

use super::finding::Finding;
use sp_core::{ed25519, sr25519, Pair};
use std::path::{Path, PathBuf};
use waggle_client::{chain::Chain, who::Who};
use waggle_local_network::is_open_to_others;
use waggle_primitives::AgentKey;

/// What the file of an agent key begins with: `wagl` in hex.
const PREFIX: &str = "7761676c";

/// How a key is in its file.
#[derive(Debug, PartialEq, Eq)]
enum Kept {
    /// As a node uses it.
    Good(AgentKey),
    /// Made with the other scheme, so that the node finds no such key.
    WrongScheme,
    /// Something else.
    Broken,
}

/// What is in the keystores of all chains below a node's base path. `chain`, if the node is there,
/// says which keys are registered.
pub(crate) async fn look(base: &Path, chain: Option<&Chain>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files(base) {
        let name = file.display();
        let insert = "waggle-node key insert --key-type wagl --scheme ed25519 puts it right";
        match kept(&file) {
            Ok(Kept::Good(key)) => found.push(of_key(&file, &key, chain).await),
            Ok(Kept::WrongScheme) => found.push(Finding::problem(
                format!("the key in {name} was made with sr25519: the node does not use it"),
                format!("remove that file; {insert}"),
            )),
            Ok(Kept::Broken) => found.push(Finding::problem(
                format!("what is in {name} is not the key that its name says"),
                format!("remove that file; {insert}"),
            )),
            Err(error) => found.push(Finding::warning(
                format!("{name} cannot be read: {error}"),
                "look as the user that the node runs as",
            )),
        }
    }
    found
}

async fn of_key(file: &Path, key: &AgentKey, chain: Option<&Chain>) -> Finding {
    let hex = hex::encode(key.0);
    if is_open_to_others(file).unwrap_or_default() {
        let what = format!("others may read {}", file.display());
        return Finding::problem(what, format!("chmod 600 {}", file.display()));
    }
    let Some(chain) = chain else { return Finding::ok(format!("agent key {hex} is in place")) };
    match chain.find_agent(Who::Key(*key), None).await {
        Ok(Some(detail)) if !detail.agent.retired => {
            Finding::ok(format!("agent key {hex} is in place, and its agent registered"))
        }
        Ok(Some(_)) => Finding::warning(
            format!("the agent of the key {hex} has retired"),
            "take the key out of the keystore, or register anew after `waggle agent unbond`",
        ),
        Ok(None) => Finding::warning(
            format!("no agent is registered with the key {hex} on this chain"),
            "`waggle agent register --agent-key-file …`; or it is a key of before `rotate`, which \
             may go",
        ),
        Err(failure) => Finding::warning(failure.one_line(), "try again"),
    }
}

/// The files of agent keys.
fn files(base: &Path) -> Vec<PathBuf> {
    let entries = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    };
    let keystores = entries(base.join("chains")).map(|chain| chain.join("keystore"));
    let mut files: Vec<PathBuf> = keystores
        .flat_map(entries)
        .filter(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(PREFIX)
        })
        .collect();
    files.sort();
    files
}

fn kept(file: &Path) -> std::io::Result<Kept> {
    let text = std::fs::read(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut public = [0; 32];
    let named = name.strip_prefix(PREFIX).unwrap_or_default();
    let (Ok(()), Ok(secret)) =
        (hex::decode_to_slice(named, &mut public), serde_json::from_slice::<String>(&text))
    else {
        return Ok(Kept::Broken);
    };
    let is_ed25519 =
        ed25519::Pair::from_string(&secret, None).is_ok_and(|pair| pair.public().0 == public);
    let is_sr25519 =
        || sr25519::Pair::from_string(&secret, None).is_ok_and(|pair| pair.public().0 == public);
    Ok(match is_ed25519 {
        true => Kept::Good(AgentKey::from_raw(public)),
        false if is_sr25519() => Kept::WrongScheme,
        false => Kept::Broken,
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    fn put(base: &Path, public: [u8; 32], secret: &str) -> PathBuf {
        let keystore = base.join("chains/waggle_dev/keystore");
        std::fs::create_dir_all(&keystore).unwrap();
        let file = keystore.join(format!("{PREFIX}{}", hex::encode(public)));
        let text = serde_json::to_string(secret).unwrap();
        waggle_local_network::write_private(&file, &text).unwrap();
        file
    }

    #[tokio::test]
    async fn keys_should_be_named_when_their_scheme_or_content_is_wrong() {
        let base = tempfile::tempdir().unwrap();
        let good = ed25519::Pair::from_string("//A", None).unwrap().public().0;
        let wrong = sr25519::Pair::from_string("//A", None).unwrap().public().0;
        let file = put(base.path(), good, "//A");
        assert_eq!(kept(&file).unwrap(), Kept::Good(AgentKey::from_raw(good)));
        assert_eq!(kept(&put(base.path(), wrong, "//A")).unwrap(), Kept::WrongScheme);
        assert_eq!(kept(&put(base.path(), [7; 32], "//A")).unwrap(), Kept::Broken);
        let found = look(base.path(), None).await;
        let count = |level| found.iter().filter(|finding| finding.level == level).count();
        assert_eq!((count(Level::Ok), count(Level::Problem)), (1, 2), "{found:?}");
        assert!(!format!("{found:?}").contains("//A"), "secrets are not told");
    }

    #[tokio::test]
    async fn nothing_should_be_found_where_nothing_is() {
        assert!(look(Path::new("/no/such/folder"), None).await.is_empty());
    }
}
