//! Just enough HTTP to ask a worker or a gateway whether it is well, a server for its models, and a
//! node for its metrics. No TLS, no redirects.

use std::{io, net::Ipv4Addr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long a healthy worker may take to say so.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long a program may take to say all that it has to.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest reply that [`Place::get`] reads, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// What a program replied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// What follows the header.
    pub body: String,
}

/// A place that `http://` leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A name or an address.
    pub host: String,
    /// The port; 80 where none is named.
    pub port: u16,
    /// The path, without a slash at its end.
    pub path: String,
}

impl Place {
    /// Where `url` leads. `None` if it is not of the form `http://HOST[:PORT][/PATH]`.
    pub fn of(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (address, 80),
        };
        let path = path.trim_end_matches('/');
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        let is_word = |text: &str| !text.contains(|letter: char| letter <= ' ');
        let is_one = !host.is_empty() && is_word(host) && is_word(&path);
        is_one.then(|| Self { host: host.to_owned(), port, path })
    }

    /// What the program there says to `GET` of `path`, below the place's own.
    ///
    /// # Errors
    /// Nobody listens there, the connection breaks, what replies does not speak HTTP, or the reply
    /// has no end within two seconds or a mebibyte.
    pub async fn get(&self, path: &str) -> io::Result<Reply> {
        let Self { host, port, path: own } = self;
        // A reply to version 1.0 comes in one piece.
        let head = format!("GET {own}{path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n");
        let asked = async {
            let mut stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.write_all(head.as_bytes()).await?;
            let mut reply = Vec::new();
            stream.take(MOST_BYTES).read_to_end(&mut reply).await?;
            parsed(&String::from_utf8_lossy(&reply))
        };
        tokio::time::timeout(TIMEOUT, asked).await?
    }
}

fn parsed(reply: &str) -> io::Result<Reply> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "what replies does not speak HTTP");
    let (head, body) = reply.split_once("\r\n\r\n").ok_or_else(wrong)?;
    let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).ok_or_else(wrong)?;
    Ok(Reply { status: status.parse().map_err(|_| wrong())?, body: body.to_owned() })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: &str, port: u16, path: &str) -> Option<Place> {
        Some(Place { host: host.into(), port, path: path.into() })
    }

    #[test]
    fn place_should_be_what_the_url_says() {
        assert_eq!(Place::of("http://localhost:11434/v1/"), place("localhost", 11434, "/v1"));
        assert_eq!(Place::of("http://127.0.0.1:7741"), place("127.0.0.1", 7741, ""));
        assert_eq!(Place::of("http://a/b"), place("a", 80, "/b"));
    }

    #[test]
    fn place_should_be_refused_when_it_is_no_plain_url() {
        for url in ["https://a", "a:1", "http://", "http://a:b", "http://a/b c", "http://a\r\n/b"] {
            assert_eq!(Place::of(url), None, "{url}");
        }
    }

    #[test]
    fn reply_should_be_read_and_anything_else_refused() {
        let reply = parsed("HTTP/1.0 503 Service Unavailable\r\nA: b\r\n\r\nno").unwrap();
        assert_eq!(reply, Reply { status: 503, body: "no".into() });
        for wrong in ["", "SSH-2.0\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn get_should_fetch_what_is_below_the_place() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 512];
            let read = stream.read(&mut head).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nyes").await.unwrap();
            String::from_utf8_lossy(&head[..read]).into_owned()
        });
        let place = Place::of(&format!("http://127.0.0.1:{port}/v1")).unwrap();
        assert_eq!(place.get("/models").await.unwrap(), Reply { status: 200, body: "yes".into() });
        assert!(asked.await.unwrap().starts_with("GET /v1/models HTTP/1.0\r\n"));
    }
}
