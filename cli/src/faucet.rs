//! Money on development chains, from an account whose key everybody knows. It is worth nothing, and
//! on any other kind of chain nobody gives any.

use crate::failure::Failure;
use serde_json::{json, Value};
use subxt::dynamic;
use waggle_client::{
    account::{account_id, development},
    amount::{Amount, WAG},
    chain::Chain,
    node::Node,
    transaction::transact,
    AccountId,
};

/// Who gives.
const GIVER: &str = "//Alice";
/// What is given if nobody says how much.
pub const USUAL: Amount = Amount(100 * WAG);
/// What is given at most at a time.
pub const MOST: Amount = Amount(10_000 * WAG);

/// Whom to give how much.
#[derive(Clone, Debug, clap::Args)]
pub struct FaucetArgs {
    /// The address that gets it.
    pub address: String,
    /// How much, in WAG: 10000 at most.
    #[arg(value_name = "WAG", default_value_t = USUAL)]
    pub amount: Amount,
}

/// What was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// Who got it.
    pub account: AccountId,
    /// How much.
    pub amount: Amount,
    /// The block.
    pub block: u32,
}

impl Given {
    /// For scripts.
    pub fn to_json(&self) -> Value {
        json!({
            "done": "given",
            "account": self.account.to_string(),
            "amount": self.amount,
            "block": self.block,
        })
    }
}

/// Give an account of a development chain some money.
///
/// # Errors
/// [`Failure::Input`] if it is too much or nothing, or the address is none; [`Failure::NoFaucet`]
/// on any other chain.
pub async fn give(url: &str, args: &FaucetArgs) -> Result<Given, Failure> {
    let account = args.address.parse::<AccountId>().map_err(|_| {
        Failure::Input(format!("{:?} is no address: it should begin with a 5", args.address))
    })?;
    check(args.amount)?;
    let node = Node::connect(url).await?;
    let kind = node.chain_type().await?;
    if !kind.is_for_development() {
        let (chain, kind) = (node.chain_name().await?, kind.to_string());
        return Err(Failure::NoFaucet { chain, kind, account: account.to_string() });
    }
    let chain = Chain::connect(url).await?;
    let giver = development(GIVER)?;
    if account_id(&giver) == account {
        return Err(Failure::Input(format!("{account} is the one who gives")));
    }
    let to = dynamic::Value::unnamed_variant("Id", [dynamic::Value::from_bytes(account.0)]);
    let arguments = (to, args.amount.0);
    let done = transact(&chain, &giver, "Balances", "transfer_keep_alive", arguments).await?;
    Ok(Given { account, amount: args.amount, block: done.block.number })
}

fn check(amount: Amount) -> Result<(), Failure> {
    if amount.0 == 0 || amount > MOST {
        let reason = format!("{amount} WAG are not given: more than none and at most {MOST}");
        return Err(Failure::Input(reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amount_should_be_refused_when_it_is_nothing_or_too_much() {
        assert!(check(USUAL).is_ok() && check(MOST).is_ok());
        for amount in [Amount(0), Amount(MOST.0 + 1), Amount(u128::MAX)] {
            assert!(matches!(check(amount), Err(Failure::Input(_))), "{amount}");
        }
    }

    #[tokio::test]
    async fn give_should_refuse_an_address_that_is_none_before_it_asks_a_node() {
        let args = FaucetArgs { address: "alice".into(), amount: USUAL };
        let failure = give("ws://127.0.0.1:1", &args).await.unwrap_err();
        assert!(matches!(failure, Failure::Input(_)) && failure.exit_code() == 2, "{failure}");
    }
}
