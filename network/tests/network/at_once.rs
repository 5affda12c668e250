//! One account sends several times at once, from several processes and from one: everything is
//! taken, and nothing twice.

use crate::scenario::{plan, printed, start, waggle, AGENTS};
use futures::future::join_all;
use std::collections::BTreeSet;
use waggle_client::{
    account::{account_id, development},
    chain::Chain,
    transaction::transact,
};

/// Who sends.
const SENDER: &str = "//Bob";
/// Of different lengths: the pool likes short transactions better, and lets them take the nonces of
/// long ones that it has already.
const QUESTIONS: [&str; 4] = ["37+12", "max 4 19 2 31 17 8 25", "sort 3 1 2", "reverse golk"];
/// Other transactions at the same time, all of one process.
const REMARKS: u8 = 4;

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn one_account_should_ask_four_times_at_once() {
    let network = start(plan()).await;
    let url = network.url();
    let (chain, sender) = (Chain::connect(&url).await.unwrap(), development(SENDER).unwrap());
    let account = account_id(&sender);
    let before = chain.next_nonce(&account).await.unwrap();

    let (url, seats) = (url.as_str(), AGENTS.to_string());
    let seats = seats.as_str();
    let asked = QUESTIONS.map(|question| async move {
        let arguments = ["ask", question, "--suri", SENDER, "--max-agents", seats, "--json"];
        waggle(url, &arguments).await
    });
    let remarks = (0..REMARKS)
        .map(|number| transact(&chain, &sender, "System", "remark", (vec![number; 32],)));
    let (asked, remarks) = tokio::join!(join_all(asked), join_all(remarks));

    for remark in remarks {
        remark.unwrap();
    }
    let rounds: Vec<_> = asked.iter().map(printed).collect();
    let numbers: BTreeSet<_> = rounds.iter().filter_map(|round| round["round"].as_u64()).collect();
    assert_eq!(numbers.len(), QUESTIONS.len(), "each has a round of its own: {numbers:?}");
    for (question, round) in QUESTIONS.iter().zip(&rounds) {
        assert_eq!(round["prompt"], *question);
        assert_eq!(round["client"], account.to_string());
        assert_eq!(round["status"], "settled");
    }
    let sent = QUESTIONS.len() as u64 + u64::from(REMARKS);
    let after = chain.next_nonce(&account).await.unwrap();
    assert_eq!(after - before, sent, "nothing was sent twice");
    network.stop().await;
}
