//! Faults: what breaks while a network of real processes runs, and what must not be lost when it
//! does.
//!
//! Nothing lost means the same in every scenario, and [`swarm`] and [`ledger`] check it: every
//! round ends, as settled as long as enough agents remain; its answer is right; no money appears,
//! disappears or stays on hold; every node finalises the same chain; no process stops by itself.
//!
//! Each scenario runs in a short version in the suite. `WAGGLE_FAULTS=all` asks for the long ones
//! (`./scripts/faults --all`), `WAGGLE_SOAK_MINUTES` for the soak ([`soak`], `./scripts/soak`). A
//! scenario that the machine cannot play says so and passes: [`skipped`].

mod clocks;
mod crashes;
mod disk;
mod garbage;
mod hostile_author;
mod in_turn;
mod joining;
pub(crate) mod ledger;
mod namespaces;
mod partition;
mod silence;
mod soak;
pub(crate) mod swarm;

/// Whether the long versions are asked for.
fn long() -> bool {
    std::env::var("WAGGLE_FAULTS").is_ok_and(|wanted| wanted == "all")
}

/// Say that a scenario was not played, and why.
pub(crate) fn skipped(scenario: &str, reason: &str) {
    eprintln!("SKIPPED {scenario}: {reason}");
}
