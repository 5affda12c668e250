//! `waggle-gateway`: nothing yet.

fn main() {}
