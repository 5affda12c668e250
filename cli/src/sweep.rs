//! `waggle keys sweep`: what is left on the accounts from which a gateway pays (`//waggle//0` and
//! on, of the account that it was given) goes back to one account. It is said first what would
//! move.

use crate::{account::AccountArgs, dialogue::Dialogue, failure::Failure, progress::Progress};
use serde_json::{json, Value};
use subxt::dynamic;
use subxt_signer::{sr25519::Keypair, DeriveJunction};
use tokio::task::JoinSet;
use waggle_client::{
    account::account_id,
    amount::{Amount, WAG},
    chain::{Balance, Chain},
    observer::Observer,
    transaction::transact,
    AccountId,
};

/// What is asked before anything moves.
const SWEEP: &str = "Move it?";
/// What stays where it is: a transfer would cost a good part of it, or more.
pub const DUST: Amount = Amount(WAG / 100);

/// What is swept, and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct SweepArgs {
    /// Whose accounts they are: the account that the gateway was given as its payer.
    #[command(flatten)]
    pub account: AccountArgs,
    /// How many accounts are looked at, from //waggle//0 on: as many as the gateway ever had as
    /// `payers`.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(0..=1024)
    )]
    pub payers: u32,
    /// The address that gets it [default: the account itself].
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// Move what the account itself has, too.
    #[arg(long, requires = "to")]
    pub own: bool,
    /// Move nothing: say what would be.
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing: agree.
    #[arg(long)]
    pub yes: bool,
}

/// An account that is swept.
struct Swept {
    /// How it is derived; empty for the account itself.
    path: String,
    keypair: Keypair,
    account: AccountId,
    before: Balance,
    /// What became of it. `None`: nothing was to move, or nothing has been tried.
    outcome: Option<Result<Moved, waggle_client::Failure>>,
}

/// What moved.
struct Moved {
    /// In this block.
    block: u32,
    /// What is left. `None`: the node did not say so afterwards.
    left: Option<u128>,
}

impl Swept {
    fn is_worth_it(&self) -> bool {
        self.before.free > DUST.0
    }

    fn has_something(&self) -> bool {
        self.before != Balance::default()
    }

    fn to_json(&self) -> Value {
        let (block, left, failure) = match &self.outcome {
            Some(Ok(moved)) => (Some(moved.block), moved.left.map(Amount), None),
            Some(Err(failure)) => (None, None, Some(failure.one_line())),
            None => (None, None, None),
        };
        json!({
            "path": self.path,
            "account": self.account.to_string(),
            "free": Amount(self.before.free),
            "held": Amount(self.before.held),
            "block": block,
            "left": left,
            "failure": failure,
        })
    }

    /// What it has, on a line.
    fn print(&self) -> String {
        let Self { path, account, before, .. } = self;
        let name = if path.is_empty() { "the account itself" } else { path };
        let stays = if self.is_worth_it() { "" } else { ", which stays" };
        let held = match before.held {
            0 => String::new(),
            held => format!("; {} WAG are on hold and stay", Amount(held)),
        };
        format!("{name:<18} {account}  {} WAG{stays}{held}", Amount(before.free))
    }
}

/// Move what is left on the derived accounts, having said what that is.
///
/// # Errors
/// [`Failure::Input`] if the address is none, or nobody agrees; [`Failure::Problems`] if not all of
/// it moved; those of the node.
pub async fn sweep(
    url: &str,
    args: &SweepArgs,
    progress: &Progress,
    json: bool,
) -> Result<(), Failure> {
    let parent = args.account.keypair()?;
    let to = target(args, &parent)?;
    let chain = Chain::connect(url).await?;
    let mut all = Vec::new();
    for (path, keypair) in accounts(args, &parent) {
        let account = account_id(&keypair);
        progress.doing(format!("looking at {account}"));
        let before = chain.balance(&account).await?;
        if account != to {
            all.push(Swept { path, keypair, account, before, outcome: None });
        }
    }
    all.retain(Swept::has_something);
    progress.clear();
    let moves = sum(&all).0 > 0 && !args.dry_run;
    if !json {
        print!("{}", preview(&all, to));
    } else if moves && !args.yes {
        // Standard output is for the object; whoever is asked has to know what for.
        eprint!("{}", preview(&all, to));
    }
    if moves {
        if !Dialogue::new(args.yes).agrees(SWEEP, "--yes")? {
            return Err(Failure::Input("nothing is moved".into()));
        }
        move_all(&chain, &mut all, to, progress).await;
    }
    report(&all, to, json)
}

/// What all of them together have that is moved.
fn sum(all: &[Swept]) -> Amount {
    let worth = all.iter().filter(|one| one.is_worth_it()).map(|one| one.before.free);
    // The node says what they have, and may say anything.
    Amount(worth.fold(0, u128::saturating_add))
}

/// What would move, before anything does.
fn preview(all: &[Swept], to: AccountId) -> String {
    let lines = all.iter().map(|one| one.print() + "\n").collect::<String>();
    format!("{lines}{} WAG would go to {to}, less fees.\n", sum(all))
}

/// Who gets it.
fn target(args: &SweepArgs, parent: &Keypair) -> Result<AccountId, Failure> {
    let Some(address) = &args.to else { return Ok(account_id(parent)) };
    address
        .parse()
        .map_err(|_| Failure::Input(format!("{address:?} is no address: it should begin with a 5")))
}

/// The accounts that are looked at, each after its path.
fn accounts(args: &SweepArgs, parent: &Keypair) -> Vec<(String, Keypair)> {
    let derived = (0..args.payers).map(|number| {
        let path = [DeriveJunction::hard("waggle"), DeriveJunction::hard(number)];
        (format!("//waggle//{number}"), parent.derive(path))
    });
    let own = args.own.then(|| (String::new(), parent.clone()));
    derived.chain(own).collect()
}

/// Move all of them at once: each has nonces of its own.
async fn move_all(chain: &Chain, all: &mut [Swept], to: AccountId, observer: &impl Observer) {
    let mut moving = JoinSet::new();
    for (index, one) in all.iter().enumerate().filter(|(_, one)| one.is_worth_it()) {
        let (chain, keypair) = (chain.clone(), one.keypair.clone());
        moving.spawn(async move { (index, move_one(&chain, &keypair, to).await) });
    }
    while let Some(moved) = moving.join_next().await {
        observer.doing(&format!("moving: {} to go", moving.len()));
        if let Ok((index, outcome)) = moved {
            if let Some(one) = all.get_mut(index) {
                one.outcome = Some(outcome);
            }
        }
    }
}

async fn move_one(
    chain: &Chain,
    keypair: &Keypair,
    to: AccountId,
) -> Result<Moved, waggle_client::Failure> {
    let to = dynamic::Value::unnamed_variant("Id", [dynamic::Value::from_bytes(to.0)]);
    // The account need not stay alive. What is on hold keeps it, and as much as keeps an account.
    let done = transact(chain, keypair, "Balances", "transfer_all", (to, false)).await?;
    // It has moved, whether the node goes on or not.
    let left = chain.free_balance(&account_id(keypair)).await.ok();
    Ok(Moved { block: done.block.number, left })
}

/// Say what became of it.
fn report(all: &[Swept], to: AccountId, json: bool) -> Result<(), Failure> {
    if json {
        let accounts = Value::from_iter(all.iter().map(Swept::to_json));
        println!("{}", json!({ "to": to.to_string(), "accounts": accounts }));
    }
    let mut failed = 0;
    for one in all {
        let name = if one.path.is_empty() { "the account itself" } else { &one.path };
        match &one.outcome {
            Some(Ok(Moved { block, left })) if !json => {
                let left = left.map(|left| format!("; {} WAG are left", Amount(left)));
                println!("{name:<18} moved in block {block}{}", left.unwrap_or_default());
            }
            Some(Err(failure)) => {
                failed += 1;
                if !json {
                    println!("{name:<18} {}", failure.one_line());
                }
            }
            _ => {}
        }
    }
    if failed > 0 {
        return Err(Failure::Problems(failed));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::account::development;

    fn args(to: Option<&str>, own: bool) -> SweepArgs {
        SweepArgs {
            account: AccountArgs { suri: "//Alice".into(), key_file: None },
            payers: 2,
            to: to.map(str::to_owned),
            own,
            dry_run: false,
            yes: true,
        }
    }

    #[test]
    fn accounts_should_be_those_from_which_the_gateway_pays() {
        let alice = development("//Alice").unwrap();
        let derived = accounts(&args(None, false), &alice);
        assert_eq!(derived.len(), 2);
        for (path, keypair) in &derived {
            let same = development(&format!("//Alice{path}")).unwrap();
            assert_eq!(account_id(keypair), account_id(&same));
        }
        let with_own = accounts(&args(Some("5F"), true), &alice);
        assert_eq!(account_id(&with_own[2].1), account_id(&alice));
    }

    #[test]
    fn target_should_be_the_account_itself_unless_another_address_is_named() {
        let (alice, bob) = (development("//Alice").unwrap(), development("//Bob").unwrap());
        assert_eq!(target(&args(None, false), &alice).unwrap(), account_id(&alice));
        let address = account_id(&bob).to_string();
        let other = target(&args(Some(&address), false), &alice).unwrap();
        assert_eq!(other, account_id(&bob));
        assert!(matches!(target(&args(Some("bob"), false), &alice), Err(Failure::Input(_))));
    }

    #[test]
    fn account_should_be_shown_with_what_moves_and_what_stays() {
        let keypair = development("//Alice//waggle//0").unwrap();
        let with = |free, held| Swept {
            path: "//waggle//0".into(),
            account: account_id(&keypair),
            keypair: keypair.clone(),
            before: Balance { free, held },
            outcome: None,
        };
        let rich = with(5 * WAG, 20 * WAG);
        assert!(rich.is_worth_it() && rich.print().contains("5 WAG; 20 WAG are on hold and stay"));
        let poor = with(DUST.0, 0);
        assert!(!poor.is_worth_it() && poor.has_something() && poor.print().ends_with("stays"));
        assert!(!with(0, 0).has_something());
    }

    #[test]
    fn preview_should_list_what_moves_and_survive_any_balance() {
        let keypair = development("//Alice//waggle//0").unwrap();
        let with = |free| Swept {
            path: "//waggle//0".into(),
            account: account_id(&keypair),
            keypair: keypair.clone(),
            before: Balance { free, held: 0 },
            outcome: None,
        };
        let to = account_id(&development("//Bob").unwrap());
        let text = preview(&[with(5 * WAG), with(DUST.0), with(2 * WAG)], to);
        assert_eq!(text.lines().count(), 4);
        assert!(text.ends_with(&format!("\n7 WAG would go to {to}, less fees.\n")), "{text}");
        assert_eq!(sum(&[with(u128::MAX), with(u128::MAX)]), Amount(u128::MAX));
    }

    #[test]
    fn what_has_moved_should_be_said_where_the_node_is_gone_afterwards() {
        let keypair = development("//Alice//waggle//0").unwrap();
        let moved = Swept {
            path: "//waggle//0".into(),
            account: account_id(&keypair),
            keypair,
            before: Balance { free: WAG, held: 0 },
            outcome: Some(Ok(Moved { block: 7, left: None })),
        };
        let json = moved.to_json();
        assert_eq!((&json["block"], &json["left"]), (&json!(7), &Value::Null));
        assert_eq!(json["failure"], Value::Null);
        report(&[moved], account_id(&development("//Bob").unwrap()), false).unwrap();
    }
}
