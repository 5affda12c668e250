//! What this machine has for a model: cores, memory, GPUs, and how fast it reads its memory, which
//! is what bounds a language model on a CPU.

use serde_json::{json, Value};
use std::{hint::black_box, process::Command, time::Instant};
use waggle_harness::machine::{memory_gib, processor};

/// How much is read to see how fast memory is, in 8-byte numbers: more than caches hold.
const READ: usize = 16 << 20;
/// How often it is read; the fastest counts.
const TIMES: u32 = 3;

/// A GPU, as NVIDIA's program tells of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gpu {
    /// Its name.
    pub(crate) name: String,
    /// Its memory.
    pub(crate) memory_gib: f64,
}

/// This machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// How many threads compute at a time.
    pub(crate) cores: usize,
    /// The processor's name, if it is known.
    pub(crate) processor: Option<String>,
    /// Its memory, if it is known.
    pub(crate) memory_gib: Option<f64>,
    /// Its GPUs, as far as `nvidia-smi` knows.
    pub(crate) gpus: Vec<Gpu>,
    /// How fast all cores together read memory, in bytes a second.
    pub(crate) bytes_per_second: f64,
}

impl Machine {
    /// Look at it; takes some tenths of a second.
    pub(crate) fn found() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cores,
            processor: processor(),
            memory_gib: memory_gib(),
            gpus: gpus(),
            bytes_per_second: bytes_per_second(cores),
        }
    }

    /// In one line.
    pub(crate) fn print(&self) -> String {
        let memory = self.memory_gib.map_or_else(String::new, |gib| format!(", {gib:.1} GiB"));
        let processor = self.processor.as_ref().map(|name| format!(" ({name})"));
        let gpus: Vec<String> = self
            .gpus
            .iter()
            .map(|gpu| format!("{} with {:.0} GiB", gpu.name, gpu.memory_gib))
            .collect();
        let gpus = if gpus.is_empty() { "no GPU found".to_owned() } else { gpus.join(", ") };
        format!("{} cores{}{memory}, {gpus}", self.cores, processor.unwrap_or_default())
    }

    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        let gpus = self.gpus.iter();
        let gpus = gpus.map(|gpu| json!({ "name": gpu.name, "memory_gib": gpu.memory_gib }));
        json!({
            "cores": self.cores,
            "processor": self.processor,
            "memory_gib": self.memory_gib,
            "gpus": Value::from_iter(gpus),
            "memory_gb_per_s": (self.bytes_per_second / 1e8).round() / 10.0,
        })
    }

    /// Whether a model that needs so much memory leaves the system and the node theirs.
    pub(crate) fn has_room_for(&self, bytes: u64) -> bool {
        let needed = bytes as f64 / f64::from(1 << 30) + 2.0;
        self.memory_gib.is_none_or(|memory| needed <= memory)
    }

    /// About how many tokens a second a model writes on the CPU whose weights are so large: each
    /// token reads all of them once.
    pub(crate) fn tokens_per_second(&self, weights: u64) -> f64 {
        self.bytes_per_second / (weights.max(1) as f64)
    }
}

fn gpus() -> Vec<Gpu> {
    let asked = Command::new("nvidia-smi")
        .args(["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"])
        .output();
    match asked {
        Ok(said) if said.status.success() => parsed(&String::from_utf8_lossy(&said.stdout)),
        _ => Vec::new(),
    }
}

/// One line for each GPU: its name, and its memory in MiB.
fn parsed(said: &str) -> Vec<Gpu> {
    let of = |line: &str| {
        let (name, mib) = line.rsplit_once(',')?;
        let memory_gib = mib.trim().parse::<f64>().ok()? / 1024.0;
        Some(Gpu { name: name.trim().to_owned(), memory_gib })
    };
    said.lines().filter_map(of).collect()
}

/// How fast `threads` threads together read memory.
fn bytes_per_second(threads: usize) -> f64 {
    let numbers = vec![1u64; READ];
    let part = READ.div_ceil(threads.max(1));
    let once = || {
        let begin = Instant::now();
        std::thread::scope(|scope| {
            for piece in numbers.chunks(part) {
                scope.spawn(move || {
                    black_box(piece.iter().fold(0u64, |sum, number| sum.wrapping_add(*number)))
                });
            }
        });
        (READ * size_of::<u64>()) as f64 / begin.elapsed().as_secs_f64().max(1e-6)
    };
    (0..TIMES).map(|_| once()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            cores: 2,
            processor: Some("Some CPU".into()),
            memory_gib: Some(8.0),
            gpus: Vec::new(),
            bytes_per_second: 10e9,
        }
    }

    #[test]
    fn machine_should_be_shown_in_a_line_and_hold_what_fits() {
        assert_eq!(machine().print(), "2 cores (Some CPU), 8.0 GiB, no GPU found");
        assert!(machine().has_room_for(4 << 30) && !machine().has_room_for(7 << 30));
        assert_eq!(machine().tokens_per_second(100_000_000), 100.0);
        assert_eq!(machine().to_json()["memory_gb_per_s"], 10.0);
    }

    #[test]
    fn gpus_should_be_read_line_by_line() {
        let said = "NVIDIA H200, 143771\nNVIDIA RTX A2000, Laptop, 4096\nnonsense\n";
        let found = parsed(said);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], Gpu { name: "NVIDIA RTX A2000, Laptop".into(), memory_gib: 4.0 });
    }

    #[test]
    fn memory_should_be_read_at_some_speed() {
        assert!(bytes_per_second(2) > 1e6);
    }
}
