//! Where a process of a local network runs: its address, what it is started through, what it sees
//! of the machine.
//!
//! By default all of them share loopback and the machine's clock and disk. A test of faults gives
//! one of them a network namespace, another clock or a small disk of its own.

use std::{
    ffi::OsString,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

/// What surrounds a process.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// What is started instead of the plan's program, with the same arguments.
    pub program: Option<PathBuf>,
    /// The address that it listens on, and at which clients and the other nodes reach it.
    pub host: Ipv4Addr,
    /// Words in front of its own command line, such as `ip netns exec NAME`. They must end in
    /// becoming the process, or killing it would leave it behind.
    pub through: Vec<String>,
    /// Variables of its environment, in addition to those of this program.
    pub environment: Vec<(String, String)>,
    /// The directory of its database and its log, instead of the network's own.
    pub directory: Option<PathBuf>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            program: None,
            host: Ipv4Addr::LOCALHOST,
            through: Vec::new(),
            environment: Vec::new(),
            directory: None,
        }
    }
}

impl Surroundings {
    /// The beginning of the command that starts `program` here.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let program = self.program.as_deref().unwrap_or(program);
        let mut words = self.through.iter().map(OsString::from).chain([program.into()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Its directory, where the network's is `shared`.
    pub(crate) fn directory<'a>(&'a self, shared: &'a Path) -> &'a Path {
        self.directory.as_deref().unwrap_or(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<&str> {
        std::iter::once(command.get_program())
            .chain(command.get_args())
            .filter_map(|word| word.to_str())
            .collect()
    }

    #[test]
    fn command_should_be_the_program_itself_by_default() {
        let default = Surroundings::default();
        assert_eq!(words(&default.command(Path::new("/bin/node"))), ["/bin/node"]);
        assert_eq!(default.directory(Path::new("/shared")), Path::new("/shared"));
    }

    #[test]
    fn command_should_go_through_what_was_asked_for() {
        let surroundings = Surroundings {
            through: ["ip", "netns", "exec", "a"].map(String::from).to_vec(),
            environment: vec![("CLOCK".into(), "late".into())],
            directory: Some("/own".into()),
            ..Default::default()
        };
        let command = surroundings.command(Path::new("/bin/node"));
        assert_eq!(words(&command), ["ip", "netns", "exec", "a", "/bin/node"]);
        assert_eq!(command.get_envs().count(), 1);
        assert_eq!(surroundings.directory(Path::new("/shared")), Path::new("/own"));
    }

    #[test]
    fn command_should_be_another_program_if_one_is_named() {
        let program = Some("/bin/hostile".into());
        let surroundings = Surroundings { program, ..Default::default() };
        assert_eq!(words(&surroundings.command(Path::new("/bin/node"))), ["/bin/hostile"]);
    }
}
