//! Tests of the rounds pallet: one file for each call, each act and each theme.

mod census;
mod swarm;

mod agent_keys;
mod asking;
mod batch;
pub(crate) mod benchmarking;
mod cancellation;
mod candidates;
mod commit_answer;
mod commit_grades;
mod constants;
mod deadlines;
mod domains;
mod double_seals;
mod duties;
mod entering;
mod examined;
mod history;
mod incomplete;
mod invariants;
mod leftovers;
mod migrations;
mod open_answer;
mod open_grades;
mod past;
mod places;
mod poke;
mod pool;
mod purses;
mod refunds;
mod results;
mod scope;
mod seats;
mod settlement;
mod submit;
mod views;
