//! An auditor at work: duties lead to jobs, to one commit, and to openings.

use super::{claim, embedding, register, sample};
use crate::{
    hook::{
        self, memory,
        plan::Kind,
        protocol::{embed, replay, Job},
        sealing,
    },
    mock::{genesis, Claims, System, Test},
    AuditTerms, Auditor, Committed, Config, Pallet, Samples, Work, Works,
};
use codec::Encode;
use pallet_waggle_rounds::hook::{
    acting::Agent, protocol::JobTimes, timing::Timing, worker::DEFAULT_URL,
};
use serde_json::{json, Value};
use sp_core::{
    offchain::{
        testing::{PendingRequest, TestOffchainExt, TestTransactionPoolExt},
        Timestamp, TransactionPoolExt,
    },
    Get,
};
use sp_runtime::BuildStorage;
use waggle_primitives::{
    audit::{
        act::Seals,
        replay::Replay,
        sample::Stage,
        view::{AuditDuty, AuditWork},
        AuditAct,
    },
    choice::Question,
    traits::AuditedDomains,
    AgentKey, DomainId,
};

const DOMAIN: DomainId = 3;
/// Whose agent the auditor is.
const OWNER: u64 = 10;

/// A node with an auditor that is on the committee of two samples of epoch 0, at the first block of
/// the work.
fn at_work(test: impl FnOnce(&mut Node)) {
    let mut chain: sp_io::TestExternalities = genesis().build_storage().unwrap().into();
    let offchain = TestOffchainExt::default();
    let key = register(&mut chain, &offchain);
    let (pool, sent) = TestTransactionPoolExt::new();
    chain.register_extension(TransactionPoolExt::new(pool));
    chain.execute_with(|| {
        for number in 0..2 {
            Samples::<Test>::insert((DOMAIN, 0), number, sample());
        }
        let auditor = Auditor { owner: OWNER, key, done: 0, findings: 0 };
        let work = Work {
            epoch: 0,
            terms: AuditTerms { embedder: [0x22; 32], dimensions: 2 },
            seed: [5; 32],
            samples: 2,
            judged: 0,
            committee: vec![auditor].try_into().unwrap(),
        };
        Works::<Test>::insert(DOMAIN, work);
        let sent = Box::new(move || core::mem::take(&mut sent.write().transactions));
        let mut node = Node { key, offchain, sent };
        node.go_to(<Test as Config>::Domains::epoch_blocks());
        test(&mut node);
    });
}

struct Node {
    key: AgentKey,
    offchain: TestOffchainExt,
    sent: Box<dyn FnMut() -> Vec<Vec<u8>>>,
}

impl Node {
    fn go_to(&mut self, block: u32) {
        System::set_block_number(block);
    }

    fn duty(&self) -> AuditDuty {
        Pallet::<Test>::audit_duties(&self.key).pop().unwrap()
    }

    fn work(&self) -> AuditWork {
        self.duty().work().clone()
    }

    /// The worker will be asked to embed the answers of this sample, and reply so.
    fn expect_embedding(&self, sample: u32, reply: &Value) {
        let job = Job { sample, kind: Kind::Embed, answers: 4, asked: vec![0, 2, 3] };
        let body = embed(&self.key, &self.work(), &super::sample(), &job, self.times());
        self.expect(body, reply);
    }

    /// It will be asked to replay those answers that are of the auditor's own claim, and reply so.
    fn expect_replay(&self, sample: u32, reply: &Value) {
        let job = Job { sample, kind: Kind::Replay, answers: 4, asked: vec![0, 3] };
        let model = (&claim(1).model, Question::Open);
        let body = replay(&self.key, &self.work(), &super::sample(), &job, model, self.times());
        self.expect(body.expect("it has weights and a prompt"), reply);
    }

    fn times(&self) -> JobTimes {
        let timing = Timing::new(Timestamp::default(), <Test as Config>::SlotDuration::get());
        let deadline_ms = timing.until_block(System::block_number(), self.work().deadline);
        JobTimes { deadline_ms, wait_ms: 0 }
    }

    fn expect(&self, body: Vec<u8>, reply: &Value) {
        self.offchain.0.write().expect_request(PendingRequest {
            method: "POST".into(),
            uri: format!("{DEFAULT_URL}/v1/jobs"),
            headers: vec![("content-type".into(), "application/json".into())],
            body,
            sent: true,
            response: Some(reply.to_string().into_bytes()),
            ..Default::default()
        });
    }

    /// Run the hook on this block. Returns what it sent.
    fn run(&mut self) -> Vec<Vec<u8>> {
        hook::run::<Test>(System::block_number());
        (self.sent)()
    }
}

fn done() -> Value {
    json!({"status": "done", "embeddings": [[3, -4], null, [1, 2]]})
}

/// Whether a transaction carries this.
fn carries(extrinsic: &[u8], content: impl Encode) -> bool {
    let content = content.encode();
    extrinsic.windows(content.len()).any(|window| window == content)
}

#[test]
fn auditor_should_ask_commit_once_and_open() {
    at_work(|node| {
        node.expect_embedding(0, &json!({"status": "pending"}));
        node.expect_embedding(1, &done());
        assert_eq!(node.run(), Vec::<Vec<u8>>::new(), "one of two is known");
        node.expect_embedding(0, &done());
        assert_eq!(node.run(), Vec::<Vec<u8>>::new());

        let (key, work) = (node.key, node.work());
        let sent = node.run();
        let commit = memory::recall_commit(&key, &work).expect("it is remembered");
        assert!(sent.len() == 1 && carries(&sent[0], &commit) && commit.verify(&work.scope));
        assert_eq!(node.run(), sent, "as long as the state shows the duty, in the same bytes");
        let AuditAct::Commit { seals, .. } = commit.act else { panic!("a commit") };
        assert!(seals.len() == 2 && seals.iter().all(Option::is_some));

        Committed::<Test>::insert(DOMAIN, key, seals);
        let examined = Stage::Examining.last_block(0, <Test as Config>::Domains::epoch_blocks());
        node.go_to(examined.unwrap() + 1);
        let AuditDuty::Open { work, samples } = node.duty() else { panic!("time to open") };
        assert_eq!(samples, [0, 1]);
        let sent = node.run();
        assert_eq!(sent.len(), 2);
        let (agent, salts) = (&Agent::all()[0], sealing::salts(&Agent::all()[0], &work).unwrap());
        for (sample, extrinsic) in (0..).zip(&sent) {
            let findings = memory::recall_findings(&key, &work, sample).unwrap();
            assert_eq!(findings[0].embedding, Some(embedding([3, -4])));
            assert!(findings.len() == 4 && findings[1].embedding.is_none());
            assert!(carries(
                extrinsic,
                sealing::open(agent, &work, sample, &salts, findings).unwrap()
            ));
        }
    });
}

#[test]
fn answers_of_the_own_claim_should_be_replayed() {
    at_work(|node| {
        Claims::set([((DOMAIN, OWNER), claim(1))].into());
        let sums = Replay { tokens: 3, surprise: 10, entropy: 20, variance: 30 };
        let of = |author: u32| {
            let Replay { tokens, surprise, entropy, variance } = sums;
            json!({
                "author": author, "tokens": tokens, "surprise": surprise, "entropy": entropy,
                "variance": variance,
            })
        };
        let replayed = json!({"status": "done", "replays": [of(0), of(3)]});
        node.expect_embedding(0, &done());
        node.expect_replay(0, &replayed);
        node.expect_embedding(1, &done());
        node.expect_replay(1, &json!({"status": "declined", "reason": "no such weights"}));
        assert_eq!(node.run(), Vec::<Vec<u8>>::new());
        assert_eq!(node.run().len(), 1);
        let replays = |sample| {
            let findings = memory::recall_findings(&node.key, &node.work(), sample).unwrap();
            findings.into_iter().map(|finding| finding.replay).collect::<Vec<_>>()
        };
        assert_eq!(replays(0), [Some(sums), None, None, Some(sums)]);
        assert_eq!(replays(1), [None; 4], "the embeddings count all the same");
    });
}

#[test]
fn what_is_missing_should_be_sealed_as_nothing_when_time_is_over() {
    at_work(|node| {
        node.expect_embedding(0, &json!({"status": "failed", "reason": "no memory"}));
        node.expect_embedding(1, &done());
        assert_eq!(node.run(), Vec::<Vec<u8>>::new());
        let work = node.work();
        node.go_to(work.deadline - 1);
        assert_eq!(node.run().len(), 1);
        let commit = memory::recall_commit(&node.key, &work).unwrap();
        let AuditAct::Commit { seals, .. } = commit.act else { panic!("a commit") };
        assert!(seals[0].is_none() && seals[1].is_some());
    });
}

#[test]
fn nothing_should_be_committed_when_the_worker_has_no_such_model() {
    at_work(|node| {
        let declined = json!({"status": "declined", "reason": "no such embedder"});
        node.expect_embedding(0, &declined);
        node.expect_embedding(1, &declined);
        for _ in 0..3 {
            // It is asked once.
            assert_eq!(node.run(), Vec::<Vec<u8>>::new());
        }
        assert_eq!(memory::recall_commit(&node.key, &node.work()), None);
    });
}

#[test]
fn what_was_sealed_elsewhere_should_not_be_opened() {
    at_work(|node| {
        node.expect_embedding(0, &done());
        node.expect_embedding(1, &done());
        node.run();
        let seals = Seals::truncate_from(vec![Some([9; 32]), Some([9; 32])]);
        Committed::<Test>::insert(DOMAIN, node.key, seals);
        let examined = Stage::Examining.last_block(0, <Test as Config>::Domains::epoch_blocks());
        node.go_to(examined.unwrap() + 1);
        assert!(matches!(node.duty(), AuditDuty::Open { .. }));
        assert_eq!(node.run(), Vec::<Vec<u8>>::new());
    });
}
