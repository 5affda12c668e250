//! Points of texts from a server: `POST {base_url}/embeddings`, as OpenAI, vLLM, llama.cpp, Ollama
//! and Infinity have it.

use super::{error::Refusal, http::Http, OpenAiSpec};
use crate::backend::{BackendError, MOST_DIMENSIONS};
use serde::Deserialize;
use serde_json::{json, Map, Value};
use std::sync::OnceLock;
use tracing::warn;

/// A server that makes points.
#[derive(Debug)]
pub struct Embeddings {
    spec: OpenAiSpec,
    http: Http,
    /// The most texts of a request.
    batch: usize,
    /// How many dimensions its points had so far.
    dimensions: OnceLock<usize>,
}

#[derive(Deserialize)]
struct Reply {
    data: Vec<Point>,
}

#[derive(Deserialize)]
struct Point {
    #[serde(default)]
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl Embeddings {
    /// Prepares requests of at most `batch` texts; connects to nothing. Of the spec only what is
    /// not about answers and grades counts.
    ///
    /// # Errors
    /// One line, if the URL cannot be a base or the TLS library does not start.
    pub fn new(spec: OpenAiSpec, batch: usize) -> Result<Self, String> {
        let (http, dimensions) = (Http::new(&spec)?, OnceLock::new());
        Ok(Self { spec, http, batch: batch.max(1), dimensions })
    }

    /// A point for each text, in their order, none of them zero, all of one size.
    ///
    /// # Errors
    /// [`BackendError`]; [`BackendError::Refused`] if the server's points are not like that.
    pub async fn of(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, BackendError> {
        let mut points = Vec::with_capacity(texts.len());
        for batch in texts.chunks(self.batch) {
            points.extend(self.batch(batch).await?);
        }
        Ok(points)
    }

    async fn batch(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, BackendError> {
        let mut body = Map::new();
        body.insert("model".to_string(), self.spec.model.clone().into());
        body.insert("input".to_string(), json!(texts));
        body.insert("encoding_format".to_string(), "float".into());
        body.extend(self.spec.fields.all.clone());
        body.retain(|field, _: &mut Value| !self.spec.fields.omit.contains(field));
        let response = self.http.post(&["embeddings"], &body, self.spec.timeout).await?;
        if !response.status.is_success() {
            let retry_after = response.retry_after.as_deref();
            let refusal = Refusal::new(response.status, retry_after, &response.body, None);
            // Its words may hold the texts.
            let (model, status) = (&self.spec.model, response.status);
            warn!(model, %status, "the server refuses to embed");
            return Err(refusal.into_error(&self.spec.model));
        }
        let points = read(&response.body, texts.len()).map_err(BackendError::Refused)?;
        for point in &points {
            let known = *self.dimensions.get_or_init(|| point.len());
            if point.len() != known {
                let found = point.len();
                let problem = format!("the server gives {found} dimensions, {known} before");
                return Err(BackendError::Refused(problem));
            }
        }
        Ok(points)
    }
}

/// The points of a reply to `count` texts, in the order of the texts; what is wrong, in one line.
fn read(body: &[u8], count: usize) -> Result<Vec<Vec<f32>>, String> {
    let reply: Reply = serde_json::from_slice(body)
        .map_err(|error| format!("the server's reply is no list of embeddings: {error}"))?;
    let mut points: Vec<Option<Vec<f32>>> = vec![None; count];
    for (place, point) in reply.data.into_iter().enumerate() {
        let place = point.index.unwrap_or(place);
        let slot = points.get_mut(place).filter(|slot| slot.is_none());
        let Some(slot) = slot else {
            return Err(format!("the server gives a point for text {place}, which it should not"));
        };
        // What is remembered of it must have a bound.
        let size = point.embedding.len();
        if size > MOST_DIMENSIONS {
            return Err(format!(
                "the server gives {size} dimensions, not {MOST_DIMENSIONS} or less"
            ));
        }
        let is_sound = point.embedding.iter().all(|value| value.is_finite());
        if !is_sound || point.embedding.iter().all(|value| *value == 0.0) {
            return Err("the server gives a point that is zero or no number".to_string());
        }
        *slot = Some(point.embedding);
    }
    let points: Option<Vec<Vec<f32>>> = points.into_iter().collect();
    points.ok_or_else(|| "the server gives too few points".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_should_be_in_the_order_of_the_texts() {
        let body = r#"{"object": "list", "data": [
            {"index": 1, "object": "embedding", "embedding": [0.5, 1]},
            {"index": 0, "embedding": [-1, 0]}], "model": "m", "usage": {}}"#;
        assert_eq!(read(body.as_bytes(), 2), Ok(vec![vec![-1.0, 0.0], vec![0.5, 1.0]]));
        let unnumbered = r#"{"data": [{"embedding": [1]}, {"embedding": [2]}]}"#;
        assert_eq!(read(unnumbered.as_bytes(), 2), Ok(vec![vec![1.0], vec![2.0]]));
    }

    #[test]
    fn replies_should_be_refused_when_they_are_not_a_point_for_each_text() {
        for (body, count) in [
            ("{}", 1),
            (r#"{"data": [{"embedding": "AACAPw=="}]}"#, 1),
            (r#"{"data": [{"embedding": [null, 1]}]}"#, 1),
            (r#"{"data": [{"embedding": [0, 0]}]}"#, 1),
            (r#"{"data": [{"embedding": []}]}"#, 1),
            (r#"{"data": [{"embedding": [1e39]}]}"#, 1),
            (r#"{"data": [{"embedding": [1]}]}"#, 2),
            (r#"{"data": [{"embedding": [1]}, {"embedding": [1]}]}"#, 1),
            (r#"{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}"#, 2),
            (r#"{"data": [{"index": 7, "embedding": [1]}]}"#, 1),
        ] {
            assert!(read(body.as_bytes(), count).is_err(), "{body}");
        }
    }

    #[test]
    fn points_should_be_refused_when_the_chain_would_not_take_them() {
        let body = |size| json!({ "data": [{ "embedding": vec![1; size] }] }).to_string();
        assert!(read(body(MOST_DIMENSIONS).as_bytes(), 1).is_ok());
        assert!(read(body(MOST_DIMENSIONS + 1).as_bytes(), 1).is_err());
    }
}
