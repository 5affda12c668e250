//! A line that takes its time: a relay of TCP that holds what it gets back for so long before it
//! passes it on, each way.
//!
//! In place of the kernel's `netem`, which the kernels of many containers lack, and root, which it
//! needs. It delays bytes, not packets: opening a connection takes no longer than without it, and
//! nothing is lost or reordered. With threads, because timers of tokio tick once a millisecond.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// The most bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Relay to `port` on this machine, `one_way` late, for as long as the program runs. Returns where
/// to connect instead.
pub(super) fn start(port: u16, one_way: Duration) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let entrance = listener.local_addr()?.port();
    thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            // One that breaks is as one that nobody answers.
            let _ = join(near, port, one_way);
        }
    });
    Ok(entrance)
}

fn join(near: TcpStream, port: u16, one_way: Duration) -> io::Result<()> {
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    for (from, to) in [(near.try_clone()?, far.try_clone()?), (far.try_clone()?, near.try_clone()?)]
    {
        to.set_nodelay(true)?;
        let (held, due) = mpsc::channel();
        thread::spawn(move || hold(from, one_way, &held));
        thread::spawn(move || pass_on(to, &due));
    }
    Ok(())
}

/// Read until the end, and say when each piece is due.
fn hold(mut from: TcpStream, one_way: Duration, held: &mpsc::Sender<(Instant, Vec<u8>)>) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        if held.send((Instant::now() + one_way, chunk[..length].to_vec())).is_err() {
            break;
        }
    }
}

/// Write each piece when it is due, and end as the other side did.
fn pass_on(mut to: TcpStream, due: &mpsc::Receiver<(Instant, Vec<u8>)>) {
    for (at, bytes) in due {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
