//! What a client of the chain does: connect, ask, follow, read.
