//! What the processes of a network have used of the machine.

use waggle_local_network::{LocalNetwork, WORKER};

/// Processor time and memory of the processes so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Processor seconds of the agents' node.
    pub(super) node: f64,
    /// Of each of the other nodes, on average.
    pub(super) other_node: f64,
    /// Of the worker, programs it started not among them.
    pub(super) worker: f64,
    /// Resident memory of the agents' node, in MiB.
    pub(super) node_mib: f64,
    /// Of each of the other nodes, on average.
    pub(super) other_node_mib: f64,
    /// Of the worker.
    pub(super) worker_mib: f64,
}

impl Usage {
    /// What the processes of `network` have used.
    pub(super) fn of(network: &LocalNetwork) -> Self {
        let (mut usage, mut others) = (Self::default(), 0.0f64);
        for (number, (name, process)) in network.processes().enumerate() {
            let (seconds, mib) = (process.processor_seconds(), process.resident_mib());
            match name {
                WORKER => (usage.worker, usage.worker_mib) = (seconds, mib),
                _ if number == 0 => (usage.node, usage.node_mib) = (seconds, mib),
                _ => {
                    others += 1.0;
                    usage.other_node += seconds;
                    usage.other_node_mib += mib;
                }
            }
        }
        usage.other_node /= others.max(1.0);
        usage.other_node_mib /= others.max(1.0);
        usage
    }
}
