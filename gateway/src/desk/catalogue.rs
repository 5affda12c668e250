//! What is read from the chain again and again, remembered for some seconds: the domains, and who
//! is a member of them. The domains are read before anybody asks, because every order needs them.

use super::{node::Node, order::Trouble};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;
use waggle_client::{Domain, Member};
use waggle_primitives::DomainId;

/// For how long what was read counts as new.
const FRESH: Duration = Duration::from_secs(5);
/// How often the domains are read, so that those at hand are new.
const RENEWED: Duration = Duration::from_secs(2);
/// Domains whose members are remembered, at most.
const DOMAINS: usize = 64;

/// What was read, and when.
struct Read<Value> {
    value: Value,
    at: Instant,
}

impl<Value: Clone> Read<Value> {
    fn if_fresh(&self) -> Option<Value> {
        (self.at.elapsed() < FRESH).then(|| self.value.clone())
    }
}

/// What was read of the chain.
#[derive(Default)]
pub(crate) struct Catalogue {
    // Held while somebody reads who has nothing new at hand, so that others wait for the same.
    domains: Mutex<Option<Read<Arc<Vec<Domain>>>>>,
    members: Mutex<HashMap<DomainId, Read<Arc<Vec<Member>>>>>,
}

impl Catalogue {
    /// Read the domains every few seconds. Never ends.
    pub(crate) async fn keep(self: Arc<Self>, node: Node) {
        loop {
            if let Ok(chain) = node.chain() {
                match chain.domains().await {
                    Ok(domains) => {
                        let value = Arc::new(domains);
                        *self.domains.lock().await = Some(Read { value, at: Instant::now() });
                    }
                    Err(failure) => tracing::debug!("no domains: {}", failure.one_line()),
                }
            }
            tokio::time::sleep(RENEWED).await;
        }
    }

    /// All domains. What was read earlier if the node is away.
    pub(crate) async fn domains(&self, node: &Node) -> Result<Arc<Vec<Domain>>, Trouble> {
        let mut kept = self.domains.lock().await;
        if let Some(fresh) = kept.as_ref().and_then(Read::if_fresh) {
            return Ok(fresh);
        }
        let read = match node.chain() {
            Ok(chain) => chain.domains().await,
            Err(failure) => Err(failure),
        };
        match read {
            Ok(domains) => {
                let value = Arc::new(domains);
                *kept = Some(Read { value: value.clone(), at: Instant::now() });
                Ok(value)
            }
            Err(failure) => match kept.as_ref() {
                Some(old) => Ok(old.value.clone()),
                None => Err(failure.into()),
            },
        }
    }

    /// All members of a domain.
    pub(crate) async fn members(
        &self,
        node: &Node,
        domain: DomainId,
    ) -> Result<Arc<Vec<Member>>, Trouble> {
        let mut kept = self.members.lock().await;
        if let Some(fresh) = kept.get(&domain).and_then(Read::if_fresh) {
            return Ok(fresh);
        }
        let value = Arc::new(node.chain()?.members(domain).await?);
        kept.retain(|_, read| read.at.elapsed() < FRESH);
        if kept.len() < DOMAINS {
            kept.insert(domain, Read { value: value.clone(), at: Instant::now() });
        }
        Ok(value)
    }
}
