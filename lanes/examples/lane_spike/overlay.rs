//! What a call of the runtime API costs if what it changed is kept for the next one: a lane would
//! let the runtime judge its acts so, one after the other, on the state of the roster's block.
//!
//! Calls on one `ApiRef` share their changes. Reading is measured with `duties`, changing with the
//! call by which authors put transactions into a block, once the block has begun; the acts are the
//! answers of 16 agents. On a new `ApiRef` a block must begin first, each time.

use crate::{
    chain::{single, Chain, ROUND},
    said,
    table::Table,
    Failure,
};
use pallet_waggle_rounds::api::WaggleApi;
use sp_api::{ApiRef, Core, ProvideRuntimeApi};
use sp_block_builder::BlockBuilder;
use sp_runtime::OpaqueExtrinsic;
use std::time::Instant;
use waggle_harness::statistics::percentile;
use waggle_node::types::{Block, Client};
use waggle_primitives::view::{Duty, RoundView};
use waggle_runtime::{AccountId, Balance};

const COLUMNS: &[&str] = &["call", "overlay", "calls", "p50_us", "p95_us"];

type Api<'a> = ApiRef<'a, <Client as ProvideRuntimeApi<Block>>::Api>;

/// Measure so many calls of each kind.
pub(crate) async fn measure(calls: usize) -> Result<Table, Failure> {
    let chain = Chain::asking().await?;
    let acts: Vec<OpaqueExtrinsic> =
        chain.acts()?.into_iter().map(single).collect::<Result<_, _>>()?;
    if acts.len() != chain.agents().len() {
        return Err("not all agents may enter the round".into());
    }
    check(&chain, &acts)?;

    let mut table = Table::new(COLUMNS);
    let mut row = |call: &str, overlay: &str, times: &[f64]| {
        let [p50, p95] = [0.5, 0.95].map(|share| percentile(times, share).round().to_string());
        table.push([call.to_owned(), overlay.to_owned(), times.len().to_string(), p50, p95]);
    };
    let new = || chain.client.runtime_api();

    let mut times = Vec::new();
    for number in 0..calls {
        times.push(timed(|| duties(&new(), &chain, number))?);
    }
    row("read", "new", &times);
    times.clear();
    let api = new();
    for number in 0..calls {
        times.push(timed(|| duties(&api, &chain, number))?);
    }
    row("read", "kept", &times);

    times.clear();
    for number in 0..calls {
        times.push(timed(|| {
            let api = new();
            begin(&api, &chain)?;
            act(&api, &chain, &acts[number % acts.len()])
        })?);
    }
    row("act", "new", &times);
    let (mut begun, mut times) = (Vec::new(), Vec::new());
    for _ in 0..calls.div_ceil(acts.len()) {
        let api = new();
        begun.push(timed(|| begin(&api, &chain))?);
        for transaction in &acts {
            times.push(timed(|| act(&api, &chain, transaction))?);
        }
    }
    row("begin", "kept", &begun);
    row("act", "kept", &times);
    Ok(table)
}

/// Whether one `ApiRef` keeps what its calls changed, and no other sees it.
fn check(chain: &Chain, acts: &[OpaqueExtrinsic]) -> Result<(), Failure> {
    let (api, other) = (chain.client.runtime_api(), chain.client.runtime_api());
    begin(&api, chain)?;
    for transaction in acts {
        act(&api, chain, transaction)?;
    }
    let (kept, unseen) = (entered(&api, chain)?, entered(&other, chain)?);
    if (kept, unseen) == (acts.len(), 0) {
        return Ok(());
    }
    Err(format!("{kept} of {} acts were kept, and another saw {unseen}", acts.len()).into())
}

/// Microseconds that this takes.
fn timed<R>(call: impl FnOnce() -> Result<R, Failure>) -> Result<f64, Failure> {
    let begin = Instant::now();
    call()?;
    Ok(begin.elapsed().as_secs_f64() * 1e6)
}

fn begin(api: &Api<'_>, chain: &Chain) -> Result<(), Failure> {
    let header = chain.next_header()?;
    api.initialize_block(chain.best().1, &header).map_err(said)?;
    Ok(())
}

fn act(api: &Api<'_>, chain: &Chain, transaction: &OpaqueExtrinsic) -> Result<(), Failure> {
    let outcome = api.apply_extrinsic(chain.best().1, transaction.clone()).map_err(said)?;
    match outcome {
        Ok(Ok(())) => Ok(()),
        refused => Err(format!("an act was refused: {refused:?}").into()),
    }
}

fn duties(api: &Api<'_>, chain: &Chain, number: usize) -> Result<Vec<Duty<Balance>>, Failure> {
    let agent = &chain.agents()[number % chain.agents().len()];
    WaggleApi::<Block, AccountId>::duties(&**api, chain.best().1, agent.key()).map_err(said)
}

/// How many agents are in the round.
fn entered(api: &Api<'_>, chain: &Chain) -> Result<usize, Failure> {
    let round: Option<RoundView<AccountId, Balance>> =
        WaggleApi::<Block, AccountId>::round(&**api, chain.best().1, ROUND).map_err(said)?;
    Ok(round.ok_or("there is no round")?.agents.len())
}
