//! Requests side by side: none holds up another, nothing lasts beyond the deadline, nothing grows
//! without bound.

use super::{
    desk::{Body, Conduct, Desk},
    offchain,
};
use crate::hook::{
    trouble::Trouble,
    worker::{
        Exchange, Reply, DEFAULT_URL, MAX_BYTES_PER_RUN, MAX_JOBS_PER_RUN, MAX_REPLY_BYTES, SLICE,
        URL_KEY,
    },
};
use sp_core::offchain::Timestamp;

const START: u64 = 1_000_000;
const DEADLINE: u64 = START + 150;

/// What came of a job: nothing, if it was given up.
type Outcome = Option<Result<Reply, Trouble>>;

/// Post one job for each conduct; returns what came of each and when, in order of completion. Jobs
/// that never ended come last, as `None`.
fn converse(conducts: Vec<Conduct>) -> Vec<(usize, u64, Outcome)> {
    let desk = Desk::new(START);
    desk.worker({
        let mut conducts = conducts.clone().into_iter();
        move |_| conducts.next().unwrap()
    });
    offchain(&desk).execute_with(|| {
        let mut exchange = Exchange::new(Timestamp::from_unix_millis(DEADLINE));
        for job in 0..conducts.len() {
            exchange.post(job, vec![b'x']).unwrap();
        }
        let mut ended = Vec::new();
        while !exchange.is_idle() && desk.now() < DEADLINE {
            let until = Timestamp::from_unix_millis(desk.now()).add(SLICE);
            for (job, result) in exchange.poll(until) {
                ended.push((job, desk.now() - START, Some(result)));
            }
        }
        assert!(
            desk.now() <= DEADLINE + SLICE.millis(),
            "the exchange lasted until {}",
            desk.now() - START
        );
        ended.extend(exchange.abandon().map(|job| (job, desk.now() - START, None)));
        ended
    })
}

fn only(conduct: Conduct) -> Outcome {
    converse(vec![conduct]).pop().unwrap().2
}

#[test]
fn reply_should_be_complete() {
    let body: Vec<u8> = (0..50_000u32).map(|i| i as u8).collect();
    assert_eq!(only(Conduct::status(418, body.clone())), Some(Ok(Reply { status: 418, body })));
    assert_eq!(only(Conduct::ok("")), Some(Ok(Reply { status: 200, body: Vec::new() })));
}

#[test]
fn reply_should_fail_when_it_is_too_long() {
    let longest = vec![b'x'; MAX_REPLY_BYTES];
    assert_eq!(only(Conduct::ok(longest.clone())), Some(Ok(Reply { status: 200, body: longest })));
    let too_long = Some(Err(Trouble::ReplyTooLong { limit: MAX_REPLY_BYTES }));
    assert_eq!(only(Conduct::ok(vec![b'x'; MAX_REPLY_BYTES + 1])), too_long);
    assert_eq!(only(Conduct::body(Body::Endless)), too_long);
}

#[test]
fn broken_connections_should_be_told_apart() {
    assert_eq!(only(Conduct::down()), Some(Err(Trouble::Unreachable)));
    assert_eq!(
        only(Conduct::body(Body::Breaks(b"{\"sta".to_vec()))),
        Some(Err(Trouble::BrokenOff))
    );
}

#[test]
fn silence_should_end_at_the_deadline() {
    for conduct in
        [Conduct::hangs(), Conduct::body(Body::Stalls(b"{".to_vec())), Conduct::body(Body::Trickle)]
    {
        assert_eq!(only(conduct.clone()), None, "{conduct:?}");
    }
}

#[test]
fn hanging_jobs_should_not_hold_up_the_others() {
    let ended = converse(vec![
        Conduct::hangs(),
        Conduct::body(Body::Stalls(b"{".to_vec())),
        Conduct::ok("a"),
        Conduct::ok("b").after(40),
        Conduct::hangs(),
        Conduct::ok("c").after(90),
    ]);
    let done: Vec<_> = ended
        .iter()
        .filter_map(|(job, at, result)| result.as_ref().map(|result| (*job, *at, result.is_ok())))
        .collect();
    assert_eq!(
        done.iter().map(|(job, _, ok)| (*job, *ok)).collect::<Vec<_>>(),
        vec![(2, true), (3, true), (5, true)]
    );
    for ((_, at, _), ready) in done.iter().zip([0, 40, 90]) {
        assert!(*at <= ready + 2 * SLICE.millis(), "ready at {ready}, seen at {at}");
    }
    let never: Vec<_> =
        ended.iter().filter(|(_, _, result)| result.is_none()).map(|(job, ..)| *job).collect();
    assert_eq!(never, vec![0, 1, 4]);
}

#[test]
fn exchange_should_stop_posting_when_the_run_has_posted_enough() {
    let desk = Desk::new(START);
    offchain(&desk).execute_with(|| {
        let deadline = Timestamp::from_unix_millis(DEADLINE);
        let mut exchange = Exchange::new(deadline);
        for job in 0..MAX_JOBS_PER_RUN {
            assert!(exchange.has_room());
            exchange.post(job, vec![b'x']).unwrap();
        }
        assert!(!exchange.has_room());
        let mut exchange = Exchange::new(deadline);
        exchange.post(0, vec![b'x'; MAX_BYTES_PER_RUN]).unwrap();
        assert!(!exchange.has_room());
    });
}

#[test]
fn jobs_should_go_where_the_node_says() {
    for (stored, expected) in [
        (None, format!("{DEFAULT_URL}/v1/jobs")),
        (Some(&b"http://127.0.0.1:9/"[..]), "http://127.0.0.1:9/v1/jobs".into()),
        (Some(b""), format!("{DEFAULT_URL}/v1/jobs")),
        (Some(b"\xff\xfe"), format!("{DEFAULT_URL}/v1/jobs")),
    ] {
        let desk = Desk::new(START);
        if let Some(url) = stored {
            desk.store(URL_KEY, url);
        }
        offchain(&desk).execute_with(|| {
            Exchange::new(Timestamp::from_unix_millis(DEADLINE)).post((), b"{}".to_vec()).unwrap();
        });
        let posted = desk.take_posted().pop().unwrap();
        assert_eq!((posted.method.as_str(), posted.url), ("POST", expected));
        assert_eq!(posted.headers, vec![("content-type".into(), "application/json".into())]);
    }
}

#[test]
fn post_should_fail_at_once_when_the_address_is_nonsense() {
    let desk = Desk::new(START);
    desk.store(URL_KEY, b"no such thing");
    offchain(&desk).execute_with(|| {
        let mut exchange = Exchange::new(Timestamp::from_unix_millis(DEADLINE));
        assert_eq!(exchange.post("job", b"{}".to_vec()), Err("job"));
        assert!(exchange.is_idle());
    });
}
