//! `waggle-worker embed`: points of texts, quantised as a node gets them, and how far they are from
//! each other.

use super::{print, table::table, CommandError};
use crate::{
    embedding::squared_distance,
    loading::{CheckedEmbedder, EmbedderSource},
};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// The longest beginning of a text that is shown, in characters.
const SHOWN: usize = 40;

/// Of which texts, and how.
#[derive(Clone, Debug, Args)]
pub struct EmbedOptions {
    /// The texts.
    #[arg(value_name = "TEXT", required = true)]
    pub texts: Vec<String>,

    /// Print JSON: one object for each embedder.
    #[arg(long)]
    pub json: bool,

    /// The sentence model of a directory, instead of the embedders of a configuration.
    #[arg(long, value_name = "DIRECTORY")]
    pub directory: Option<PathBuf>,
}

impl EmbedOptions {
    /// The embedder that they name themselves.
    pub fn own(&self) -> Option<CheckedEmbedder> {
        let path = self.directory.clone()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = EmbedderSource::Directory { path, sha256: None };
        Some(CheckedEmbedder { name, source })
    }
}

/// What an embedder says.
#[derive(Debug, Serialize)]
struct Finding {
    embedder: String,
    sha256: String,
    /// Absent if no text gives a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
    /// In quanta of 1/256.
    embeddings: Vec<Option<Vec<i8>>>,
    /// The square of the distance of each text from each, 0 to 4.
    squared_distances: Vec<Vec<Option<f64>>>,
}

/// Embeds the texts with each embedder; `false` if one of them was not loaded.
///
/// # Errors
/// [`CommandError::NoEmbedder`] if there is none, [`CommandError::NoPoints`], [`CommandError::Io`].
pub async fn run(
    embedders: Vec<CheckedEmbedder>,
    options: &EmbedOptions,
) -> Result<bool, CommandError> {
    let loaded = CheckedEmbedder::load_all(embedders).await;
    let count = loaded.len();
    let mut findings = Vec::new();
    for embedder in loaded.into_iter().filter_map(|embedder| embedder.served) {
        let points = embedder.embeddings(&options.texts).await;
        let points = points.map_err(|error| CommandError::NoPoints {
            name: embedder.name.clone(),
            problem: error.to_string(),
        })?;
        findings.push(Finding::of(&embedder.name, embedder.sha256.to_string(), points));
    }
    if findings.is_empty() {
        return Err(CommandError::NoEmbedder);
    }
    print(&if options.json {
        serde_json::to_string_pretty(&findings).unwrap_or_default() + "\n"
    } else {
        findings.iter().map(|finding| finding.text(&options.texts)).collect()
    })?;
    Ok(findings.len() == count)
}

impl Finding {
    fn of(name: &str, sha256: String, embeddings: Vec<Option<Vec<i8>>>) -> Self {
        let distance = |one: &Option<Vec<i8>>, other: &Option<Vec<i8>>| {
            Some(squared_distance(one.as_ref()?, other.as_ref()?))
        };
        let row =
            |one: &Option<Vec<i8>>| embeddings.iter().map(|other| distance(one, other)).collect();
        Self {
            embedder: name.to_string(),
            sha256,
            dimensions: embeddings.iter().flatten().map(Vec::len).next(),
            squared_distances: embeddings.iter().map(row).collect(),
            embeddings,
        }
    }

    fn text(&self, texts: &[String]) -> String {
        let Self { embedder, sha256, dimensions, .. } = self;
        let dimensions = dimensions.map_or_else(|| "no".to_string(), |count| count.to_string());
        let numbered = texts.iter().zip(1usize..);
        let rows: Vec<[String; 3]> = numbered
            .zip(&self.squared_distances)
            .map(|((text, number), row)| {
                let earlier = row.iter().take(number.saturating_sub(1));
                let shown = |distance: &Option<f64>| match distance {
                    Some(distance) => format!("{distance:.3}"),
                    None => "-".to_string(),
                };
                let distances = earlier.map(shown).collect::<Vec<_>>().join(" ");
                let start: String = text.chars().take(SHOWN).collect();
                [number.to_string(), start.replace(char::is_control, " "), distances]
            })
            .collect();
        let head = ["", "text", "squared distance from those before"];
        let rows = table(head, &rows);
        format!("{embedder}: {dimensions} dimensions, sha256 {sha256}\n{rows}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_should_be_from_those_before_and_missing_without_a_point() {
        let points = vec![Some(vec![64, 0]), Some(vec![-64, 0]), None];
        let finding = Finding::of("e", "ab".to_string(), points);
        assert_eq!(finding.dimensions, Some(2));
        let expected = [vec![Some(0.0), Some(0.25), None], vec![Some(0.25), Some(0.0), None]];
        assert_eq!(finding.squared_distances[..2], expected);
        assert_eq!(finding.squared_distances[2], [None, None, None]);
        let texts = ["bees", "dance\nin eights", ""].map(str::to_string);
        let text = finding.text(&texts);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines[0].ends_with("2 dimensions, sha256 ab"), "{text}");
        assert!(lines[3].contains("dance in eights") && lines[3].ends_with("0.250"), "{text}");
        assert!(lines[4].ends_with("- -"), "{text}");
    }
}
