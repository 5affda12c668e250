//! The money parameters, and what they make of an agent's takings.

use crate::money::Takings;

/// What the client pays, as in the paper.
pub const REWARD: f64 = 20.0;

/// What a poor answer loses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// This many times reward / n: the chain's way.
    FairShares(f64),
    /// The same part of the reward, whatever the size of the swarm.
    OfReward(f64),
}

/// How graders are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    /// By `rewards::skill`: the chain's way until spec version 5.
    Skill,
    /// By [`crate::money::closeness`].
    Closeness,
}

/// The money parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// The winner's part of the reward.
    pub winner_share: f64,
    /// What a poor answer loses.
    pub loss: Loss,
    /// How graders are paid.
    pub pay: Pay,
    /// What a ticket costs at most, and so what a poor answer can lose, in parts of the reward.
    pub ticket: f64,
}

/// The runtime's defaults: `WINNER_SHARE` and `POOR_ANSWER_LOSS` of `runtime/src/constants.rs`. Its
/// tickets cover the loss.
pub const DEFAULTS: Prices = Prices {
    winner_share: 0.7,
    loss: Loss::FairShares(1.0),
    pay: Pay::Skill,
    ticket: f64::INFINITY,
};

impl Prices {
    /// What a poor answer loses in a swarm of `n`, in parts of the reward.
    pub fn forfeit(&self, n: usize) -> f64 {
        let loss = match self.loss {
            Loss::FairShares(shares) => shares / n as f64,
            Loss::OfReward(part) => part,
        };
        loss.min(self.ticket)
    }

    /// What these prices make of an agent's takings in swarms of `n`, for each round, in parts of
    /// the reward.
    pub fn profit(&self, takings: &Takings, n: usize) -> f64 {
        match self.pay {
            Pay::Skill => takings.profit(self.winner_share, self.forfeit(n)),
            Pay::Closeness => takings.profit_by_closeness(self.winner_share, self.forfeit(n)),
        }
    }

    /// The runtime's with a ticket that the rules do not set, in units of which the reward has
    /// [`REWARD`]: a poor answer loses at most that.
    pub fn with_ticket(ticket: f64) -> Self {
        Self { ticket: ticket / REWARD, ..DEFAULTS }
    }
}
