//! Embedders: what makes points of texts, so that answers can be compared
//! (`docs/verification.md`).
//!
//! Two kinds: [`bert`], a sentence model in this process, and a server that speaks OpenAI's
//! protocol. What a node gets is quantised, so that processors and kernels make no difference.
//!
//! Embedding is the least urgent of what a worker does. In this process it has threads of its own,
//! at most half as many as there are cores, and the system lets all others go first.

pub mod bert;
mod pooling;
mod recent;
mod threads;

use crate::{
    backend::{
        openai::{Embeddings, OpenAiSpec},
        BackendError, MOST_DIMENSIONS,
    },
    protocol::Hex32,
};
pub use recent::Recent;
use std::sync::Arc;

/// What stands for 1.0 in what a node gets (`primitives/src/audit/embedding.rs`).
pub const UNIT: f64 = 256.0;

/// The largest quantum, on either side.
const MOST_QUANTA: f64 = i8::MAX as f64;

/// What makes points of texts.
#[async_trait::async_trait]
pub trait Embedder: Send + Sync {
    /// A point for each text, in their order, of any length in space; `None` for a text that gives
    /// none. The future must be driven to its end, unless [`Self::may_be_dropped`].
    async fn embed(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, BackendError>;

    /// Whether dropping the future half-way ends the work and harms nothing.
    fn may_be_dropped(&self) -> bool {
        false
    }
}

/// An embedder and the names under which it is used.
#[derive(Clone)]
pub struct ServedEmbedder {
    /// Its name in the configuration.
    pub name: String,
    /// By which jobs name it: SHA-256 of its weights; of a server the operator's word for that.
    pub sha256: Hex32,
    /// What does the jobs.
    pub embedder: Arc<dyn Embedder>,
}

impl ServedEmbedder {
    /// For each text its point in quanta, all of the same number of dimensions; `None` where it
    /// gives none.
    ///
    /// # Errors
    /// [`BackendError`] of the embedder; [`BackendError::Refused`] if its points are not as many as
    /// the texts, not of one size, or not numbers.
    pub async fn embeddings(&self, texts: &[String]) -> Result<Vec<Option<Vec<i8>>>, BackendError> {
        let points = self.embedder.embed(texts).await?;
        let refused = |problem: String| Err(BackendError::Refused(problem));
        if points.len() != texts.len() {
            return refused(format!("{} points for {} texts", points.len(), texts.len()));
        }
        let mut sizes = points.iter().flatten().map(Vec::len);
        let first = sizes.next().unwrap_or(1);
        if let Some(size) = sizes.find(|size| *size != first) {
            return refused(format!("points of {first} and of {size} dimensions"));
        }
        if !(1..=MOST_DIMENSIONS).contains(&first) {
            return refused(format!("{first} dimensions, at most {MOST_DIMENSIONS} are taken"));
        }
        if points.iter().flatten().flatten().any(|value| !value.is_finite()) {
            return refused("a point that is no number".to_string());
        }
        Ok(points.iter().map(|point| quantised(point.as_ref()?)).collect())
    }
}

/// A point's direction, where it meets the unit sphere, in quanta of 1/256. A half is rounded away
/// from zero; what is beyond ±0.496 is cut off. `None` if nothing is left.
pub fn quantised(point: &[f32]) -> Option<Vec<i8>> {
    let length = point.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    let quantum = |value: &f32| {
        let quanta = (f64::from(*value) / length * UNIT).round();
        // It is a whole number of 8 bits.
        quanta.clamp(-MOST_QUANTA, MOST_QUANTA) as i8
    };
    let quanta: Vec<i8> = point.iter().map(quantum).collect();
    quanta.iter().any(|quantum| *quantum != 0).then_some(quanta)
}

/// The square of the distance of two points that are given in quanta, where 1.0 is the length of
/// both: 0 to 4.
pub fn squared_distance(one: &[i8], other: &[i8]) -> f64 {
    let differences = one.iter().zip(other).map(|(one, other)| {
        let difference = f64::from(*one) - f64::from(*other);
        difference * difference
    });
    differences.sum::<f64>() / (UNIT * UNIT)
}

/// A server that makes points.
pub struct ServerEmbedder(Embeddings);

impl ServerEmbedder {
    /// Prepares requests of at most `batch` texts to a server; connects to nothing.
    ///
    /// # Errors
    /// One line, if the URL cannot be a base or the TLS library does not start.
    pub fn new(spec: OpenAiSpec, batch: usize) -> Result<Self, String> {
        Embeddings::new(spec, batch).map(Self)
    }
}

#[async_trait::async_trait]
impl Embedder for ServerEmbedder {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, BackendError> {
        Ok(self.0.of(texts).await?.into_iter().map(Some).collect())
    }

    fn may_be_dropped(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what it is told.
    struct Scripted(Vec<Option<Vec<f32>>>);

    #[async_trait::async_trait]
    impl Embedder for Scripted {
        async fn embed(&self, _: &[String]) -> Result<Vec<Option<Vec<f32>>>, BackendError> {
            Ok(self.0.clone())
        }
    }

    async fn of(points: &[Option<&[f32]>]) -> Result<Vec<Option<Vec<i8>>>, BackendError> {
        let points = points.iter().map(|point| point.map(<[f32]>::to_vec)).collect();
        let embedder = Arc::new(Scripted(points));
        let served = ServedEmbedder { name: "e".into(), sha256: Hex32([1; 32]), embedder };
        served.embeddings(&["a".to_string(), "b".to_string()]).await
    }

    #[test]
    fn quanta_should_be_those_of_the_chain() {
        assert_eq!(quantised(&[3.0, -4.0]), Some(vec![127, -127]), "0.6 and 0.8 are cut off");
        // As long as 512.
        let point = [2.0f32, -6.0, 1.0, 511.0, 31.0, 4.0, 2.0, -1.0];
        let quanta = Some(vec![1, -3, 1, 127, 16, 2, 1, -1]);
        assert_eq!(quantised(&point), quanta, "a half goes away from zero");
        assert_eq!(quantised(&point.map(|value| value * 8.0)), quanta, "only the direction counts");
    }

    #[test]
    fn nothing_should_be_no_point() {
        assert_eq!(quantised(&[]), None);
        assert_eq!(quantised(&[0.0; 8]), None);
        assert_eq!(quantised(&[f32::NAN, 1.0]), None);
        assert_eq!(quantised(&vec![1e-3; 300_000]), None, "all is below half a quantum");
    }

    #[test]
    fn distances_should_be_squares_on_the_unit_sphere() {
        assert_eq!(squared_distance(&[3, -4], &[3, -4]), 0.0);
        assert_eq!(squared_distance(&[64, 0], &[-64, 0]), 0.25);
    }

    #[tokio::test]
    async fn points_should_be_refused_when_they_are_not_of_one_kind() {
        let good: &[f32] = &[0.6, 0.8, 0.0];
        assert_eq!(of(&[Some(good), None]).await.unwrap()[1], None);
        assert_eq!(of(&[None, None]).await.unwrap(), [None, None]);
        let (short, none): (&[f32], &[f32]) = (&[1.0], &[]);
        let (no_number, large) = ([f32::NAN, 1.0, 0.0], [0.5f32; MOST_DIMENSIONS + 1]);
        for wrong in [
            vec![Some(good)],
            vec![Some(good), Some(short)],
            vec![Some(good), Some(&no_number[..])],
            vec![Some(none), None],
            vec![Some(&large[..]), None],
        ] {
            let refused = of(&wrong).await.unwrap_err();
            assert!(matches!(refused, BackendError::Refused(_)), "{refused:?}");
        }
    }
}
