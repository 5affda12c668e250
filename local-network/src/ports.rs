//! Free ports on loopback.

use crate::Failure;
use std::{
    io,
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

/// The ports that are given out. Those above are what systems give to outgoing connections, of
/// which there are many here: one of them could take a port between two lines of ours.
const FIRST: u16 = 20_000;
/// How many they are.
const COUNT: u16 = 12_000;

/// How many this process has looked at.
static LOOKED_AT: AtomicU16 = AtomicU16::new(0);

/// A port on loopback that nobody listens on now, and that this process gives out once. Processes
/// begin at different ones, so that several networks may start at a time.
pub fn free_port() -> Result<u16, Failure> {
    let start = std::process::id().wrapping_mul(97);
    for _ in 0..COUNT {
        let number = u32::from(LOOKED_AT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + (start.wrapping_add(number) % u32::from(COUNT)) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Failure::system("free port")(io::Error::from(io::ErrorKind::AddrInUse)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_should_be_free_once_and_not_those_of_outgoing_connections() {
        let ports: Vec<u16> = (0..50).map(|_| free_port().unwrap()).collect();
        let kept: Vec<TcpListener> =
            ports.iter().map(|port| TcpListener::bind(("127.0.0.1", *port)).unwrap()).collect();
        let next = free_port().unwrap();
        assert!(!ports.contains(&next));
        assert!(ports.iter().all(|port| (FIRST..FIRST + COUNT).contains(port)), "{ports:?}");
        drop(kept);
    }
}
