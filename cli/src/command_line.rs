//! Reading a command line: clap's own complaints, put on one line like every other failure.

use clap::{error::ErrorKind, Parser};
use std::process::ExitCode;

/// Exit status for wrong input, clap's.
const USAGE: u8 = 2;

/// The parsed command line; otherwise the exit status of a process that has said why, or has shown
/// its help.
pub fn parse<Cli: Parser>() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => {
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
        }
        _ => {
            let name = Cli::command().get_name().to_owned();
            eprintln!("{name}: {} (see {name} --help)", complaint(&error.to_string()));
            ExitCode::from(USAGE)
        }
    })
}

/// The first paragraph of clap's message: what follows is usage and a hint at `--help`.
fn complaint(message: &str) -> String {
    let paragraph = message
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    paragraph.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaint_should_be_one_line() {
        let message = "error: the following required arguments were not provided:\n  <PROMPT>\n\n\
                       Usage: waggle ask";
        assert_eq!(
            complaint(message),
            "the following required arguments were not provided: <PROMPT>"
        );
    }
}
