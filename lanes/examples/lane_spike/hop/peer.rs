//! What one process of the line does: hear and pass on, say things and take notes when told to.

use super::{
    network,
    orders::{number_of, place_of, rounds_of, Order, Reply, MEMBERS},
};
use crate::Failure;
use codec::Encode;
use futures::{
    channel::mpsc::Receiver,
    stream::{SelectAll, StreamExt},
};
use sc_network::{config::MultiaddrWithPeerId, Litep2pNetworkBackend};
use sc_network_gossip::{GossipEngine, TopicNotification};
use sp_core::{ed25519, Pair};
use std::{
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::io::{AsyncBufReadExt, BufReader};
use waggle_lanes::{
    gossip::LaneValidator,
    message::{topic, Message},
    rounds::Roster,
};
use waggle_node::types::Block;
use waggle_primitives::Hash32;

const SCOPE: Hash32 = [7; 32];
/// Bytes of a message besides its body: round, place, step, the body's length, signature.
const AROUND: usize = 8 + 1 + 1 + 2 + 64;
const ENDED: &str = "the network has ended";

struct Peer {
    engine: GossipEngine<Block>,
    validator: Arc<LaneValidator>,
    members: Vec<ed25519::Pair>,
    open: Option<RangeInclusive<u64>>,
    arrivals: SelectAll<Receiver<TopicNotification>>,
    heard: Vec<(u64, u64)>,
}

/// Follow orders until stdin ends.
pub(super) async fn run(
    place: u8,
    port: u16,
    dial: Option<&MultiaddrWithPeerId>,
) -> Result<(), Failure> {
    let (validator, mut costs) = LaneValidator::new();
    let validator = Arc::new(validator);
    let engine = network::start::<Litep2pNetworkBackend>(place, port, dial, validator.clone())?;
    let mut peer = Peer {
        engine,
        validator,
        members: (0..MEMBERS).map(|member| ed25519::Pair::from_seed(&[member; 32])).collect(),
        open: None,
        arrivals: SelectAll::new(),
        heard: Vec::new(),
    };
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            () = &mut peer.engine => return Err(ENDED.into()),
            Some((who, change)) = costs.next() => peer.engine.report(who, change),
            Some(arrival) = peer.arrivals.next() => peer.hear(&arrival.message),
            order = orders.next_line() => {
                let Some(order) = order? else { return Ok(()) };
                let reply = peer.obey(serde_json::from_str(&order)?).await?;
                println!("{}", serde_json::to_string(&reply)?);
            }
        }
    }
}

impl Peer {
    async fn obey(&mut self, order: Order) -> Result<Reply, Failure> {
        Ok(match order {
            Order::Peers => Reply::Peers(self.validator.peers()),
            Order::Open { first, count } => {
                self.open(rounds_of(first, count));
                Reply::Opened
            }
            Order::Send { first, count, bytes, a_second } => {
                let numbers = first..first + u64::from(count);
                let messages = numbers.map(|number| self.message(number, bytes as usize)).collect();
                Reply::Sent(self.send(messages, a_second).await?)
            }
            Order::Report => Reply::Heard(std::mem::take(&mut self.heard)),
        })
    }

    fn open(&mut self, rounds: RangeInclusive<u64>) {
        self.open.take().into_iter().flatten().for_each(|round| self.validator.close(round));
        self.arrivals.clear();
        self.heard.clear();
        for round in rounds.clone() {
            let members = self.members.iter().map(Pair::public).collect();
            self.validator.open(round, Roster { scope: SCOPE, members });
            self.arrivals.push(self.engine.messages_for(topic::<Block>(round)));
        }
        self.open = Some(rounds);
    }

    /// Message `number`, of so many bytes on the wire.
    fn message(&self, number: u64, bytes: usize) -> (u64, Vec<u8>) {
        let (round, place, step) = place_of(number);
        let body = vec![number as u8; bytes.saturating_sub(AROUND)];
        let member = &self.members[usize::from(place)];
        let message = Message::signed(member, &SCOPE, round, (place, step), body).encode();
        assert_eq!(message.len(), bytes, "a message is as long as is said");
        (round, message)
    }

    /// Say these messages at an even pace. Returns when.
    async fn send(
        &mut self,
        messages: Vec<(u64, Vec<u8>)>,
        a_second: u32,
    ) -> Result<Vec<u64>, Failure> {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / a_second);
        let mut sent = Vec::with_capacity(messages.len());
        for (round, message) in messages {
            tokio::select! {
                _ = ticks.tick() => {}
                () = &mut self.engine => return Err(ENDED.into()),
            }
            sent.push(now());
            self.engine.gossip_message(topic::<Block>(round), message, false);
        }
        Ok(sent)
    }

    fn hear(&mut self, bytes: &[u8]) {
        let at = now();
        if let Some(Message { round, place, step, .. }) = Message::read(bytes) {
            self.heard.push((number_of(round, place, step), at));
        }
    }
}

/// Nanoseconds since 1970, by the machine's clock.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
