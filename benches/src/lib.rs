//! The evidence: what the Waggle protocol is worth, measured in simulation.
//!
//! Assignment, scores, winners, ratings and payments are the functions of `waggle-primitives` that
//! the chain executes; only the world around them (answers, graders, adversaries) and the baselines
//! are made up here, except in [`arena`] and [`real`], where real workers and models take part, and
//! in [`replay`] and [`audits`], which read what real models once said. In [`replay`], in
//! [`experiments::rings`] and in [`experiments::capture`], rounds are judged by the chain's default
//! rule, in [`experiments::rings`] beside others to compare it with; in the other experiments by
//! the chain's rule until spec version 5 and by the paper's, in which every answer stands by itself
//! ([`waggle_primitives::rule::Rule::Separate`]). Out of scope: networks and the clock of a chain.
//!
//! `./scripts/evidence` runs all experiments and writes `benches/output/` and the tables of their
//! pages; `./scripts/evidence replay` and `audits` read records of real models.

pub mod arena;
pub mod assigning;
pub mod attacks;
pub mod audits;
pub mod baselines;
mod child;
pub mod draws;
pub mod effort;
pub mod experiments;
pub mod grading;
pub mod latency;
pub mod learning;
pub mod money;
pub mod output;
pub mod page;
pub mod pages;
pub mod paths;
pub mod plot;
pub mod real;
pub mod replay;
pub mod statistics;
pub mod worker_speed;
pub mod world;
