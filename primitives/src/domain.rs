//! Domains: fields of questions, each with members of its own. What is known of an agent, and whose
//! seats are drawn, is counted in each domain by itself, so whoever has won over one of them has
//! won nothing in another.

/// A domain's number. They are numbered in the order in which they were founded.
pub type DomainId = u32;

/// The domain that is there from the beginning: questions of any kind. Agents are members of it
/// from their registration.
pub const GENERAL: DomainId = 0;

/// Longest title of a domain, in bytes.
pub const MAX_TITLE_BYTES: u32 = 64;
/// Longest description of a domain, in bytes.
pub const MAX_DESCRIPTION_BYTES: u32 = 512;
