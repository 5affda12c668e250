//! A connection to a node, and what a client reads over it.
//!
//! Reads are `state_call`s of the Waggle runtime API at a block of the caller's choice,
//! SCALE-decoded into `waggle_primitives::view`. The connection does not mend itself: whoever holds
//! it connects again where that makes sense, as [`crate::follow`] does.

use crate::{
    who::Who, AccountId, AgentDetail, Audit, Constants, Domain, Failure, Member, Round, Standing,
};
use codec::{Decode, DecodeAll, Encode};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use subxt::{
    backend::LegacyBackend,
    client::OnlineClientAtBlock,
    config::RpcConfigFor,
    dynamic,
    ext::scale_decode::DecodeAsType,
    rpcs::{client::RpcParams, LegacyRpcMethods, RpcClient},
    OnlineClient, PolkadotConfig,
};
use tokio::sync::OnceCell;
use waggle_primitives::{audit::AuditRules, domain::GENERAL, DomainId, Hash32, RoundId};

/// The hash of a block.
pub type BlockHash = subxt::utils::H256;

/// How long to wait for a node to take the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to try to reach a node that was there before.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause before each try.
const RECONNECT_PAUSE: Duration = Duration::from_millis(500);
/// How many entries of a list are read at once: as many as the runtime API gives.
const PAGE: u32 = 1_000;

/// A connection to one node.
#[derive(Clone)]
pub struct Chain {
    url: String,
    rpc: RpcClient,
    methods: LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>,
    client: OnlineClient<PolkadotConfig>,
    sender: Arc<OnceCell<OnlineClientAtBlock<PolkadotConfig>>>,
}

/// A block by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockId {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: BlockHash,
}

/// What an account has, in the chain's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// What it may spend.
    pub free: u128,
    /// What is on hold: rewards of rounds that run, bonds.
    pub held: u128,
}

impl Chain {
    /// Connect to the node at `url` (`ws://…` or `wss://…`).
    pub async fn connect(url: &str) -> Result<Self, Failure> {
        let no_node = |reason: String| Failure::NoNode { url: url.to_owned(), reason };
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, async {
            let rpc = RpcClient::from_insecure_url(url)
                .await
                .map_err(|error| no_node(root_cause(&error)))?;
            let backend = LegacyBackend::<PolkadotConfig>::builder().build(rpc.clone());
            let config = PolkadotConfig::builder().use_historic_types(false).build();
            let client = OnlineClient::from_backend_with_config(config, Arc::new(backend))
                .await
                .map_err(|error| no_node(root_cause(&error)))?;
            let (url, methods) = (url.to_owned(), LegacyRpcMethods::new(rpc.clone()));
            Ok(Self { url, rpc, methods, client, sender: Arc::default() })
        });
        connected
            .await
            .map_err(|_| no_node(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())))?
    }

    /// Connect again to a node that was at `url` before, and may be restarting: tries for a minute.
    ///
    /// # Errors
    /// Those of the last try.
    pub async fn reconnect(url: &str) -> Result<Self, Failure> {
        let start = Instant::now();
        loop {
            tokio::time::sleep(RECONNECT_PAUSE).await;
            match Self::connect(url).await {
                Ok(chain) => return Ok(chain),
                Err(failure) if start.elapsed() > RECONNECT_TIMEOUT => return Err(failure),
                Err(_) => {}
            }
        }
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// subxt's client, for building transactions and subscribing to blocks.
    pub fn client(&self) -> &OnlineClient<PolkadotConfig> {
        &self.client
    }

    /// The node failed: `error` is what it said.
    pub fn failed(&self, error: impl std::error::Error + 'static) -> Failure {
        Failure::Node { url: self.url.clone(), reason: root_cause(&error) }
    }

    /// The best block.
    pub async fn best_block(&self) -> Result<BlockId, Failure> {
        let hash = self.best_hash().await?;
        let header =
            self.methods.chain_get_header(Some(hash)).await.map_err(|error| self.failed(error))?;
        let header = header.ok_or_else(|| Failure::Unreadable {
            what: "best block",
            reason: "no header".into(),
        })?;
        Ok(BlockId { number: header.number as u32, hash })
    }

    async fn best_hash(&self) -> Result<BlockHash, Failure> {
        let hash =
            self.methods.chain_get_block_hash(None).await.map_err(|error| self.failed(error))?;
        hash.ok_or_else(|| Failure::Unreadable {
            what: "best block",
            reason: "there is none".into(),
        })
    }

    /// Number of the last finalised block.
    pub async fn finalised_number(&self) -> Result<u32, Failure> {
        Ok(self.finalised_block().await?.number)
    }

    /// The last finalised block.
    pub async fn finalised_block(&self) -> Result<BlockId, Failure> {
        let hash =
            self.methods.chain_get_finalized_head().await.map_err(|error| self.failed(error))?;
        let header =
            self.methods.chain_get_header(Some(hash)).await.map_err(|error| self.failed(error))?;
        let number = header.map(|header| header.number as u32).unwrap_or_default();
        Ok(BlockId { number, hash })
    }

    /// The hash of block `number` on the best chain. `None` if there is none yet.
    pub async fn block_hash(&self, number: u32) -> Result<Option<BlockHash>, Failure> {
        self.methods
            .chain_get_block_hash(Some(number.into()))
            .await
            .map_err(|error| self.failed(error))
    }

    /// The transactions of a block, encoded.
    pub(crate) async fn body(&self, block: BlockHash) -> Result<Vec<Vec<u8>>, Failure> {
        let found =
            self.methods.chain_get_block(Some(block)).await.map_err(|error| self.failed(error))?;
        let found = found.ok_or_else(|| Failure::Unreadable {
            what: "block",
            reason: format!("there is no {block:?}"),
        })?;
        Ok(found.block.extrinsics.into_iter().map(|transaction| transaction.0).collect())
    }

    /// A round as of block `at`. `None` if the chain does not know it.
    pub async fn round(&self, id: RoundId, at: BlockHash) -> Result<Option<Round>, Failure> {
        self.call("WaggleApi_round", "round", id, Some(at)).await
    }

    /// Which answers of a round are equal, as of block `at`: by index of agent, the number of its
    /// candidate. `None` for agents that have not opened their answer.
    pub async fn candidates(
        &self,
        id: RoundId,
        at: BlockHash,
    ) -> Result<Vec<Option<u32>>, Failure> {
        self.call("WaggleApi_candidates", "candidates", id, Some(at)).await
    }

    /// The newest rounds, newest first, without prompts and answers.
    pub async fn recent_rounds(&self, limit: u32) -> Result<Vec<Round>, Failure> {
        self.call("WaggleApi_recent_rounds", "list of rounds", limit, None).await
    }

    /// All domains as of the best block, by number.
    pub async fn domains(&self) -> Result<Vec<Domain>, Failure> {
        let next = |last: Option<&Domain>| {
            (last.map_or(GENERAL, |domain| domain.id.saturating_add(1)), PAGE)
        };
        self.pages("WaggleApi_domains", "list of domains", next).await
    }

    /// A domain as of the best block. Errors: there is none of this number.
    pub async fn domain(&self, id: DomainId) -> Result<Domain, Failure> {
        let found: Vec<Domain> = self.call("WaggleApi_domains", "domain", (id, 1u32), None).await?;
        found.into_iter().find(|domain| domain.id == id).ok_or(Failure::NoSuchDomain(id))
    }

    /// All members of a domain as of the best block. Errors: there is no such domain.
    pub async fn members(&self, domain: DomainId) -> Result<Vec<Member>, Failure> {
        self.domain(domain).await?;
        let next = |last: Option<&Member>| (domain, last.map(|member| member.agent.owner.0), PAGE);
        self.pages("WaggleApi_agents", "list of agents", next).await
    }

    /// All about one agent as of the best block. Errors: there is none.
    pub async fn agent(&self, who: Who) -> Result<AgentDetail, Failure> {
        self.find_agent(who, None).await?.ok_or(Failure::UnknownAgent)
    }

    /// All about one agent as of block `at`, or of the best block. `None`: there is none.
    pub async fn find_agent(
        &self,
        who: Who,
        at: Option<BlockHash>,
    ) -> Result<Option<AgentDetail>, Failure> {
        match who {
            Who::Owner(owner) => self.call("WaggleApi_agent", "agent", owner.0, at).await,
            Who::Key(key) => self.call("WaggleApi_agent_of_key", "agent", key, at).await,
        }
    }

    /// The domains that are audited, as of the best block, by number.
    pub async fn audits(&self) -> Result<Vec<Audit>, Failure> {
        self.call("AuditsApi_audits", "list of audits", (), None).await
    }

    /// How a domain is audited, as of the best block. Errors: it is not.
    pub async fn audit(&self, domain: DomainId) -> Result<Audit, Failure> {
        let found = self.audits().await?.into_iter().find(|audit| audit.domain == domain);
        found.ok_or(Failure::NotAudited(domain))
    }

    /// What the last epoch that was judged said of a member of a domain, as of the best block.
    /// `None`: nothing yet.
    pub async fn standing(
        &self,
        domain: DomainId,
        owner: &AccountId,
    ) -> Result<Option<Standing>, Failure> {
        self.call("AuditsApi_standing", "standing", (domain, owner.0), None).await
    }

    /// The same of all members of which something was said.
    pub async fn standings(&self, domain: DomainId) -> Result<Vec<(AccountId, Standing)>, Failure> {
        let next =
            |last: Option<&(AccountId, Standing)>| (domain, last.map(|(owner, _)| owner.0), PAGE);
        self.pages("AuditsApi_standings", "list of standings", next).await
    }

    /// Whether the agent of `owner` offers to audit a domain, as of the best block.
    pub async fn offers_to_audit(
        &self,
        domain: DomainId,
        owner: &AccountId,
    ) -> Result<bool, Failure> {
        let at = self.at_best_block().await?;
        let address = dynamic::storage::<(DomainId, [u8; 32]), u32>("Audits", "OfferOf");
        let offer = at
            .storage()
            .try_fetch(address, (domain, owner.0))
            .await
            .map_err(|error| self.failed(error))?;
        Ok(offer.is_some())
    }

    /// When evidence speaks against a member, or an auditor.
    pub async fn audit_rules(&self) -> Result<AuditRules, Failure> {
        let at = self.at_best_block().await?;
        let bytes = at.constants().entry_bytes(("Audits", "Rules"));
        let bytes = bytes.map_err(|error| self.failed(error))?;
        AuditRules::decode_all(&mut bytes.as_slice())
            .map_err(|error| Failure::Unreadable { what: "rules", reason: error.to_string() })
    }

    /// The protocol's constants on this chain.
    pub async fn constants(&self) -> Result<Constants, Failure> {
        self.call("WaggleApi_constants", "protocol constants", (), None).await
    }

    /// What `account` may spend.
    pub async fn free_balance(&self, account: &AccountId) -> Result<u128, Failure> {
        Ok(self.balance(account).await?.free)
    }

    /// What `account` has.
    pub async fn balance(&self, account: &AccountId) -> Result<Balance, Failure> {
        #[derive(DecodeAsType)]
        #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
        struct AccountInfo {
            data: AccountData,
        }
        #[derive(DecodeAsType)]
        #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
        struct AccountData {
            free: u128,
            reserved: u128,
            frozen: u128,
        }
        let at = self.at_best_block().await?;
        let address = dynamic::storage::<([u8; 32],), AccountInfo>("System", "Account");
        let info = at
            .storage()
            .try_fetch(address, (account.0,))
            .await
            .map_err(|error| self.failed(error))?;
        let Some(info) = info else { return Ok(Balance::default()) };
        let AccountData { free, reserved, frozen } =
            info.decode().map_err(|error| self.failed(error))?.data;
        Ok(Balance { free: free.saturating_sub(frozen), held: reserved })
    }

    /// What is on hold for a registered agent.
    pub async fn bond(&self) -> Result<u128, Failure> {
        let at = self.at_best_block().await?;
        let address = dynamic::constant::<u128>("Agents", "Bond");
        at.constants().entry(address).map_err(|error| self.failed(error))
    }

    /// What it costs to found a domain.
    pub async fn founding_fee(&self) -> Result<u128, Failure> {
        let at = self.at_best_block().await?;
        let address = dynamic::constant::<u128>("Domains", "FoundingFee");
        at.constants().entry(address).map_err(|error| self.failed(error))
    }

    /// What the treasury may still pay back for the rounds of a domain that `account` reveals.
    /// `None` if it is no examiner there.
    pub async fn examiner_budget(
        &self,
        domain: DomainId,
        account: &AccountId,
    ) -> Result<Option<u128>, Failure> {
        let at = self.at_best_block().await?;
        // One key of two parts, not two keys.
        let address =
            dynamic::storage::<((DomainId, [u8; 32]),), u128>("Examinations", "Examiners");
        let budget = at
            .storage()
            .try_fetch(address, ((domain, account.0),))
            .await
            .map_err(|error| self.failed(error))?;
        budget.map(|budget| budget.decode().map_err(|error| self.failed(error))).transpose()
    }

    /// What clients sealed with their prompts, as of block `at`: of all rounds that run or whose
    /// result is kept, unless it has been revealed.
    pub async fn sealed_truths(&self, at: BlockHash) -> Result<Vec<(RoundId, Hash32)>, Failure> {
        let at = self.at(at).await?;
        let address = dynamic::storage::<(RoundId,), Hash32>("Rounds", "SealedTruths");
        let entries = at.storage().iter(address, ()).await;
        let mut entries = entries.map_err(|error| self.failed(error))?;
        let mut sealed = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry.map_err(|error| self.failed(error))?;
            let key = entry.key().and_then(|key| key.decode());
            let (round,) = key.map_err(|error| self.failed(error))?;
            let bytes = entry.value().decode().map_err(|error| self.failed(error))?;
            sealed.push((round, bytes));
        }
        Ok(sealed)
    }

    /// The next nonce of `account`, counting what waits in the node's pool.
    pub async fn next_nonce(&self, account: &AccountId) -> Result<u64, Failure> {
        self.methods.system_account_next_index(account).await.map_err(|error| self.failed(error))
    }

    /// The next nonce of `account` as of block `at`: how many transactions of it the chain has
    /// taken.
    pub async fn nonce_at(&self, account: &AccountId, at: BlockHash) -> Result<u64, Failure> {
        let nonce: u32 =
            self.call("AccountNonceApi_account_nonce", "nonce", account.0, Some(at)).await?;
        Ok(nonce.into())
    }

    /// Chain time of block `number`, in milliseconds since the Unix epoch. `None` once its state is
    /// pruned.
    pub async fn block_time(&self, number: u32) -> Result<Option<u64>, Failure> {
        let Some(hash) = self.block_hash(number).await? else { return Ok(None) };
        let Ok(at) = self.client.at_block(hash).await else { return Ok(None) };
        let address = dynamic::storage::<(), u64>("Timestamp", "Now");
        match at.storage().try_fetch(address, ()).await {
            Ok(Some(value)) => value.decode().map(Some).map_err(|error| self.failed(error)),
            Ok(None) | Err(_) => Ok(None),
        }
    }

    /// subxt's client of a block.
    pub(crate) async fn at(
        &self,
        block: BlockHash,
    ) -> Result<OnlineClientAtBlock<PolkadotConfig>, Failure> {
        self.client.at_block(block).await.map_err(|error| self.failed(error))
    }

    /// subxt's client of a block whose number is known too, which saves asking for it.
    pub(crate) async fn at_known(
        &self,
        block: BlockId,
    ) -> Result<OnlineClientAtBlock<PolkadotConfig>, Failure> {
        let at = self.client.at_block_hash_and_number(block.hash, block.number.into());
        at.await.map_err(|error| self.failed(error))
    }

    /// subxt's client of the best block.
    async fn at_best_block(&self) -> Result<OnlineClientAtBlock<PolkadotConfig>, Failure> {
        self.at_known(self.best_block().await?).await
    }

    /// subxt's client for sending bytes: of any block, for what is sent says itself what it is.
    pub(crate) async fn sender(&self) -> Result<OnlineClientAtBlock<PolkadotConfig>, Failure> {
        self.sender.get_or_try_init(|| self.at_best_block()).await.cloned()
    }

    /// What is at hand may be sent with, so that [`Self::sender`] need not ask the node.
    pub(crate) fn send_with(&self, at: &OnlineClientAtBlock<PolkadotConfig>) {
        // One is as good as another.
        let _ = self.sender.set(at.clone());
    }

    /// All that `function` lists as of one best block, page by page: `next` makes the arguments for
    /// a page of the last entry before it.
    async fn pages<Entry: Decode, Arguments: Encode>(
        &self,
        function: &str,
        what: &'static str,
        next: impl Fn(Option<&Entry>) -> Arguments,
    ) -> Result<Vec<Entry>, Failure> {
        let at = self.best_hash().await?;
        let mut all: Vec<Entry> = Vec::new();
        loop {
            let page: Vec<Entry> = self.call(function, what, next(all.last()), Some(at)).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// What the node's method `method` says to these parameters.
    pub(crate) async fn request<Reply: serde::de::DeserializeOwned>(
        &self,
        method: &str,
        parameters: RpcParams,
    ) -> Result<Reply, Failure> {
        self.rpc.request(method, parameters).await.map_err(|error| self.failed(error))
    }

    async fn call<Reply: DecodeAll>(
        &self,
        function: &str,
        what: &'static str,
        arguments: impl Encode,
        at: Option<BlockHash>,
    ) -> Result<Reply, Failure> {
        let bytes =
            self.methods.state_call(function, Some(&arguments.encode()), at).await.map_err(
                |error| {
                    if error.to_string().contains("is not found") {
                        Failure::NotWaggle { url: self.url.clone() }
                    } else {
                        self.failed(error)
                    }
                },
            )?;
        // All of it: of another version's reply the beginning may look like this one's.
        Reply::decode_all(&mut bytes.as_slice())
            .map_err(|error| Failure::Unreadable { what, reason: error.to_string() })
    }
}

/// The innermost message of a chain of errors: the outer ones only say that there is an inner one.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    // subxt's own wrappers repeat themselves in the message instead of the chain.
    innermost.to_string().replace("RPC error: ", "").replace("client error: ", "")
}
