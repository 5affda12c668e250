//! Tests of the rounds pallet: one file for each call, each act and each theme.

mod swarm;

mod batch;
mod cancellation;
mod commit_answer;
mod commit_grades;
mod constants;
mod deadlines;
mod duties;
mod invariants;
mod open_answer;
mod open_grades;
mod poke;
mod pool;
mod random_rounds;
mod results;
mod settlement;
mod submit;
mod views;
