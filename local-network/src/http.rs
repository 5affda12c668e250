//! Just enough HTTP to ask a worker whether it is well, and a node for its metrics.

use std::{io, net::Ipv4Addr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long a healthy worker may take to say so.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long a program may take to say all that it has to.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether `GET /healthz` at the address of a worker says 200.
pub(crate) async fn is_healthy(host: Ipv4Addr, port: u16) -> bool {
    let asked = async {
        let mut stream = ask(host, port, "/healthz").await?;
        let mut status = [0u8; 12];
        stream.read_exact(&mut status).await?;
        io::Result::Ok(status.ends_with(b" 200"))
    };
    matches!(tokio::time::timeout(TIMEOUT, asked).await, Ok(Ok(true)))
}

/// What a program at this port of loopback says to `GET path`, its status line included.
///
/// # Errors
/// Nobody listens there, the connection breaks, or the reply has no end within 20 seconds.
pub async fn fetch(port: u16, path: &str) -> io::Result<String> {
    let asked = async {
        let mut stream = ask(Ipv4Addr::LOCALHOST, port, path).await?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await?;
        io::Result::Ok(String::from_utf8_lossy(&reply).into_owned())
    };
    tokio::time::timeout(PATIENCE, asked).await?
}

async fn ask(host: Ipv4Addr, port: u16, path: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect((host, port)).await?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    Ok(stream)
}
