//! The chains that the node knows by name.

/// Which chain the network runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// `dev`: one validator.
    #[default]
    Dev,
    /// `local`: four validators, each a process of its own. Any three go on without the fourth.
    Local,
}

impl Preset {
    /// What the node calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Local => "local",
        }
    }

    /// The validators, in the order of the chain's authorities.
    pub fn validators(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &["alice"],
            Self::Local => &["alice", "bob", "charlie", "dave"],
        }
    }
}
