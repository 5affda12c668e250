//! An attacker of means: agents and clients that are on the chain from its beginning.

use crate::{
    tests::{chain::Chain, client::Client, swarm::Agent},
    AccountId, Balance, Balances, System, WAG,
};
use codec::Encode;
use frame_support::traits::fungible::Inspect;
use sp_io::hashing::blake2_256;
use waggle_primitives::{RoundId, SignedAct, MAX_ANSWER_BYTES};

/// Its registered agents.
pub(crate) const AGENTS: u32 = 1_000;
/// Its clients: two more than it takes to open all rounds that may run at once.
const CLIENTS: u32 = 10;
/// What each of its accounts has in the beginning, the agents' bonds included.
const ENDOWMENT: Balance = 100 * WAG;

/// The attacker.
pub(crate) struct Attacker {
    /// Its agents' keys.
    pub(crate) agents: Vec<Agent>,
    /// Its agents' owners, in the same order.
    pub(crate) owners: Vec<AccountId>,
    /// Its clients.
    pub(crate) clients: Vec<Client>,
}

fn secret(what: &str, number: u32) -> [u8; 32] {
    (what, number).using_encoded(blake2_256)
}

/// A key that nobody has registered.
pub(crate) fn stranger(number: u32) -> Agent {
    Agent::of_secret(&secret("stranger", number))
}

/// The longest answer: the most bytes that an act can bring into a block.
pub(crate) fn longest_answer() -> String {
    "x".repeat(MAX_ANSWER_BYTES as usize)
}

impl Attacker {
    /// A development chain with the attacker on it.
    pub(crate) fn on_chain() -> (Chain, Self) {
        let attacker = Self {
            agents: (0..AGENTS).map(|number| Agent::of_secret(&secret("agent", number))).collect(),
            owners: (0..AGENTS).map(|number| AccountId::new(secret("owner", number))).collect(),
            clients: (0..CLIENTS)
                .map(|number| Client::of_secret(&secret("client", number)))
                .collect(),
        };
        let chain = Chain::with_genesis(|genesis| {
            let push =
                |list: &mut serde_json::Value, entry| list.as_array_mut().unwrap().push(entry);
            for account in attacker.accounts() {
                push(
                    &mut genesis["balances"]["balances"],
                    serde_json::to_value((account, ENDOWMENT)).unwrap(),
                );
            }
            for (agent, owner) in attacker.agents.iter().zip(&attacker.owners) {
                let entry = serde_json::to_value((owner, agent.key(), b"spam".to_vec())).unwrap();
                push(&mut genesis["agents"]["agents"], entry);
            }
        });
        (chain, attacker)
    }

    /// All its accounts.
    fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.owners.iter().cloned().chain(self.clients.iter().map(Client::account))
    }

    /// All that it owns, on hold or not.
    pub(crate) fn wealth(&self, chain: &mut Chain) -> Balance {
        let accounts: Vec<_> = self.accounts().collect();
        chain.ask(|| accounts.iter().map(Balances::total_balance).sum())
    }

    /// What it has on hold: bonds, tickets, rewards.
    pub(crate) fn locked(&self, chain: &mut Chain) -> Balance {
        let accounts: Vec<_> = self.accounts().collect();
        chain.ask(|| accounts.iter().map(|account| System::account(account).data.reserved).sum())
    }

    /// The longest answers of `agents` to `round`.
    pub(crate) fn enter(
        &self,
        chain: &mut Chain,
        round: RoundId,
        agents: impl Iterator<Item = usize>,
    ) -> Vec<SignedAct> {
        let answer = longest_answer();
        agents.map(|agent| self.agents[agent].commit_answer(chain, round, &answer)).collect()
    }
}
