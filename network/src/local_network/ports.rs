//! Free ports on loopback.

use crate::Failure;
use std::net::TcpListener;

/// A port on loopback that nobody listens on now.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Failure::system("free port"))?;
    listener.local_addr().map(|address| address.port()).map_err(Failure::system("free port"))
}
