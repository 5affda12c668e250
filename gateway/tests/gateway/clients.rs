//! Clients that know nothing of Waggle: OpenAI's packages, LangChain, LiteLLM, the AI SDK,
//! Continue, `llm`, MCP's reference client, curl.
//! Afterwards every unit that the gateway's accounts have less is one that a round cost.

use crate::{ledger::Ledger, scene::Scene};
use std::path::Path;

#[tokio::test]
#[ignore = "starts processes: ./scripts/gateway"]
async fn clients_should_be_served_as_they_are_and_all_money_be_accounted_for() {
    let scene = Scene::start().await;
    let before = Ledger::now(&scene.network.url()).await;

    scene.run("python", &crate::scene::python(), &["-m", "pytest", "-m", "not load"]).await;
    scene.run("node", Path::new("npm"), &["run", "--silent", "test"]).await;

    let spent = before.check().await;
    eprintln!("clients: {} rounds for {} of the smallest unit", spent.rounds.len(), spent.total);
    assert!(spent.rounds.len() > 20, "each question was a round: {:?}", spent.rounds);
    scene.stop().await;
}
