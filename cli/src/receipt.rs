//! `waggle receipt` and `waggle verify`: receipts written, and believed or not.

use crate::{failure::Failure, report::print_verdict};
use serde_json::json;
use sp_crypto_hashing::blake2_256;
use std::{
    fs::File,
    io::{stdin, stdout, IsTerminal, Read, Write},
    path::Path,
    str::FromStr,
};
use waggle_client::{receipt::Verified, AccountId};
use waggle_primitives::Hash32;
use waggle_receipt::{format::MAX_RECEIPT_BYTES, verdict::in_hex, Verdict};

/// The hash of a chain's first block, in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenesisHash(pub Hash32);

impl FromStr for GenesisHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "it has 32 bytes in hex, as in 0x6b0f…: whoever runs the chain says it, and any node \
             (chain_getBlockHash [0])"
                .to_owned()
        };
        let bytes = hex::decode(text.trim_start_matches("0x")).map_err(|_| wrong())?;
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

/// Write a receipt to standard output; with `json`, in hex among what else one needs.
///
/// # Errors
/// Standard output is a terminal, or closed.
pub fn write(made: &Verified, json: bool) -> Result<(), Failure> {
    if json {
        let Verdict { round, genesis, block, .. } = &made.verdict;
        let (receipt, genesis) = (in_hex(&made.bytes), in_hex(genesis));
        let line = json!({
            "round": round,
            "genesis": genesis,
            "block": block,
            "bytes": made.bytes.len(),
            "receipt": receipt,
        });
        println!("{line}");
        return Ok(());
    }
    if stdout().is_terminal() {
        let round = made.verdict.round;
        return Err(Failure::Input(format!(
            "a receipt is {} bytes that are no text: waggle receipt {round} > {round}.receipt",
            made.bytes.len()
        )));
    }
    let written = stdout().write_all(&made.bytes).and_then(|()| stdout().flush());
    written.map_err(Failure::file(Path::new("standard output")))
}

/// Verify the receipt in `file` against `genesis`, and print what it shows. With `prompt`, that
/// this was asked.
///
/// # Errors
/// The file cannot be read; [`Failure::Receipt`], which with `json` is printed as well; the prompt
/// is another.
pub fn verify(
    file: &Path,
    genesis: GenesisHash,
    prompt: Option<&str>,
    json: bool,
) -> Result<(), Failure> {
    let bytes = read(file).map_err(Failure::file(file))?;
    let verdict = waggle_receipt::verify(&bytes, genesis.0).map_err(|refusal| {
        if json {
            println!("{}", refusal.to_json());
        }
        Failure::Receipt { path: file.display().to_string(), refusal }
    })?;
    let asked = verdict.result.prompt_hash;
    if prompt.is_some_and(|prompt| blake2_256(prompt.as_bytes()) != asked) {
        return Err(Failure::Input(format!(
            "the receipt is of another prompt: its Blake2b-256 is {}",
            in_hex(&asked)
        )));
    }
    if json {
        println!("{}", verdict.to_json(|account| AccountId::from(*account).to_string()));
    } else {
        print!("{}", print_verdict(&verdict));
    }
    Ok(())
}

/// The file's bytes, or one more than any receipt has.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = MAX_RECEIPT_BYTES as u64 + 1;
    if file == Path::new("-") {
        stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genesis_hashes_should_be_read_with_and_without_their_prefix() {
        let hash = GenesisHash([0xab; 32]);
        assert_eq!("ab".repeat(32).parse(), Ok(hash));
        assert_eq!(format!("0x{}", "ab".repeat(32)).parse(), Ok(hash));
        for wrong in ["", "0x", "0xab", "xyz", &"ab".repeat(33)] {
            assert!(wrong.parse::<GenesisHash>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn files_that_are_no_receipts_should_be_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("round.receipt");
        for (bytes, expected) in
            [(Vec::new(), "this is no receipt"), (vec![0; 10_000_000], "more than any receipt")]
        {
            std::fs::write(&file, bytes).unwrap();
            let failure = verify(&file, GenesisHash([0; 32]), None, false).unwrap_err();
            assert!(failure.to_string().contains(expected), "{failure}");
            assert_eq!(failure.exit_code(), 2);
        }
        let missing = verify(Path::new("/no/such"), GenesisHash([0; 32]), None, false);
        assert!(matches!(missing, Err(Failure::File { .. })));
    }
}
