//! A network that can be cut: each site a Linux network namespace, on one of two bridges with one
//! line between them.
//!
//! ```text
//!   alice  bob │ left bridge ── trunk ── right bridge │ charlie  dave  meadow
//!              └───────────── the hub: the test itself ┘
//! ```
//! The sites share the subnet 10.77.0.0/24. The hub is a namespace too: the bridges are in it, so
//! that nothing is left on the machine's own network, and the test program runs in it (it starts
//! itself again there), with an address on each bridge. So it reaches every site when the trunk is
//! cut, and does not carry anything from one side to the other. Made with iproute2's `ip`; needs
//! root.

use std::{
    net::Ipv4Addr,
    process::{Command, ExitStatus, Stdio},
};
use waggle_local_network::Surroundings;

/// Set for the test program in the hub: the beginning of the namespaces' names.
const INSIDE: &str = "WAGGLE_FAULTS_NAMESPACES";
/// The line between the two sides.
const TRUNK: &str = "trunk";

/// A side of the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Of the first bridge.
    Left,
    /// Of the second.
    Right,
}

impl Side {
    fn bridge(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The hub's address on this side.
    fn hub(self) -> Ipv4Addr {
        match self {
            Self::Left => Ipv4Addr::new(10, 77, 0, 1),
            Self::Right => Ipv4Addr::new(10, 77, 0, 2),
        }
    }
}

/// Namespaces that are removed when this goes away.
pub(crate) struct Namespaces {
    prefix: String,
    names: Vec<String>,
}

impl Namespaces {
    /// Make the hub and `sites`, each on its side. Errors: what could not be done; usually for
    /// lack of root.
    pub(crate) fn make(sites: &[(&str, Side)]) -> Result<Self, String> {
        let prefix = format!("waggle{}", std::process::id());
        let mut made = Self { prefix, names: Vec::new() };
        let hub = made.add("hub")?;
        for side in [Side::Left, Side::Right] {
            ip(&["-n", &hub, "link", "add", side.bridge(), "type", "bridge"])?;
            ip(&["-n", &hub, "addr", "add", &format!("{}/32", side.hub()), "dev", side.bridge()])?;
            ip(&["-n", &hub, "link", "set", side.bridge(), "up"])?;
        }
        ip(&["-n", &hub, "link", "add", TRUNK, "type", "veth", "peer", "name", "trunk-end"])?;
        for (end, side) in [(TRUNK, Side::Left), ("trunk-end", Side::Right)] {
            ip(&["-n", &hub, "link", "set", end, "master", side.bridge(), "up"])?;
        }
        for (number, (site, side)) in sites.iter().enumerate() {
            made.add_site(&hub, site, *side, address(number))?;
        }
        Ok(made)
    }

    fn add_site(
        &mut self,
        hub: &str,
        site: &str,
        side: Side,
        address: Ipv4Addr,
    ) -> Result<(), String> {
        let name = self.add(site)?;
        ip(&[
            "-n", hub, "link", "add", site, "type", "veth", "peer", "name", "eth", "netns", &name,
        ])?;
        ip(&["-n", hub, "link", "set", site, "master", side.bridge(), "up"])?;
        ip(&["-n", &name, "addr", "add", &format!("{address}/24"), "dev", "eth"])?;
        ip(&["-n", &name, "link", "set", "eth", "up"])?;
        let (to, from) = (address.to_string(), side.hub().to_string());
        ip(&["-n", hub, "route", "add", &to, "dev", side.bridge(), "src", &from])
    }

    fn add(&mut self, site: &str) -> Result<String, String> {
        let name = format!("{}-{site}", self.prefix);
        ip(&["netns", "add", &name])?;
        self.names.push(name.clone());
        ip(&["-n", &name, "link", "set", "lo", "up"])?;
        Ok(name)
    }

    /// Run the test of this name again, in the hub.
    pub(crate) fn run_inside(&self, test: &str) -> ExitStatus {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &format!("{}-hub", self.prefix)])
            .arg(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads", "1"]);
        command.env(INSIDE, &self.prefix).stdin(Stdio::null()).status().unwrap()
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for name in self.names.iter().rev() {
            let _ = ip(&["netns", "del", name]);
        }
    }
}

/// The hub, as the test program in it sees it.
pub(crate) struct Hub {
    prefix: String,
}

impl Hub {
    /// Where this program is, if it is in a hub.
    pub(crate) fn here() -> Option<Self> {
        std::env::var(INSIDE).ok().map(|prefix| Self { prefix })
    }

    /// What surrounds a process in site number `number` of the list that the namespaces were made
    /// of.
    pub(crate) fn surroundings(&self, number: usize, site: &str) -> Surroundings {
        let through =
            ["ip", "netns", "exec", &format!("{}-{site}", self.prefix)].map(String::from).to_vec();
        Surroundings { host: address(number), through, ..Default::default() }
    }

    /// Cut the two sides apart.
    pub(crate) fn cut(&self) {
        ip(&["link", "set", TRUNK, "down"]).unwrap();
    }

    /// Join them again.
    pub(crate) fn heal(&self) {
        ip(&["link", "set", TRUNK, "up"]).unwrap();
    }
}

/// The address of a site, by its number.
fn address(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, 11 + number as u8)
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip")
        .args(arguments)
        .output()
        .map_err(|error| format!("ip (iproute2): {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}
