//! Free ports on loopback, and who has the others.

use crate::Failure;
use std::{
    fmt, io,
    net::TcpListener,
    path::Path,
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

/// The process that listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub pid: u32,
    /// Its program.
    pub name: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.name, self.pid)
    }
}

/// Fail if somebody listens on the port that the program `what` is to have, which `option` of the
/// command line chooses.
///
/// # Errors
/// [`Failure::PortTaken`].
pub fn check_free(port: u16, what: &'static str, option: &'static str) -> Result<(), Failure> {
    if is_taken(port) {
        let holder = holder(port).map(|holder| holder.to_string());
        return Err(Failure::PortTaken { port, what, holder, option });
    }
    Ok(())
}

/// Whether somebody listens on a port of loopback.
pub fn is_taken(port: u16) -> bool {
    matches!(
        TcpListener::bind(("127.0.0.1", port)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse
    )
}

/// Who listens on a port, as far as Linux tells this user. `None`: nobody, or another user's
/// process.
pub fn holder(port: u16) -> Option<Holder> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .collect();
    let has_one = |process: &Path| {
        let files = std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        let mut links = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        links.any(|link| {
            let link = link.to_string_lossy();
            let inode = link.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
            inode.is_some_and(|inode| inodes.iter().any(|other| other == inode))
        })
    };
    let mut processes = std::fs::read_dir("/proc").ok()?.flatten();
    processes.find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let process = entry.path();
        let name = has_one(&process).then(|| std::fs::read_to_string(process.join("comm")))?;
        Some(Holder { pid, name: name.unwrap_or_default().trim().to_owned() })
    })
}

/// The inodes of the sockets that listen on `port`, in a table of Linux's.
fn listening(table: &str, port: u16) -> Vec<String> {
    let ending = format!(":{port:04X}");
    table
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // 0A: it listens.
            let is_it = fields.get(1)?.ends_with(&ending) && *fields.get(3)? == "0A";
            is_it.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
        })
        .collect()
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

    #[test]
    fn holder_should_be_this_process_when_it_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(is_taken(port));
        assert_eq!(holder(port).map(|holder| holder.pid), Some(std::process::id()));
        drop(listener);
        assert!(!is_taken(port));
        assert_eq!(holder(port), None);
    }

    #[test]
    fn inodes_should_be_those_that_listen_on_the_port() {
        let line = |place: &str, state: &str, inode: u32| {
            let rest = "00000000:00000000 00:00000000 00000000 0 0";
            format!("0: {place} 00000000:0000 {state} {rest} {inode}\n")
        };
        let table = [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n".to_owned(),
            line("0100007F:26D8", "0A", 77),
            line("0100007F:26D8", "01", 78),
            line("00000000:1F90", "0A", 79),
        ]
        .concat();
        assert_eq!(listening(&table, 9944), ["77"]);
        assert_eq!(listening(&table, 8080), ["79"]);
        assert!(listening(&table, 1).is_empty());
    }
}
