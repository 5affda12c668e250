//! OpenAI's protocol, and MCP, in front of a swarm.
//!
//! Whoever has an OpenAI client asks a swarm without knowing of a chain: the gateway turns the
//! messages into a prompt, pays for the round from an account of its own, and returns the chosen
//! answer with a receipt. Three parts:
//! - the doors: [`serve`] with OpenAI's protocol (`openai`, [`openapi`]), and [`mcp`];
//! - the [`desk`], which takes orders, pays for them, and follows their rounds;
//! - the [`store`], which remembers keys, budgets, and requests, so that nothing is paid twice.
//!
//! Trust: nobody who connects is trusted. Bodies, headers, connections, queues and times are
//! bounded, and whoever has no key learns no more than the health and the description.
//!
//! Out of scope: being an agent, TLS (put a proxy in front), and users with passwords.

pub mod config;
pub mod connections;
pub mod desk;
pub mod keys;
pub mod mcp;
pub mod metrics;
pub mod models;
mod openai;
pub mod openapi;
pub mod serve;
pub mod state;
pub mod store;

pub use state::GateState;
