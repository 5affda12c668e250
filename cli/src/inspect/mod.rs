//! Looking at what runs: `waggle agent status` at one agent, `waggle doctor` at this machine. Each
//! thing that is not well is named with what to do about it.

mod doctor;
mod finding;
mod keystore;
mod looks;
mod status;

pub use doctor::{doctor, DoctorArgs};
pub use status::{status, StatusArgs};
