//! A TCP listener whose connections acknowledge what they read at once.
//!
//! A node's offchain HTTP client sends the head and each chunk of a request in segments of their
//! own and waits, by Nagle's algorithm, for the acknowledgement of one before it sends the next.
//! Linux delays acknowledgements by up to 40 ms once a connection has gone back and forth: a whole
//! slot lost. So every read asks for an immediate one, because the kernel forgets the request, and
//! replies leave without Nagle's delay.
//!
//! What a client can grow: connections, up to a limit. Further ones are closed at once, so that
//! whoever opens many does not keep the others waiting for longer than that.

use axum::serve::Listener;
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{ready, Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// Accepts [`PromptStream`]s.
#[derive(Debug)]
pub struct PromptListener {
    listener: TcpListener,
    /// One permit for each connection that may yet come.
    room: Arc<Semaphore>,
}

/// A connection without delays on either side.
#[derive(Debug)]
pub struct PromptStream(TcpStream, #[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

impl PromptListener {
    /// Accepts up to `connections` at a time from `listener`.
    pub fn new(listener: TcpListener, connections: usize) -> Self {
        let room = connections.min(Semaphore::MAX_PERMITS);
        Self { listener, room: Arc::new(Semaphore::new(room)) }
    }
}

impl Listener for PromptListener {
    type Io = PromptStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (PromptStream, SocketAddr) {
        let (stream, address, permit) = loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match self.room.clone().try_acquire_owned() {
                Ok(permit) => break (stream, address, permit),
                Err(_) => tracing::warn!(%address, "too many connections: this one is closed"),
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%address, %error, "a connection keeps Nagle's algorithm");
        }
        (PromptStream(stream, permit), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for PromptStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.0).poll_read(context, buffer))?;
        // Only speed depends on it.
        #[cfg(target_os = "linux")]
        let _ = self.0.set_quickack(true);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PromptStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }
}
