//! Lanes: what the members of a round tell each other beside the chain, so that a round can be
//! certified before blocks have carried it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`message`] | what a member says at a step of a round, and what its signature covers |
//! | [`rounds`] | the rounds that run here, and which messages are admitted to them |
//! | [`allowance`] | how many messages a peer may send |
//! | [`fault`] | why a message is dropped, and what that costs the peer |
//! | [`gossip`] | the validator of Substrate's `GossipEngine`, made of these |
//!
//! No node runs a lane yet. `examples/lane_spike` measures what one would stand on: a hop of
//! gossip, a runtime API whose overlay is kept, a bundle in the pool (docs/lanes.md).
//!
//! Out of scope: what a message means. Whether sealed grades are the right ones, and what follows,
//! is the runtime's to say.

pub mod allowance;
pub mod fault;
pub mod gossip;
pub mod message;
pub mod rounds;
