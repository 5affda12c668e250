//! How long a message takes from the call that sends it to the one who waits for it: nodes'
//! networking in processes of their own, in a line, over TCP on this machine.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `orders` | what the processes are told, and what they say |
//! | `network` | the networking of one of them |
//! | `peer` | what one of them does |
//! | `delay` | a line that takes its time |
//! | `line` | the processes, started |
//!
//! All read the machine's one clock, so that times of two processes can be compared. Should it be
//! set meanwhile, a message seems to come before it was sent, and counts as lost.

mod delay;
mod line;
mod network;
mod orders;
mod peer;

use crate::{table::Table, Failure};
use clap::Args;
use line::Line;
use sc_network::config::MultiaddrWithPeerId;
use std::time::Duration;
use waggle_harness::statistics::percentile;
use waggle_lanes::message::MAX_MESSAGE_BYTES;

/// What is measured.
#[derive(Args)]
pub(crate) struct Plan {
    /// Messages of each course, at most 100 000.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2_000,
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    messages: u32,
    /// Sizes of a message in bytes.
    #[arg(
        long,
        value_name = "N",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = [200, 668, 4_096],
        value_parser = clap::value_parser!(u32).range(160..=MAX_MESSAGE_BYTES as i64)
    )]
    bytes: Vec<u32>,
    /// Messages a second.
    #[arg(
        long,
        value_name = "N",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = [50, 500],
        value_parser = clap::value_parser!(u32).range(1..=1_500)
    )]
    rates: Vec<u32>,
    /// Round trips of each hop in milliseconds, beyond what the machine itself takes.
    #[arg(
        long,
        value_name = "MS",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = [0, 50],
        value_parser = clap::value_parser!(u32).range(0..=1_000)
    )]
    rtts: Vec<u32>,
}

/// What one of the processes is told when it is started.
#[derive(Args)]
pub(crate) struct PeerArguments {
    /// Its place in the line, from 0.
    #[arg(long)]
    place: u8,
    /// Where it listens.
    #[arg(long)]
    port: u16,
    /// The one to connect to.
    #[arg(long)]
    dial: Option<MultiaddrWithPeerId>,
}

const COLUMNS: &[&str] =
    &["path", "rtt_ms", "bytes", "messages_s", "p50_us", "p95_us", "p99_us", "lost"];
/// Paths by the hops that they have.
const PATHS: [(&str, u8); 2] = [("A-B", 1), ("A-B-C", 2)];
/// Messages that are sent before any is counted.
const WARM_UP: u32 = 100;
/// At that rate.
const WARM_UP_RATE: u32 = 100;

/// Messages that are sent one after the other.
#[derive(Clone, Copy)]
struct Course {
    bytes: u32,
    a_second: u32,
    count: u32,
}

/// Measure what the plan says.
pub(crate) async fn measure(plan: &Plan) -> Result<Table, Failure> {
    let mut table = Table::new(COLUMNS).without(&["p99_us"]);
    for rtt in &plan.rtts {
        for (path, hops) in PATHS {
            let one_way = Duration::from_micros(u64::from(*rtt) * 500);
            let mut line = Line::start(hops, one_way).await?;
            let warm_up = Course { bytes: 200, a_second: WARM_UP_RATE, count: WARM_UP };
            line.run(warm_up).await?;
            for bytes in &plan.bytes {
                for a_second in &plan.rates {
                    let (bytes, a_second, count) = (*bytes, *a_second, plan.messages);
                    let delays = line.run(Course { bytes, a_second, count }).await?;
                    let [p50, p95, p99] =
                        [0.5, 0.95, 0.99].map(|share| percentile(&delays, share).round());
                    eprintln!(
                        "✓ {path}, {rtt} ms, {bytes} bytes, {a_second} a second: {p50} µs, \
                         p95 {p95} µs"
                    );
                    table.push([
                        path.to_owned(),
                        rtt.to_string(),
                        bytes.to_string(),
                        a_second.to_string(),
                        p50.to_string(),
                        p95.to_string(),
                        p99.to_string(),
                        (count as usize - delays.len()).to_string(),
                    ]);
                }
            }
        }
    }
    Ok(table)
}

/// Be one of the processes, until stdin ends.
pub(crate) async fn peer(arguments: &PeerArguments) -> Result<(), Failure> {
    peer::run(arguments.place, arguments.port, arguments.dial.as_ref()).await
}
