//! News of requests that are over, or in another gateway's hands: from the store.

use super::{
    kept::read_outcome,
    order::{News, Outcome, Trouble},
};
use crate::store::{Entry, RequestId, State, Store};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often the store is looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// What a stored request tells.
pub(crate) fn news_of(entry: &Entry) -> News {
    if entry.state == State::Over {
        let outcome = entry.outcome.as_deref().and_then(read_outcome).unwrap_or_else(|| {
            let reason = "another version of the gateway wrote the outcome down".into();
            Outcome::Failed(Trouble::Store { reason })
        });
        return News::Over(Arc::new(outcome));
    }
    match &entry.round {
        Some(placed) => News::Running { round: placed.id, block: placed.block, stage: "running" },
        None if entry.state == State::Sent => News::Submitting,
        None => News::Waiting { ahead: 0 },
    }
}

/// Tell of a request until it is over, or nobody listens any more.
pub(crate) async fn tell_from_store(store: Store, id: RequestId, listeners: watch::Sender<News>) {
    while !listeners.is_closed() {
        match store.request(id).await {
            Ok(Some(entry)) => {
                let news = news_of(&entry);
                let is_last = matches!(news, News::Over(_));
                listeners.send_replace(news);
                if is_last {
                    return;
                }
            }
            Ok(None) => {
                let reason = "its outcome is not kept any more".into();
                let outcome = Outcome::Failed(Trouble::Store { reason });
                listeners.send_replace(News::Over(Arc::new(outcome)));
                return;
            }
            Err(failure) => tracing::debug!(request = id, "cannot look: {failure}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::kept::write_outcome, store::Placed};

    fn entry(state: State, round: Option<Placed>, outcome: Option<String>) -> Entry {
        Entry {
            id: 1,
            key: 1,
            is_named: true,
            body: None,
            gateway: 1,
            state,
            asked: String::new(),
            taken: 0,
            charged: 0,
            wasted: 0,
            transaction: None,
            round,
            outcome,
        }
    }

    #[test]
    fn news_should_tell_where_a_request_stands() {
        let placed = Placed { id: 7, block: 9, block_hash: [0; 32], fee: 0 };
        let told = |state, round| news_of(&entry(state, round, None));
        assert!(matches!(told(State::Reserved, None), News::Waiting { .. }));
        assert!(matches!(told(State::Sent, None), News::Submitting));
        assert!(matches!(
            told(State::Running, Some(placed)),
            News::Running { round: 7, block: 9, .. }
        ));
    }

    #[test]
    fn news_should_have_the_outcome_when_it_is_over() {
        let outcome = Outcome::Failed(Trouble::NoSuchRound(7));
        let json = write_outcome(&outcome);
        match news_of(&entry(State::Over, None, Some(json))) {
            News::Over(told) => assert_eq!(*told, outcome),
            other => panic!("{other:?}"),
        }
        let unreadable = news_of(&entry(State::Over, None, Some("{}".into())));
        match unreadable {
            News::Over(told) => {
                assert!(matches!(*told, Outcome::Failed(Trouble::Store { .. })));
            }
            other => panic!("{other:?}"),
        }
    }
}
