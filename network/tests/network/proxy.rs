//! A proxy between node and worker that is honest for all agents but one. What it does to that one
//! can be changed between rounds.

use serde_json::{json, Value};
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the victim's node gets instead of the worker's reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// The worker's reply.
    #[default]
    None,
    /// A page that is not JSON.
    NotJson,
    /// 100 MB.
    Endless,
    /// Grades below zero; answers are honest.
    NegativeGrade,
    /// Nothing, for ever.
    Hangs,
}

/// Whom to treat how.
#[derive(Debug, Default)]
struct Orders {
    worker_port: u16,
    victim: String,
    mischief: Mischief,
    done: usize,
}

/// A running proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    orders: Arc<Mutex<Orders>>,
    port: u16,
}

impl Proxy {
    /// Listen on a free port; honest until told otherwise.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let proxy = Self { orders: Arc::default(), port: listener.local_addr().unwrap().port() };
        let serving = proxy.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let proxy = serving.clone();
                // A connection that breaks is the node's business: that is what is being tested.
                tokio::spawn(async move { proxy.connection(stream).await });
            }
        });
        proxy
    }

    /// Where the node shall look for its worker.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Pass requests on to the worker on this port.
    pub(crate) fn aim_at(&self, worker_port: u16) {
        self.orders().worker_port = worker_port;
    }

    /// From now on treat the agent with this key (hex) so.
    pub(crate) fn order(&self, victim: &str, mischief: Mischief) {
        let mut orders = self.orders();
        orders.victim = victim.to_owned();
        orders.mischief = mischief;
        orders.done = 0;
    }

    /// How often it has been done since it was ordered.
    pub(crate) fn done(&self) -> usize {
        self.orders().done
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap()
    }

    async fn connection(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some(request) = Request::read(&mut stream).await? {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let (mischief, port) = self.what_to_do(&body);
            match mischief {
                Mischief::None => {
                    let reply = request.forward(port).await?;
                    stream.write_all(&reply).await?;
                    // The worker was told to close after its reply, so the reply says so too.
                    return stream.shutdown().await;
                }
                Mischief::NotJson => respond(&mut stream, b"<html>It works!</html>").await?,
                Mischief::NegativeGrade => {
                    let candidates = body["candidates"].as_array().cloned().unwrap_or_default();
                    let grades: Vec<Value> = candidates
                        .iter()
                        .map(|candidate| json!({"author": candidate["author"], "grade": -1}))
                        .collect();
                    let reply = json!({"status": "done", "grades": grades});
                    respond(&mut stream, reply.to_string().as_bytes()).await?;
                }
                Mischief::Endless => {
                    respond(&mut stream, &vec![b'1'; 100_000_000]).await?;
                }
                Mischief::Hangs => std::future::pending().await,
            }
        }
        Ok(())
    }

    fn what_to_do(&self, body: &Value) -> (Mischief, u16) {
        let mut orders = self.orders();
        let applies = match orders.mischief {
            Mischief::None => false,
            Mischief::NegativeGrade => body["kind"] == "grade",
            Mischief::NotJson | Mischief::Endless | Mischief::Hangs => true,
        };
        if !applies || body["agent"].as_str() != Some(orders.victim.as_str()) {
            return (Mischief::None, orders.worker_port);
        }
        orders.done += 1;
        (orders.mischief, orders.worker_port)
    }
}

async fn respond(stream: &mut BufReader<TcpStream>, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.flush().await
}

/// A request of the node: the head's first line and the body, whose length may be announced or
/// chunked.
struct Request {
    line: String,
    body: Vec<u8>,
}

impl Request {
    async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let (mut length, mut chunked) = (0, false);
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await?;
            let Some((name, value)) = header.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
                "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
                _ => {}
            }
        }
        let body =
            if chunked { read_chunks(stream).await? } else { read_exactly(stream, length).await? };
        Ok(Some(Self { line: line.trim_end().to_owned(), body }))
    }

    /// The worker's whole reply, head and body.
    async fn forward(&self, port: u16) -> io::Result<Vec<u8>> {
        let mut worker = TcpStream::connect(("127.0.0.1", port)).await?;
        worker.set_nodelay(true)?;
        let head = format!(
            "{}\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.line,
            self.body.len()
        );
        worker.write_all(&[head.as_bytes(), &self.body].concat()).await?;
        let mut reply = Vec::new();
        worker.read_to_end(&mut reply).await?;
        Ok(reply)
    }
}

async fn read_exactly(stream: &mut BufReader<TcpStream>, length: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

async fn read_chunks(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        stream.read_line(&mut size).await?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        body.extend(read_exactly(stream, size).await?);
        read_exactly(stream, 2).await?;
        if size == 0 {
            return Ok(body);
        }
    }
}
