//! What passes from the choice of a block to build on to the building.

use std::sync::{Arc, Mutex, PoisonError};
use waggle_primitives::SignedAct;
use waggle_runtime::Hash;

/// What a block of the author's is to be.
#[derive(Default)]
pub(crate) struct Plan {
    /// The block on which it stands.
    pub(crate) parent: Hash,
    /// What comes first in it.
    pub(crate) acts: Vec<SignedAct>,
    /// The blocks in whose place it comes, oldest first.
    pub(crate) replaced: Vec<Hash>,
}

/// The plan for the slot that has begun, if any.
#[derive(Clone, Default)]
pub(crate) struct Plans(Arc<Mutex<Option<Plan>>>);

impl Plans {
    /// The plan, once.
    pub(crate) fn take(&self) -> Option<Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Do this next.
    pub(crate) fn put(&self, plan: Plan) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
    }
}
