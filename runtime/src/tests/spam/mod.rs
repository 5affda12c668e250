//! What an attacker can do with acts, which cost no fee: the worst case, on the real runtime.
//!
//! The attacker has [`attacker::AGENTS`] registered agents, clients of its own, keys without an
//! account, and every transaction that anybody ever sent. It floods the pool, which takes, orders
//! and drops as a node's does ([`transaction_pool`]).
//!
//! | file | question |
//! | --- | --- |
//! | [`refused`] | what does not even enter the pool? |
//! | [`batches`] | what can be done with one's own or others' acts in one transaction? |
//! | [`flood`] | how much enters blocks for free, what does it cost, and do other rounds go on? |
//! | [`seats`] | what does it cost to take the seats that others want? |

mod attacker;
mod batches;
mod flood;
mod refused;
mod seats;
mod transaction_pool;
