//! Nodes and workers of a whole network on one machine.
