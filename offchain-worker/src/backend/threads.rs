//! The engine's own thread among the threads that compute.
//!
//! mistral.rs computes with rayon, but its engine's thread is no member of a pool: every parallel
//! step, some twenty for a token of a model with four layers, is handed to another thread, and the
//! engine sleeps until it is woken. On small models that takes longer than the steps. As a member
//! of a pool the engine begins a step at once and others help it.
//!
//! mistral.rs offers nothing for that. But its logits processors run on the engine's thread:
//! the first token after the engine has started is computed as before, the others are not.
//!
//! A pool of one would be the end: what the engine hands to its pool and waits for (sampling, when
//! two sequences are in a step) would wait for the engine. So there are two threads at least,
//! whatever `RAYON_NUM_THREADS` and the machine say.
//!
//! The processor is also what shows that the engine is through with a request: it is dropped with
//! it.

use candle_core::Tensor;
use mistralrs::CustomLogitsProcessor;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::oneshot;
use tracing::warn;

thread_local! {
    /// This thread's pool, with as many threads as rayon has otherwise, but two at least. It ends
    /// with the thread.
    static POOL: Option<ThreadPool> = join(rayon::current_num_threads());
}

/// Makes the thread on which it runs the first of a pool; leaves the logits as they are.
pub struct EngineThread {
    /// Its end is heard when this is dropped.
    _end: oneshot::Sender<()>,
}

impl EngineThread {
    /// One for a request, and what ends (always with an error) when the engine is through with that
    /// request.
    pub fn new() -> (Self, oneshot::Receiver<()>) {
        let (end, ended) = oneshot::channel();
        (Self { _end: end }, ended)
    }
}

impl CustomLogitsProcessor for EngineThread {
    fn apply(&self, logits: &Tensor, _context: &[u32]) -> candle_core::Result<Tensor> {
        POOL.with(|_| ());
        Ok(logits.clone())
    }
}

/// Makes this thread the first of a pool of `threads`, but two at least. `None` if it is in
/// one already.
fn join(threads: usize) -> Option<ThreadPool> {
    if rayon::current_thread_index().is_some() {
        return None;
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads.max(2))
        .use_current_thread()
        .thread_name(|index| format!("engine-{index}"))
        .build();
    pool.inspect_err(
        |error| warn!(%error, "the engine computes on other threads than its own, which is slower"),
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use std::{thread, time::Duration};

    #[test]
    fn thread_should_be_the_first_of_a_pool_after_the_first_token() {
        let logits = Tensor::new(&[1.0f32, -2.0], &Device::Cpu).unwrap();
        let thread = thread::spawn(move || {
            assert_eq!(rayon::current_thread_index(), None);
            for _ in 0..2 {
                let seen = EngineThread::new().0.apply(&logits, &[]).unwrap();
                assert_eq!(seen.to_vec1::<f32>().unwrap(), [1.0, -2.0]);
                assert_eq!(rayon::current_thread_index(), Some(0));
            }
            rayon::current_num_threads()
        });
        assert_eq!(
            thread.join().unwrap(),
            rayon::current_num_threads().max(2),
            "as many as compute otherwise"
        );
    }

    #[test]
    fn what_the_engine_hands_to_its_pool_should_be_done_while_it_waits() {
        let thread = thread::spawn(|| {
            let _pool = join(1).unwrap();
            let (sender, receiver) = std::sync::mpsc::channel();
            rayon::spawn(move || sender.send(rayon::current_thread_index()).unwrap());
            receiver.recv_timeout(Duration::from_secs(30)).unwrap()
        });
        assert_eq!(thread.join().unwrap(), Some(1));
    }

    #[test]
    fn thread_that_is_in_a_pool_should_stay_there() {
        let logits = Tensor::new(&[1.0f32], &Device::Cpu).unwrap();
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let threads = pool.install(|| {
            EngineThread::new().0.apply(&logits, &[]).unwrap();
            rayon::current_num_threads()
        });
        assert_eq!(threads, 3);
    }
}
