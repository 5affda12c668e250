//! One network that goes through fault after fault: starting it costs more than most faults last.

use super::{
    crashes, garbage, joining,
    ledger::Ledger,
    silence,
    swarm::{check_logs, four_validators, meadow, until_final, ALL_NODES},
};
use crate::{proxy::Proxy, scenario::start};
use std::time::Instant;
use waggle_local_network::Plan;

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn nothing_should_be_lost_through_crashes_silence_garbage_and_a_newcomer() {
    let mut begin = Instant::now();
    let mut took = |what: &str| {
        eprintln!("== {what}: {:.0} s", begin.elapsed().as_secs_f64());
        begin = Instant::now();
    };
    let proxy = Proxy::start().await;
    let plan = Plan { worker_url: Some(proxy.url()), ..four_validators() };
    let mut network = start(plan).await;
    proxy.aim_at(network.worker_port());
    network.add_node(meadow()).await.unwrap();
    until_final(&network).await;
    let before = Ledger::now(&network.url()).await;
    took("start");

    crashes::play(&mut network, &before).await;
    took("kill -9 in each phase");
    silence::play_after_answers(&mut network, &before).await;
    took("a third silent after committing answers");
    silence::play_after_grades(&mut network, &proxy, &before).await;
    took("a third silent after committing grades");
    garbage::play(&mut network, &before).await;
    took("garbage");
    joining::play(&mut network, &before).await;
    took("a newcomer");
    check_logs(&network, &ALL_NODES);
    network.stop().await;
}
