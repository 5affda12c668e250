//! What was embedded lately. Agents of one worker that are auditors of the same samples send the
//! same texts, each in a job of its own, and the same text has the same point: it is made once.

use super::Embedder;
use crate::backend::BackendError;
use lru::LruCache;
use sha2::{Digest, Sha256};
use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

/// How many points are remembered: four epochs of samples, and at most 8 MiB.
const POINTS: NonZeroUsize = NonZeroUsize::new(2_048).unwrap();

/// A point, if the text has one.
type Point = Option<Vec<f32>>;

/// An embedder that is not asked the same again.
pub struct Recent {
    embedder: Arc<dyn Embedder>,
    points: Mutex<LruCache<[u8; 32], Point>>,
}

impl Recent {
    /// Remembers what `embedder` says.
    pub fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self { embedder, points: Mutex::new(LruCache::new(POINTS)) }
    }
}

#[async_trait::async_trait]
impl Embedder for Recent {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Point>, BackendError> {
        let keys: Vec<[u8; 32]> = texts.iter().map(|text| Sha256::digest(text).into()).collect();
        let known: Vec<Option<Point>> = {
            let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
            keys.iter().map(|key| points.get(key).cloned()).collect()
        };
        let is_new =
            |(text, known): (&String, &Option<Point>)| known.is_none().then(|| text.clone());
        let new: Vec<String> = texts.iter().zip(&known).filter_map(is_new).collect();
        if new.is_empty() {
            return Ok(known.into_iter().flatten().collect());
        }
        let made = self.embedder.embed(&new).await?;
        if made.len() != new.len() {
            let problem = format!("{} points for {} texts", made.len(), new.len());
            return Err(BackendError::Refused(problem));
        }
        let mut made = made.into_iter();
        let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        let all = keys.into_iter().zip(known).map(|(key, known)| {
            known.unwrap_or_else(|| {
                let point = made.next().flatten();
                points.put(key, point.clone());
                point
            })
        });
        Ok(all.collect())
    }

    fn may_be_dropped(&self) -> bool {
        self.embedder.may_be_dropped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Makes points of lengths, and counts the texts.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    #[async_trait::async_trait]
    impl Embedder for Counting {
        async fn embed(&self, texts: &[String]) -> Result<Vec<Point>, BackendError> {
            self.0.fetch_add(texts.len(), Ordering::Relaxed);
            Ok(texts.iter().map(|text| Some(vec![text.len() as f32])).collect())
        }
    }

    #[tokio::test]
    async fn a_text_should_be_embedded_once_and_keep_its_place() {
        let counting = Arc::new(Counting::default());
        let recent = Recent::new(counting.clone());
        let texts =
            |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect::<Vec<_>>();
        let lengths =
            |lengths: &[f32]| lengths.iter().map(|one| Some(vec![*one])).collect::<Vec<_>>();
        let first = recent.embed(&texts(&["a", "bb"])).await.unwrap();
        assert_eq!(first, lengths(&[1.0, 2.0]));
        let second = recent.embed(&texts(&["ccc", "bb", "dddd", "a"])).await.unwrap();
        assert_eq!(second, lengths(&[3.0, 2.0, 4.0, 1.0]));
        assert_eq!(recent.embed(&texts(&["a"])).await.unwrap(), lengths(&[1.0]));
        assert_eq!(counting.0.load(Ordering::Relaxed), 4);
    }
}
