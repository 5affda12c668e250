//! How good grading is, and what it makes of a swarm: measured on the bundled models' held-out
//! questions, through the real worker.
//!
//! *Method*: how a grader makes its grades. [`Method::Pointwise`]: each answer by itself, one
//! token. [`Method::Pairwise`]: which of two is better, asked in both orders. [`Method::Listwise`]:
//! which of all, asked in two orders. Each costs a grader of the bundled swarm two inferences,
//! since it judges two answers. *Reference*: the grader's own answer, shown with what it judges,
//! or not.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`collecting`] | getting both from workers |
//! | [`rounds`] | which questions are asked, and what the agents answered |
//! | [`book`] | all judgements of the models, kept on disk: an interrupted run goes on |
//! | [`methods`] | what a method asks, and the grades that follow |
//! | [`quality`] | grades against the truth: accuracy, calibration, bias, agreement with oneself |
//! | [`choosing`] | the swarm against single agents, majority, best judge and oracle |
//! | [`figures`], [`tables`] | plots, and the tables of `docs/grading.md` |

pub mod book;
pub mod choosing;
pub mod collecting;
pub mod figures;
pub mod methods;
pub mod quality;
pub mod rounds;
pub mod tables;

pub use book::Book;
pub use methods::Method;
pub use rounds::{Asked, Plan};
