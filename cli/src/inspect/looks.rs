//! Looks at a node, a worker and a gateway, as whoever runs them sees them.

use super::finding::{harmless, Finding};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use waggle_client::{
    chain::Chain,
    node::{Node, Sync},
};
use waggle_local_network::Place;

/// How many blocks a node may be behind what it has heard of.
const BEHIND: u32 = 10;
/// How old the newest block may be, in milliseconds and in slots, whichever is more.
const OLD_MS: u64 = 15_000;
const OLD_SLOTS: u64 = 20;

/// How far a node has caught up, and whether it has peers, where it needs some.
pub(crate) async fn node(node: &Node, url: &str, needs_peers: bool) -> Finding {
    match (node.sync().await, node.version().await) {
        (Ok(sync), Ok(version)) => {
            let should_have_peers = sync.should_have_peers || needs_peers;
            let sync = Sync { should_have_peers, ..sync };
            of_sync(&sync, &format!("node {version} at {url}"))
        }
        (Err(failure), _) | (_, Err(failure)) => Finding::problem(
            failure.one_line(),
            "see the node's log; it may be starting or stopping",
        ),
    }
}

fn of_sync(sync: &Sync, name: &str) -> Finding {
    let Sync { best, highest, is_syncing, peers, should_have_peers } = *sync;
    if should_have_peers && peers == 0 {
        let remedy = "see that port 30333 is open and that --bootnodes names a node that runs";
        return Finding::problem(format!("{name} has no peers, at block {best}"), remedy);
    }
    if is_syncing || highest > best.saturating_add(BEHIND) {
        let what = format!("{name} is at block {best} of {highest}");
        return Finding::warning(what, "wait until it has caught up: until then it does not act");
    }
    Finding::ok(format!("{name} is at block {best}, with {}", counted(peers as u64, "peer")))
}

/// A number of things.
fn counted(number: u64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// Whether the chain moves, and whether this machine's clock agrees with its.
pub(crate) async fn clock(chain: &Chain, slot_ms: u64) -> Finding {
    let unknown = || Finding::warning("the time of the newest block is not known", "try again");
    let Ok(best) = chain.best_block().await else { return unknown() };
    let Ok(Some(block_ms)) = chain.block_time(best.number).await else { return unknown() };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64);
    of_clock(now, block_ms, slot_ms)
}

fn of_clock(now: u64, block: u64, slot_ms: u64) -> Finding {
    let ntp = "let systemd-timesyncd or chrony keep the clock";
    if block > now.saturating_add(slot_ms) {
        let late = Duration::from_millis(block - now).as_secs_f64();
        return Finding::problem(format!("this clock is {late:.1} s behind the chain's"), ntp);
    }
    let age = now.saturating_sub(block);
    let seconds = Duration::from_millis(age).as_secs_f64();
    if age > OLD_MS.max(OLD_SLOTS.saturating_mul(slot_ms)) {
        let remedy =
            format!("the chain stands still, the node is behind, or the clock is wrong: {ntp}");
        return Finding::problem(format!("the newest block is {seconds:.0} s old"), remedy);
    }
    Finding::ok(format!("the clock agrees with the chain's: newest block {seconds:.1} s old"))
}

/// Whether a worker can serve, and what it says of its models.
pub(crate) async fn worker(url: &str) -> Vec<Finding> {
    let Some(place) = Place::of(url) else {
        return vec![Finding::problem(format!("{url} is no worker's address"), "http://HOST:PORT")];
    };
    match place.get("/healthz").await {
        Ok(reply) => of_worker(url, reply.status, &reply.body),
        Err(error) => vec![Finding::problem(
            format!("no worker replies at {url}: {error}"),
            "start it (`waggle agent start`, or waggle-worker --config …), or name it with \
             --worker-url",
        )],
    }
}

fn of_worker(url: &str, status: u16, body: &str) -> Vec<Finding> {
    let Ok(health) = serde_json::from_str::<Value>(body) else {
        let what = format!("what replies at {url} is no worker");
        return vec![Finding::problem(what, "name the worker with --worker-url")];
    };
    let models = health["models"].as_array().cloned().unwrap_or_default();
    let word = |value: &Value| harmless(value.as_str().unwrap_or_default());
    let mut found = match (status, word(&health["status"]).as_str()) {
        (200, _) => {
            vec![Finding::ok(format!("worker at {url}: {}", counted(models.len() as u64, "model")))]
        }
        (_, state @ ("loading" | "stopping")) => {
            vec![Finding::warning(format!("worker at {url} is {state}"), "wait, then look again")]
        }
        _ => vec![Finding::problem(
            format!("worker at {url}: no model can serve"),
            "see below, and the worker's log",
        )],
    };
    for model in &models {
        let (name, state) = (word(&model["name"]), word(&model["state"]));
        let reason = word(&model["reason"]);
        match state.as_str() {
            "healthy" => found.push(Finding::ok(format!("model {name} is healthy"))),
            "loading" | "examining" => found.push(Finding::warning(
                format!("model {name} is {state}: it does not answer yet"),
                "wait, then look again",
            )),
            _ => found.push(Finding::problem(
                format!("model {name} is {state}: {reason}"),
                "`waggle-worker check --config …` says more; choose another model if it cannot \
                 grade",
            )),
        }
    }
    found
}

/// What a worker says of the agents that it is for.
pub(crate) async fn agents_of_worker(url: &str) -> Option<Finding> {
    let reply = Place::of(url)?.get("/v1/models").await.ok().filter(|reply| reply.status == 200)?;
    let said: Value = serde_json::from_str(&reply.body).ok()?;
    let listed = said["listed_agents"].as_u64()?;
    match (listed, said["any_agent"].as_bool()?) {
        (_, true) => Some(Finding::ok(format!("worker serves any agent, and {listed} by key"))),
        (0, false) => Some(Finding::problem(
            "worker serves no agent",
            "write [[agents]] with the agent's key into its configuration, and start it again",
        )),
        (_, false) => {
            Some(Finding::ok(format!("worker serves {} by key", counted(listed, "agent"))))
        }
    }
}

/// The SHA-256 of each sentence model that a worker has. `None` if it does not say.
pub(crate) async fn embedders_of_worker(url: &str) -> Option<Vec<String>> {
    let reply = Place::of(url)?.get("/v1/models").await.ok().filter(|reply| reply.status == 200)?;
    embedders(&serde_json::from_str(&reply.body).ok()?)
}

fn embedders(said: &Value) -> Option<Vec<String>> {
    let embedders = said["embedders"].as_array()?.iter();
    Some(embedders.filter_map(|one| one["sha256"].as_str()).map(str::to_owned).collect())
}

/// Whether a gateway takes requests.
pub(crate) async fn gateway(url: &str) -> Finding {
    let Some(place) = Place::of(url) else {
        return Finding::problem(format!("{url} is no gateway's address"), "http://HOST:PORT");
    };
    match place.get("/healthz").await {
        Ok(reply) if reply.status == 200 => Finding::ok(format!("gateway at {url} is well")),
        Ok(reply) => Finding::problem(
            format!("gateway at {url} says {}: {}", reply.status, harmless(&reply.body)),
            "see its log, and that its node runs",
        ),
        Err(_) => Finding::warning(
            format!("no gateway at {url}"),
            "none is needed to be an agent; `waggle up` starts one",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn node_should_be_well_when_it_has_caught_up_or_is_alone_on_purpose() {
        let sync =
            Sync { best: 100, highest: 100, is_syncing: false, peers: 3, should_have_peers: true };
        let level = |sync: Sync| of_sync(&sync, "node").level;
        assert_eq!(level(sync), Level::Ok);
        assert_eq!(level(Sync { peers: 0, ..sync }), Level::Problem);
        assert_eq!(level(Sync { peers: 0, should_have_peers: false, ..sync }), Level::Ok);
        assert_eq!(level(Sync { highest: 200, ..sync }), Level::Warning);
        assert_eq!(level(Sync { is_syncing: true, ..sync }), Level::Warning);
    }

    #[test]
    fn clock_should_be_wrong_when_it_is_before_or_long_after_the_newest_block() {
        let now = 1_000_000;
        for (block, expected) in [
            (now - 300, Level::Ok),
            (now + 100, Level::Ok),
            (now + 5_000, Level::Problem),
            (now - 60_000, Level::Problem),
        ] {
            assert_eq!(of_clock(now, block, 250).level, expected, "{block}");
        }
        assert_eq!(of_clock(now, now - 60_000, 6_000).level, Level::Ok);
    }

    #[test]
    fn worker_should_be_as_well_as_its_models() {
        let levels = |status: u16, body: &str| {
            let found = of_worker("http://w", status, body);
            found.iter().map(|finding| finding.level).collect::<Vec<_>>()
        };
        let body = r#"{"status": "ok", "models": [
            {"name": "a", "state": "healthy"}, {"name": "b", "state": "unhealthy", "reason": "r"},
            {"name": "c", "state": "examining"}]}"#;
        let expected = [Level::Ok, Level::Ok, Level::Problem, Level::Warning];
        assert_eq!(levels(200, body), expected);
        assert_eq!(levels(503, r#"{"status": "loading", "models": []}"#), [Level::Warning]);
        assert_eq!(levels(503, r#"{"status": "unhealthy", "models": []}"#), [Level::Problem]);
        assert_eq!(levels(200, "<html>"), [Level::Problem]);
    }

    #[test]
    fn embedders_should_be_those_that_are_served() {
        let said = serde_json::json!({
            "embedders": [{"name": "a", "sha256": "02"}, {"name": "b", "problem": "no file"}],
        });
        assert_eq!(embedders(&said), Some(vec!["02".to_owned()]));
        assert_eq!(embedders(&serde_json::json!({"models": []})), None, "a worker of before");
    }

    #[tokio::test]
    async fn missing_programs_should_be_found_missing() {
        assert_eq!(worker("http://127.0.0.1:1").await[0].level, Level::Problem);
        assert_eq!(worker("nowhere").await[0].level, Level::Problem);
        assert_eq!(gateway("http://127.0.0.1:1").await.level, Level::Warning);
        assert_eq!(agents_of_worker("http://127.0.0.1:1").await, None);
    }
}
