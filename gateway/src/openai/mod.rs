//! OpenAI's protocol: chat completions, the part of the responses API that a swarm can serve, and
//! models. Whatever else OpenAI's clients ask for is refused by name ([`fields`]).
//!
//! A request is admitted by its key before its body is read; the body is bounded and has to come in
//! time ([`order`]); then the desk takes the order, and its news go out as a stream ([`stream`]) or
//! as one reply. A client that hangs up changes nothing: the round goes on, is paid, and its answer
//! can be had again by the same `Idempotency-Key`.

pub(crate) mod chat;
mod chat_stream;
#[cfg(test)]
mod examples;
mod fields;
pub(crate) mod models;
pub(crate) mod order;
pub(crate) mod problem;
pub(crate) mod response_body;
mod response_stream;
pub(crate) mod responses;
mod stream;
pub(crate) mod types;
