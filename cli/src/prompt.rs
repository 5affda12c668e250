//! The prompt of `waggle ask`: as an argument, or from standard input.

use std::io::Read;
use waggle_client::Failure;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";
/// How much of it is read at most, in bytes: far more than any chain takes, so that whoever gives
/// too much is told how much it is.
const LONGEST_INPUT: u64 = 1 << 20;

/// A prompt as an argument. It may begin with a hyphen, but a word that looks like an option more
/// likely is one, mistyped: asking it would cost money.
///
/// # Errors
/// What to do instead.
pub fn argument(text: &str) -> Result<String, String> {
    let word = text.trim_start_matches('-');
    let is_option = word.len() < text.len()
        && word.starts_with(char::is_alphabetic)
        && !text.contains(char::is_whitespace);
    if is_option {
        return Err(format!("there is no such option; to ask that, put a blank first: ' {text}'"));
    }
    Ok(text.to_owned())
}

/// The prompt that `argument` names: itself, or if it is a hyphen all of `input`, without the
/// newline at its end.
///
/// # Errors
/// [`Failure::File`] if `input` cannot be read, is no text, or is longer than a mebibyte.
pub fn read(argument: String, input: impl Read) -> Result<String, Failure> {
    if argument != STANDARD_INPUT {
        return Ok(argument);
    }
    let failed = |reason: String| Failure::File { path: "standard input".into(), reason };
    let mut bytes = Vec::new();
    let taken = input.take(LONGEST_INPUT + 1).read_to_end(&mut bytes);
    taken.map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > LONGEST_INPUT {
        return Err(failed(format!("a prompt of more than {LONGEST_INPUT} bytes fits no chain")));
    }
    let text = String::from_utf8(bytes).map_err(|_| failed("it is no text in UTF-8".into()))?;
    let without = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    Ok(without.unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::io;

    #[derive(Debug, Parser)]
    struct Cli {
        #[arg(allow_hyphen_values = true, value_parser = argument)]
        prompt: String,
        #[arg(long)]
        json: bool,
    }

    fn parsed(arguments: &[&str]) -> Result<(String, bool), String> {
        let all = ["ask"].into_iter().chain(arguments.iter().copied());
        let parsed = Cli::try_parse_from(all).map_err(|error| error.to_string())?;
        Ok((parsed.prompt, parsed.json))
    }

    #[test]
    fn prompt_should_be_taken_when_it_begins_with_a_hyphen() {
        for text in ["-3+5", "-", "-x + 3 = 5, what is x?", "--verbose means what?", "- a\n- b"] {
            let [plain, json] = [false, true].map(|json| Ok((text.to_owned(), json)));
            assert_eq!(parsed(&[text]), plain);
            assert_eq!(parsed(&["--", text]), plain);
            assert_eq!(parsed(&["--json", text]), json);
            assert_eq!(parsed(&[text, "--json"]), json);
        }
        assert_eq!(parsed(&["--", "--"]), Ok(("--".to_owned(), false)));
    }

    #[test]
    fn prompt_should_be_refused_when_it_looks_like_an_option() {
        for word in ["--colour", "-v", "--reward=5", "--élan"] {
            let refused = parsed(&[word]).unwrap_err();
            assert!(refused.contains(&format!("' {word}'")), "it says what to do: {refused}");
            let asked = format!(" {word}");
            assert_eq!(parsed(&[asked.as_str()]), Ok((asked.clone(), false)), "that helps");
        }
        assert!(parsed(&["37+12", "--colour"]).is_err());
    }

    #[test]
    fn prompt_should_be_the_whole_standard_input_when_it_is_a_hyphen() {
        let whole = |input: &'static str| read("-".into(), input.as_bytes()).unwrap();
        for (input, expected) in [
            ("37+12\n", "37+12"),
            ("37+12", "37+12"),
            ("37+12\r\n", "37+12"),
            ("one\ntwo\n\n", "one\ntwo\n"),
            ("\n", ""),
            ("", ""),
            ("-", "-"),
            ("\r", "\r"),
        ] {
            assert_eq!(whole(input), expected, "{input:?}");
        }
        assert_eq!(read("37+12".into(), io::empty()).unwrap(), "37+12");
    }

    #[test]
    fn standard_input_should_be_refused_when_it_is_no_text_or_does_not_end() {
        let refused = read("-".into(), &b"\xff\xfe"[..]).unwrap_err();
        assert!(refused.to_string().contains("standard input"), "{refused}");
        assert_eq!(refused.exit_code(), 2);
        let refused = read("-".into(), io::repeat(b'y')).unwrap_err();
        assert!(refused.to_string().contains("more than 1048576 bytes"), "{refused}");
        let longest = io::repeat(b'y').take(LONGEST_INPUT);
        assert_eq!(read("-".into(), longest).unwrap().len() as u64, LONGEST_INPUT);
    }
}
