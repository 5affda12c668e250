//! The real program on a free port with the bundled models: nothing here is a stand-in.
//!
//! One test program, because linking mistral.rs takes most of a minute. `WAGGLE_TEST_SCORES` sets
//! the length of the memory test (default 1500 grades), `WAGGLE_FUZZ_SECONDS` that of each fuzzing
//! test (default 5); run with `--nocapture` to see what it and the timing test measure. Tests of
//! llama.cpp's server are ignored: they need `WAGGLE_LLAMA_SERVER` and `WAGGLE_SMOLLM2`, which
//! `./scripts/test worker` sets; so are those of MiniLM, which need `WAGGLE_MINILM`.

mod attacks;
mod audits;
mod commands;
mod conversations;
mod documentation;
mod final_lines;
mod fuzzing;
mod gguf;
mod grading;
mod harness;
mod health;
mod lifecycle;
mod llama;
mod loading;
mod minilm;
mod programs;
mod protocol;
mod safety;
mod server_faults;
mod servers;
mod speed;
mod texts;
mod units;
mod willingness;
