//! The real program on a free port with the bundled models: nothing here is a stand-in.
//!
//! One test program, because linking mistral.rs takes most of a minute. `WAGGLE_TEST_SCORES` sets the length of the memory test (default
//! 1500 grades); run with `--nocapture` to see what it and the timing test measure.

mod documentation;
mod grading;
mod harness;
mod lifecycle;
mod loading;
mod protocol;
mod speed;
