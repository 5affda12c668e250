//! What the members of a hand do in a round.

use crate::experiments::rings::{agents::Agent, round::Player};

/// How a farm of ten divides itself where nobody else sits: so many of each ten are praised.
pub(super) const PRAISED_OF_TEN: usize = 5;

/// What they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Answer and grade as well as they can.
    Honest,
    /// Give the same junk, praise it and condemn all else.
    Ring,
    /// Give the same junk, and grade at random.
    Lazy,
    /// Answer as well as they can, and grade everything with the middle.
    Idle,
    /// Commit answers and do not open them.
    Hidden,
    /// Answer as well as they can, and do not open their grades.
    Mute,
    /// Answer as well as they can, and grade down what looks no worse.
    Rival,
    /// The same in rounds in which their own answer looks poor; else as they see.
    Spoiler,
    /// Answer as well as they can, and grade down all that is not the hand's.
    Bloc,
    /// Are one model: give one answer, and see all answers alike.
    Twins,
    /// Know the right answer from their client, give it and grade by it.
    Informed,
    /// Know the right answer from their client and grade by it; half of them give a wrong one, so
    /// that there is something to tell apart.
    Halves,
}

impl Conduct {
    /// Whether they open the answers that they committed.
    pub(super) fn opens_answers(self) -> bool {
        self != Conduct::Hidden
    }

    /// What the member with this number is in a round.
    pub(super) fn player(self, number: usize, agent: Agent) -> Player {
        match self {
            // Of hidden answers nobody sees any.
            Conduct::Honest | Conduct::Hidden => Player::Honest(agent),
            Conduct::Ring => Player::Ring,
            Conduct::Lazy => Player::Lazy,
            Conduct::Idle => Player::Idle(agent),
            Conduct::Mute => Player::Mute(agent),
            Conduct::Rival => Player::Rival(agent),
            Conduct::Spoiler => Player::Spoiler(agent),
            Conduct::Bloc => Player::Bloc(agent),
            Conduct::Twins => Player::Twin,
            Conduct::Halves if number % 10 >= PRAISED_OF_TEN => Player::Decoy,
            Conduct::Informed | Conduct::Halves => Player::Informed,
        }
    }
}
