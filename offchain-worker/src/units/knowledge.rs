//! The knowledge base: a folder of text documents, searched in full text with BM25.
//!
//! Documents are read once, when the worker starts, and cut into passages at empty lines; a passage
//! is what is found. Files are chosen by the operator and never by a job. What a passage says
//! reaches the model as a note or as a tool's output: as data. Documents and queries are compared
//! as they are normalised, in which form a model reads both.

use super::{argument, one_argument, Draft, Stage, Unit, UnitError};
use crate::{
    backend::ToolDescription,
    sanitise::{cut, normalise},
};
use bm25::{Document, Language, SearchEngine, SearchEngineBuilder};
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// Endings of the files that are read.
pub const ENDINGS: [&str; 4] = ["md", "txt", "rst", "adoc"];

/// The longest passage, in bytes; longer paragraphs are cut into several.
const PASSAGE_BYTES: usize = 1200;

/// The most bytes of a folder: it is held in memory.
const FOLDER_BYTES: u64 = 256 << 20;

/// The longest query, in bytes.
const QUERY_BYTES: usize = 2000;

/// How many passages beyond those wanted are looked at, for those of equal score.
const TIES: usize = 32;

/// The unit.
pub struct Knowledge {
    name: String,
    at: Vec<Stage>,
    passages: usize,
    engine: SearchEngine<usize>,
    /// The file of each passage.
    titles: Vec<String>,
}

impl fmt::Debug for Knowledge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Knowledge")
            .field("name", &self.name)
            .field("passages", &self.titles.len())
            .finish()
    }
}

impl Knowledge {
    /// Reads the documents below `folder`. At most `passages` passages are found for a prompt.
    ///
    /// # Errors
    /// An [`io::Error`] with the path if something cannot be read, there is nothing to read, or
    /// there is too much.
    pub fn read(
        name: &str,
        folder: &Path,
        at: Vec<Stage>,
        passages: usize,
        language: Language,
    ) -> io::Result<Self> {
        let mut sources = Vec::new();
        let mut total = 0;
        for file in documents(folder)? {
            let with_path = |error: io::Error| {
                io::Error::new(error.kind(), format!("{}: {error}", file.display()))
            };
            total += fs::metadata(&file).map_err(with_path)?.len();
            if total > FOLDER_BYTES {
                return Err(io::Error::other(format!(
                    "{}: more than {FOLDER_BYTES} bytes",
                    folder.display()
                )));
            }
            let bytes = fs::read(&file).map_err(with_path)?;
            let title = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
            let text = normalise(&String::from_utf8_lossy(&bytes), false);
            sources.extend(paragraphs(&text).into_iter().map(|passage| (title.clone(), passage)));
        }
        if sources.is_empty() {
            let problem = format!(
                "{}: no text in files that end in {}",
                folder.display(),
                ENDINGS.join(", ")
            );
            return Err(io::Error::new(io::ErrorKind::NotFound, problem));
        }
        let (titles, texts): (Vec<String>, Vec<String>) = sources.into_iter().unzip();
        let documents =
            texts.into_iter().enumerate().map(|(index, text)| Document::new(index, text));
        let engine =
            SearchEngineBuilder::<usize>::with_documents(language, documents.collect::<Vec<_>>())
                .build();
        Ok(Self { name: name.to_string(), at, passages, engine, titles })
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.titles.len()
    }

    /// Whether there are none; never so.
    pub fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// The passages that fit `query` best, each with its file's name.
    pub fn search(&self, query: &str) -> Vec<String> {
        // Passages of equal score come in no order, and every search should find the same.
        let query = normalise(cut(query, QUERY_BYTES), true);
        let mut found = self.engine.search(&query, self.passages.saturating_add(TIES));
        found.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then(one.document.id.cmp(&other.document.id))
        });
        let best = found.into_iter().take(self.passages).map(|result| result.document);
        let titled =
            best.filter_map(|document| Some((self.titles.get(document.id)?, document.contents)));
        titled.map(|(title, text)| format!("[{title}] {text}")).collect()
    }
}

#[async_trait::async_trait]
impl Unit for Knowledge {
    async fn before(&self, draft: &mut Draft<'_>) -> Result<(), UnitError> {
        if self.at.contains(&Stage::Note) {
            self.search(draft.prompt.question()).iter().for_each(|passage| draft.note(passage));
        }
        Ok(())
    }

    fn tool(&self) -> Option<ToolDescription> {
        let about = format!(
            "Searches the documents of {:?} and gives the passages that fit best.",
            self.name
        );
        let name = format!("search_{}", self.name);
        self.at.contains(&Stage::Tool).then(|| one_argument(&name, &about, "query", "A few words."))
    }

    async fn call(&self, arguments: &str) -> String {
        let found = self.search(&argument(arguments, "query"));
        if found.is_empty() {
            return "nothing found".to_string();
        }
        found.join("\n\n")
    }
}

/// The documents below a folder, sorted; links are not followed.
pub(crate) fn documents(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(directory) = open.pop() {
        let with_path = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", directory.display()))
        };
        for entry in fs::read_dir(&directory).map_err(with_path)? {
            let entry = entry.map_err(with_path)?;
            let (kind, path) = (entry.file_type().map_err(with_path)?, entry.path());
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file()
                && path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Paragraphs, the long ones cut.
fn paragraphs(text: &str) -> Vec<String> {
    let mut passages = Vec::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let mut rest = paragraph;
        while !rest.is_empty() {
            let whole = cut(rest, PASSAGE_BYTES);
            let end = match whole.rfind(char::is_whitespace) {
                Some(space) if whole.len() < rest.len() && space > 0 => space,
                _ => whole.len(),
            };
            let (passage, left) = rest.split_at(end);
            passages.push(passage.trim().to_string());
            rest = left.trim_start();
        }
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rivers() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("rivers")).unwrap();
        write(
            "rivers/danube.md",
            "# Danube\n\nThe Danube flows through ten countries into the Black Sea.\n",
        );
        write(
            "rivers/rhine.txt",
            "The Rhine rises in the Alps and ends in the North Sea.\n\nIt is busy with ships.",
        );
        write("secret.key", "The Danube password");
        folder
    }

    fn read(folder: &Path) -> io::Result<Knowledge> {
        Knowledge::read("rivers", folder, vec![Stage::Note, Stage::Tool], 2, Language::English)
    }

    #[tokio::test]
    async fn search_should_find_the_passage_that_fits() {
        let folder = rivers();
        let knowledge = read(folder.path()).unwrap();
        assert_eq!(knowledge.len(), 4);
        let mut draft = Draft::new("Into which sea does the river Danube flow?");
        knowledge.before(&mut draft).await.unwrap();
        assert!(draft.notes[0].contains("Danube") && draft.notes.len() <= 2, "{:?}", draft.notes);
        assert!(draft.notes.iter().any(|note| note.contains("Black Sea")));
        assert!(
            knowledge.search("danube").iter().all(|found| !found.contains("password")),
            "only documents are read"
        );
        assert_eq!(knowledge.call(r#"{"query": "quantum"}"#).await, "nothing found");
        assert_eq!(knowledge.tool().unwrap().name, "search_rivers");
    }

    #[test]
    fn search_should_find_what_is_written_in_another_form() {
        let folder = tempfile::tempdir().unwrap();
        // A file of a system that writes accents as characters of their own, with a byte order
        // mark.
        let text = "\u{feff}Cafe\u{301} au lait is coffee.\r\rTea is tea.";
        fs::write(folder.path().join("drinks.txt"), text).unwrap();
        let knowledge = read(folder.path()).unwrap();
        assert_eq!(knowledge.len(), 2);
        for query in ["café", "ｃｏｆｆｅｅ", "cof\u{200b}fee"] {
            let found = knowledge.search(query);
            assert_eq!(found, ["[drinks.txt] Café au lait is coffee."], "{query:?}");
        }
    }

    #[test]
    fn read_should_fail_without_documents() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("no text"));
        assert!(read(Path::new("/nonexistent")).unwrap_err().to_string().contains("/nonexistent"));
    }

    #[test]
    fn long_paragraphs_should_be_cut_at_spaces() {
        let long = "word ".repeat(1_000);
        let cut = paragraphs(&long);
        assert!(
            cut.len() >= 4
                && cut
                    .iter()
                    .all(|passage| passage.len() <= PASSAGE_BYTES && passage.ends_with("word"))
        );
        let solid = "é".repeat(2_000);
        assert_eq!(paragraphs(&solid).concat(), solid);
    }
}
