//! One module for each question that the evidence answers.

pub mod adversaries;
pub mod capture;
pub mod cost;
pub mod grinding;
pub mod rating;
pub mod rings;
pub mod selection;
pub mod sybil;
pub mod tables;
