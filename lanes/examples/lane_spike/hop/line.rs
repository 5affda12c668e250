//! The processes in a line, each connected to the next: the first speaks, those between pass on,
//! the last one listens.

use super::{
    delay,
    network::name_of,
    orders::{after, Order, Reply},
    Course,
};
use crate::Failure;
use std::{
    net::{Ipv4Addr, TcpListener},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::{sleep, timeout},
};

/// How long the processes may take to connect.
const CONNECTING: Duration = Duration::from_secs(60);
/// How long a process may take for an order, besides what it is to send.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a message may take, besides the line's delay, before it counts as lost.
const STRAGGLING: Duration = Duration::from_secs(1);

/// A running line.
pub(super) struct Line {
    /// In their order.
    processes: Vec<Process>,
    one_way: Duration,
    /// The first message that has not been said.
    next: u64,
}

struct Process {
    /// Killed when this goes away.
    _child: Child,
    orders: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
}

impl Line {
    /// A line of so many hops, each of which takes `one_way` longer than this machine does.
    pub(super) async fn start(hops: u8, one_way: Duration) -> Result<Self, Failure> {
        let ports = free_ports(usize::from(hops) + 1)?;
        let mut processes = Vec::new();
        // From the end, so that each finds the next one listening.
        for place in (0..=hops).rev() {
            let dial = match ports.get(usize::from(place) + 1) {
                Some(port) => {
                    let delayed = !one_way.is_zero();
                    let port = if delayed { delay::start(*port, one_way)? } else { *port };
                    Some(format!("/ip4/127.0.0.1/tcp/{port}/p2p/{}", name_of(place + 1)?))
                }
                None => None,
            };
            let mut process = Process::start(place, ports[usize::from(place)], dial)?;
            process.ask(&Order::Peers, Duration::ZERO).await?;
            processes.insert(0, process);
        }
        let mut line = Self { processes, one_way, next: 0 };
        line.connected().await?;
        Ok(line)
    }

    /// Wait until all are connected to their neighbours.
    async fn connected(&mut self) -> Result<(), Failure> {
        let begin = Instant::now();
        let last = self.processes.len() - 1;
        for (place, process) in self.processes.iter_mut().enumerate() {
            let neighbours = usize::from(place > 0) + usize::from(place < last);
            loop {
                match process.ask(&Order::Peers, Duration::ZERO).await? {
                    Reply::Peers(peers) if peers == neighbours => break,
                    Reply::Peers(peers) if begin.elapsed() > CONNECTING => {
                        return Err(format!(
                            "process {place} has {peers} peers, and should have {neighbours}"
                        )
                        .into());
                    }
                    Reply::Peers(_) => sleep(Duration::from_millis(100)).await,
                    other => return Err(unexpected(&other)),
                }
            }
        }
        Ok(())
    }

    /// Send messages along the line. Returns how long each took that arrived, in microseconds.
    pub(super) async fn run(&mut self, course: Course) -> Result<Vec<f64>, Failure> {
        let Course { bytes, a_second, count } = course;
        let first = self.next;
        self.next = after(first, count);
        for process in &mut self.processes {
            match process.ask(&Order::Open { first, count }, Duration::ZERO).await? {
                Reply::Opened => {}
                other => return Err(unexpected(&other)),
            }
        }
        let [speaker, rest @ ..] = &mut self.processes[..] else {
            return Err("a line has two ends".into());
        };
        let order = Order::Send { first, count, bytes, a_second };
        let pace = Duration::from_secs(u64::from(count / a_second));
        let sent = match speaker.ask(&order, pace).await? {
            Reply::Sent(sent) => sent,
            other => return Err(unexpected(&other)),
        };
        let hops = u32::try_from(rest.len())?;
        sleep(self.one_way * hops + STRAGGLING).await;
        let listener = rest.last_mut().ok_or("a line has two ends")?;
        let heard = match listener.ask(&Order::Report, Duration::ZERO).await? {
            Reply::Heard(heard) => heard,
            other => return Err(unexpected(&other)),
        };
        let took = |(number, at): (u64, u64)| {
            let sent = sent.get(usize::try_from(number.checked_sub(first)?).ok()?)?;
            Some(at.checked_sub(*sent)? as f64 / 1_000.0)
        };
        Ok(heard.into_iter().filter_map(took).collect())
    }
}

impl Process {
    fn start(place: u8, port: u16, dial: Option<String>) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["peer", "--place", &place.to_string(), "--port", &port.to_string()]);
        if let Some(dial) = dial {
            command.args(["--dial", &dial]);
        }
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let orders = child.stdin.take().ok_or("a process has no stdin")?;
        let replies = BufReader::new(child.stdout.take().ok_or("a process has no stdout")?).lines();
        Ok(Self { _child: child, orders, replies })
    }

    /// Give an order, and wait for it to be done: `extra` longer than an order takes at most.
    async fn ask(&mut self, order: &Order, extra: Duration) -> Result<Reply, Failure> {
        let order = serde_json::to_string(order)? + "\n";
        self.orders.write_all(order.as_bytes()).await?;
        self.orders.flush().await?;
        let reply = timeout(PATIENCE + extra, self.replies.next_line())
            .await
            .map_err(|_| "a process does not reply")??
            .ok_or("a process has ended")?;
        Ok(serde_json::from_str(&reply)?)
    }
}

/// Ports that nobody listens on; all at once, so that they differ.
fn free_ports(count: usize) -> Result<Vec<u16>, Failure> {
    let listeners: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<Result<_, _>>()?;
    let ports = listeners.iter().map(|listener| listener.local_addr().map(|local| local.port()));
    Ok(ports.collect::<Result<_, _>>()?)
}

fn unexpected(reply: &Reply) -> Failure {
    format!("a process replied {reply:?}").into()
}
