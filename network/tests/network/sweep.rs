//! `waggle keys sweep`: what is left on the accounts from which a gateway pays goes back.

use crate::scenario::{errors, plan, printed, start, waggle};
use waggle_client::{
    account::{account_id, development},
    amount::{Amount, WAG},
    chain::Chain,
};

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn money_on_derived_accounts_should_go_where_it_is_wanted_once_that_is_agreed_to() {
    let mut plan = plan();
    plan.roles.clear();
    let network = start(plan).await;
    let url = network.url();
    let of = |suri: &str| account_id(&development(suri).unwrap());
    let (payer, target) = (of("//Alice//waggle//1"), of("//Target"));
    printed(&waggle(&url, &["faucet", &payer.to_string(), "50", "--json"]).await);
    let to = target.to_string();
    let words = ["keys", "sweep", "--json", "--payers", "3", "--to", &to];

    // Nothing moves before somebody agrees: nobody is at a terminal here.
    let unsaid = waggle(&url, &words).await;
    assert_eq!(unsaid.status.code(), Some(2), "{}", errors(&unsaid));
    let shown = printed(&waggle(&url, &[&words[..], &["--dry-run"]].concat()).await);
    let accounts = shown["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 1, "{shown}");
    assert_eq!(accounts[0]["path"], "//waggle//1");
    assert_eq!(accounts[0]["free"], "50");
    assert!(accounts[0]["block"].is_null(), "{shown}");

    let moved = printed(&waggle(&url, &[&words[..], &["--yes"]].concat()).await);
    assert!(moved["accounts"][0]["block"].is_u64(), "{moved}");
    let chain = Chain::connect(&url).await.unwrap();
    assert_eq!(chain.free_balance(&payer).await.unwrap(), 0);
    let got = chain.free_balance(&target).await.unwrap();
    let fee = Amount(50 * WAG - got);
    assert!(fee.0 > 0 && fee.0 < WAG / 20, "all but the fee, which was {fee} WAG");

    let nothing = printed(&waggle(&url, &[&words[..], &["--yes"]].concat()).await);
    assert_eq!(nothing["accounts"].as_array().map(Vec::len), Some(0), "{nothing}");
    network.stop().await;
}
