//! Connections: taken in up to a limit, given up when their clients are too slow, and ended in
//! order when the process stops.
//!
//! What a client can grow: connections, up to the limit; further ones are closed at once, so that
//! whoever opens many does not keep the others waiting. Each has bounded buffers, has to send the
//! head of each request in time (that is also how long it may idle), and has to take what it is
//! sent.

use crate::metrics::{Metrics, Open};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::{pin, Pin},
    sync::Arc,
    task::{ready, Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{watch, OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, Sleep},
};

/// How long the head of a request may take, and how long a connection may idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a client may refuse to take anything of what it is sent.
const STUCK_TIME: Duration = Duration::from_secs(30);
/// The longest head of a request, and the most that is buffered for one connection, in bytes.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long a client may take to see that it is told to go.
const LEAVING_TIME: Duration = Duration::from_secs(2);
/// How much of what a client still sends then is thrown away, in bytes.
const LEAVING_BYTES: usize = 16 * 1024 * 1024;
/// How long nothing is accepted when the system has nothing to accept it with.
const PAUSE: Duration = Duration::from_millis(200);
/// Connections that the system keeps until they are accepted.
const BACKLOG: u32 = 1_024;

/// Listen on `address`. Connections ask now and then whether their clients are still there.
///
/// # Errors
/// The system's word: the address is taken, or not of this machine.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_keepalive(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serve `router` to up to `most` connections of `listener` at a time, until `closing` says true
/// and the last request under way has its reply.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    metrics: Arc<Metrics>,
    most: usize,
    mut closing: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let told = closing.clone();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => match room.clone().try_acquire_owned() {
                    Ok(permit) => {
                        let connection = Connection {
                            stream,
                            router: router.clone(),
                            closing: told.clone(),
                            _open: metrics.connection(),
                            _permit: permit,
                        };
                        connections.spawn(connection.serve());
                    }
                    Err(_) => tracing::warn!(%address, "too many connections: one is closed"),
                },
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = closed(&mut closing) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Returns when `closing` says true, or whoever could say it is gone.
async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closed| *closed).await;
}

/// One connection.
struct Connection {
    stream: TcpStream,
    router: Router,
    closing: watch::Receiver<bool>,
    _open: Open,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    async fn serve(mut self) {
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(BUFFER_BYTES);
        let io = TokioIo::new(Patient::new(self.stream));
        let service = TowerToHyperService::new(self.router);
        let mut connection = pin!(server.serve_connection(io, service));
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = closed(&mut self.closing) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

/// A stream whose reader has to read, and which is closed so that its last words arrive: a client
/// that still sends when the stream closes would else be told of a broken connection, instead of
/// the reply that says why.
struct Patient {
    stream: TcpStream,
    /// Runs while the client takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Runs once nothing more will be said.
    leaving: Option<Pin<Box<Sleep>>>,
    /// How much came after that.
    thrown_away: usize,
}

impl Patient {
    fn new(stream: TcpStream) -> Self {
        Self { stream, stuck: None, leaving: None, thrown_away: 0 }
    }

    /// What a write came to, unless it waits for too long.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(STUCK_TIME)));
        ready!(stuck.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.judge(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.leaving.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        let leaving = this.leaving.get_or_insert_with(|| Box::pin(sleep(LEAVING_TIME)));
        while this.thrown_away < LEAVING_BYTES {
            let mut scratch = [0; 4_096];
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut this.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    this.thrown_away = this.thrown_away.saturating_add(buffer.filled().len());
                }
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return leaving.as_mut().poll(context).map(Ok),
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, http::StatusCode, routing::post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A server of `router`, where it listens, and what stops it.
    async fn server(router: Router, most: usize) -> (SocketAddr, watch::Sender<bool>, JoinSet<()>) {
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let (close, closing) = watch::channel(false);
        let metrics = Arc::new(Metrics::new().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, router, metrics, most, closing));
        (address, close, tasks)
    }

    #[tokio::test]
    async fn clients_should_hear_why_when_their_bodies_are_not_read() {
        let refuse = |_: Body| async { (StatusCode::PAYLOAD_TOO_LARGE, "too large") };
        let (address, _close, _tasks) = server(Router::new().route("/", post(refuse)), 4).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        let body = vec![b' '; 10_000_000];
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
        client.write_all(head.as_bytes()).await.unwrap();
        client.write_all(&body).await.unwrap();
        let mut reply = String::new();
        client.read_to_string(&mut reply).await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 413"), "{reply}");
    }

    #[tokio::test]
    async fn connections_should_be_closed_when_there_are_too_many() {
        let (address, _close, _tasks) = server(Router::new(), 1).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut reply = [0; 12];
        first.read_exact(&mut reply).await.unwrap();
        assert_eq!(&reply, b"HTTP/1.1 404");
        let mut second = TcpStream::connect(address).await.unwrap();
        assert_eq!(second.read(&mut reply).await.unwrap_or_default(), 0);
    }

    #[tokio::test]
    async fn serving_should_end_with_the_last_reply_when_it_is_closed() {
        let slow = |_: Body| async {
            sleep(Duration::from_millis(300)).await;
            "done"
        };
        let (address, close, mut tasks) = server(Router::new().route("/", post(slow)), 4).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        let request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
        client.write_all(request).await.unwrap();
        sleep(Duration::from_millis(100)).await;
        close.send(true).unwrap();
        let mut reply = String::new();
        client.read_to_string(&mut reply).await.unwrap();
        assert!(reply.ends_with("done"), "{reply}");
        drop(client);
        tasks.join_next().await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
