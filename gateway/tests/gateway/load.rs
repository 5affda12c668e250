//! 200 clients at once, what the gateway adds to a round, and a greedy key beside a modest one. The
//! program that plays them prints its figures.

use crate::{
    ledger::Ledger,
    scene::{python, Scene},
};

#[tokio::test]
#[ignore = "starts processes: ./scripts/gateway"]
async fn crowds_should_be_served_or_sent_away_and_all_money_be_accounted_for() {
    let scene = Scene::start().await;
    let before = Ledger::now(&scene.network.url()).await;
    scene.run("python", &python(), &["-m", "pytest", "-m", "load", "--capture=no"]).await;
    let spent = before.check().await;
    eprintln!("load: {} rounds for {} of the smallest unit", spent.rounds.len(), spent.total);
    scene.stop().await;
}
