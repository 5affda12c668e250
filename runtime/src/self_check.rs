//! A runtime API by which the build of this runtime can be compared with another.
//!
//! Every client that recomputes a round (the hook, the command line, the simulator) relies on the
//! wasm computing what the native build computes. `SelfCheckApi_digest` runs all of the protocol's
//! arithmetic in the wasm; the test in the node compares its digest with the native one, and so can
//! an operator.

use waggle_primitives::Hash32;

sp_api::decl_runtime_apis! {
    /// Compares builds. Costs some tenths of a second; changes nothing.
    pub trait SelfCheckApi {
        /// One digest over everything that the protocol computes, from made-up rounds that `seed`
        /// yields.
        fn digest(seed: Hash32) -> Hash32;
    }
}
