//! The networking of a node, as `sc_service` puts it together, with the protocol of lanes and
//! without a chain.

use crate::{said, Failure};
use futures::{stream, Stream};
use sc_network::{
    config::{
        ed25519::{Keypair, SecretKey},
        FullNetworkConfiguration, MultiaddrWithPeerId, NetworkConfiguration, NodeKeyConfig,
        NonReservedPeerMode, Params, ProtocolId, Role, Secret, SetConfig, TransportConfig,
    },
    service::traits::PeerStore,
    Multiaddr, NetworkBackend, NetworkBlock, PeerId,
};
use sc_network_gossip::GossipEngine;
use sc_network_sync::{SyncEvent, SyncEventStream};
use std::{pin::Pin, sync::Arc};
use waggle_lanes::{gossip::LaneValidator, message::MAX_MESSAGE_BYTES};
use waggle_node::types::Block;
use waggle_runtime::Hash;

/// The protocol's name.
const PROTOCOL: &str = "/waggle-lane-spike/lane/1";
/// That of blocks, which every network has, and nobody speaks here.
const BLOCKS: &str = "/waggle-lane-spike/block-announces/1";
/// Peers that may connect.
const PEERS: u32 = 8;

/// There is no chain whose peers would be the lane's: the line says who is connected to whom.
#[derive(Clone)]
struct NoChain;

impl SyncEventStream for NoChain {
    fn event_stream(&self, _: &'static str) -> Pin<Box<dyn Stream<Item = SyncEvent> + Send>> {
        Box::pin(stream::pending())
    }
}

impl NetworkBlock<Hash, u32> for NoChain {
    fn announce_block(&self, _: Hash, _: Option<Vec<u8>>) {}

    fn new_best_block_imported(&self, _: Hash, _: u32) {}
}

/// The secret that the node at this place of the line has its name from.
fn secret(place: u8) -> Result<SecretKey, Failure> {
    SecretKey::try_from_bytes([place + 1; 32]).map_err(said)
}

/// The name of the node at this place of the line.
pub(super) fn name_of(place: u8) -> Result<PeerId, Failure> {
    Ok(Keypair::from(secret(place)?).public().to_peer_id())
}

/// Who may connect, and who is connected to.
fn peers(incoming: u32, dial: Option<&MultiaddrWithPeerId>) -> SetConfig {
    SetConfig {
        in_peers: incoming,
        out_peers: 0,
        reserved_nodes: dial.cloned().into_iter().collect(),
        non_reserved_mode: NonReservedPeerMode::Accept,
    }
}

/// Start the networking of the node at this place: listen on `port`, and stay connected to `dial`.
pub(super) fn start<N: NetworkBackend<Block, Hash>>(
    place: u8,
    port: u16,
    dial: Option<&MultiaddrWithPeerId>,
    validator: Arc<LaneValidator>,
) -> Result<GossipEngine<Block>, Failure> {
    let mut settings = NetworkConfiguration::new_local();
    let listening = format!("/ip4/127.0.0.1/tcp/{port}");
    settings.listen_addresses = vec![listening.parse::<Multiaddr>().map_err(said)?];
    settings.node_key = NodeKeyConfig::Ed25519(Secret::Input(secret(place)?));
    settings.transport = TransportConfig::Normal { enable_mdns: false, allow_private_ip: true };
    settings.enable_dht_random_walk = false;
    // Nobody is looked for: the line is all there is.
    settings.default_peers_set = peers(PEERS, None);

    let metrics = N::register_notification_metrics(None);
    let mut config = FullNetworkConfiguration::<Block, Hash, N>::new(&settings, None);
    let known = config.peer_store_handle();
    let (lane, notifications) = N::notification_config(
        PROTOCOL.into(),
        Vec::new(),
        MAX_MESSAGE_BYTES as u64,
        None,
        peers(PEERS, dial),
        metrics.clone(),
        known.clone(),
    );
    config.add_notification_protocol(lane);
    let (blocks, unspoken) = N::notification_config(
        BLOCKS.into(),
        Vec::new(),
        1_024,
        None,
        peers(0, None),
        metrics.clone(),
        known,
    );
    tokio::spawn(config.take_peer_store().run());
    let network = N::new(Params {
        role: Role::Full,
        executor: Box::new(|task| drop(tokio::spawn(task))),
        network_config: config,
        protocol_id: ProtocolId::from("waggle-lane-spike"),
        genesis_hash: Hash::zero(),
        fork_id: None,
        metrics_registry: None,
        block_announce_config: blocks,
        ipfs_config: None,
        notification_metrics: metrics,
    })
    .map_err(said)?;
    let service = network.network_service();
    tokio::spawn(async move {
        // As long as the network runs, its protocol of blocks has somebody who does not speak it.
        let _unspoken = unspoken;
        network.run().await;
    });
    Ok(GossipEngine::new(service, NoChain, notifications, PROTOCOL, validator, None))
}
