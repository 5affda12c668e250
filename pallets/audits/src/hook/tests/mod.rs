//! Tests of the hook.
//!
//! | module | what it tests |
//! | --- | --- |
//! | `protocol` | the JSON, both ways |
//! | `plan` | what is asked, and when |
//! | `memory` | what is kept between runs |
//! | `sealing` | seals, salts and signatures |
//! | `course` | an auditor at work on a chain, with a worker that replies as told |

mod course;
mod memory;
mod plan;
mod protocol;
mod sealing;

use crate::{Sample, SampledAnswer};
use pallet_waggle_rounds::hook::acting::Agent;
use sp_core::offchain::{testing::TestOffchainExt, OffchainDbExt, OffchainWorkerExt};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use std::sync::Arc;
use waggle_primitives::{
    audit::{view::AuditWork, Embedding},
    claim::{ClaimedModel, ClaimedSampling},
    AgentKey, Claim, AGENT_KEY_TYPE,
};

/// Register a node's surroundings with one agent's key, which is returned; `offchain` is its
/// storage and its worker.
fn register(chain: &mut sp_io::TestExternalities, offchain: &TestOffchainExt) -> AgentKey {
    let keystore = MemoryKeystore::new();
    let key = keystore.ed25519_generate_new(AGENT_KEY_TYPE, Some("//Auditor")).unwrap();
    chain.register_extension(OffchainWorkerExt::new(offchain.clone()));
    chain.register_extension(OffchainDbExt::new(offchain.clone()));
    chain.register_extension(KeystoreExt(Arc::new(keystore)));
    key
}

/// On a node without a chain, for its only agent.
fn on_a_node(test: impl FnOnce(&Agent)) {
    let mut node = sp_io::TestExternalities::default();
    register(&mut node, &TestOffchainExt::default());
    node.execute_with(|| test(&Agent::all()[0]));
}

/// Work on two samples, with embeddings of two dimensions.
fn work(epoch: u32, scope: u8) -> AuditWork {
    AuditWork {
        domain: 3,
        epoch,
        scope: [scope; 32],
        samples: 2,
        embedder: [0x22; 32],
        dimensions: 2,
        deadline: 100,
    }
}

/// The claim of whoever runs model number `model`, whose weights are known.
fn claim(model: u8) -> Claim {
    let sampling = ClaimedSampling { temperature: 7_000, top_p: 9_500, top_k: 40, min_p: 0 };
    let model = ClaimedModel {
        name: vec![b'a' + model].try_into().unwrap(),
        weights: Some([model; 32]),
        quantisation: Default::default(),
        sampling,
    };
    Claim { model, knowledge: None }
}

/// An answer of owner number `owner`, who claims model number `model`.
fn answer(owner: u64, model: u8, text: &[u8]) -> SampledAnswer<u64> {
    let text = text.to_vec().try_into().unwrap();
    SampledAnswer { owner, claim: Some(claim(model)), text, kept_word: true }
}

/// Four answers: the second one was not opened, the third one is of another model.
fn sample() -> Sample<u64> {
    let answers = vec![
        answer(1, 1, b"49"),
        answer(2, 1, b""),
        answer(3, 2, b"forty\xff"),
        answer(4, 1, b"50"),
    ];
    Sample {
        round: 9,
        prompt: Some(b"37+12".to_vec().try_into().unwrap()),
        answers: answers.try_into().unwrap(),
    }
}

fn embedding(quanta: [i8; 2]) -> Embedding {
    Embedding::new(quanta.to_vec()).unwrap()
}
