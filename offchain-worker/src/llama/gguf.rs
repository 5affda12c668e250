//! The head of a GGUF file: whether it is one, how much its model reads, which tokens control it.
//!
//! Only what the worker needs is kept. The rest is skipped without being loaded, and no length that
//! the file states is believed: a list grows with what was read of it.

use super::error::GgufError;
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// The first bytes of every GGUF file.
const MAGIC: &[u8; 4] = b"GGUF";

/// The versions that have the layout below; the first has shorter lengths, and nobody uses it.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=3;

/// More keys than any model has.
const MOST_KEYS: u64 = 1 << 16;

/// More tokens than any model has.
const MOST_TOKENS: u64 = 1 << 22;

/// The longest key, token or name that is read, in bytes; longer texts (templates) are skipped.
const MOST_TEXT_BYTES: u64 = 1 << 12;

/// The type of tokens that no text is meant to hold.
const CONTROL: i64 = 3;

/// What the worker wants to know of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// What the model was trained to read, in tokens; absent if the file does not say.
    pub context: Option<usize>,
    /// The texts of its control tokens.
    pub control_tokens: Vec<String>,
}

impl Head {
    /// Reads the head of a file.
    ///
    /// # Errors
    /// [`GgufError`]
    pub fn read(path: &Path) -> Result<Self, GgufError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                GgufError::Invalid { path: path.into(), problem: "it ends too early" }
            }
            io::ErrorKind::InvalidData => {
                GgufError::Invalid { path: path.into(), problem: "its keys cannot be read" }
            }
            _ => GgufError::Unreadable { path: path.into(), source: error },
        };
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let mut magic = [0; 4];
        file.read_exact(&mut magic).map_err(failed)?;
        if &magic != MAGIC {
            let problem = "it does not begin with GGUF";
            return Err(GgufError::Invalid { path: path.into(), problem });
        }
        if !VERSIONS.contains(&u32::from_le_bytes(bytes(&mut file).map_err(failed)?)) {
            let problem = "its version is neither 2 nor 3";
            return Err(GgufError::Invalid { path: path.into(), problem });
        }
        keys(&mut file).map_err(failed)
    }
}

fn keys(file: &mut (impl Read + Seek)) -> io::Result<Head> {
    let _tensors = number(file)?;
    let count = number(file)?;
    if count > MOST_KEYS {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (mut context, mut tokens, mut kinds) = (None, Vec::new(), Vec::new());
    for _ in 0..count {
        let key = text(file)?.ok_or(io::ErrorKind::InvalidData)?;
        let kind = u32::from_le_bytes(bytes(file)?);
        match key.as_str() {
            "tokenizer.ggml.tokens" if kind == LIST => tokens = list(file, |file, _| text(file))?,
            "tokenizer.ggml.token_type" if kind == LIST => kinds = list(file, whole)?,
            key if key.ends_with(".context_length") => context = whole(file, kind)?,
            _ => skip(file, kind)?,
        }
    }
    let control = |(token, kind): (Option<String>, Option<i64>)| {
        token.filter(|token| kind == Some(CONTROL) && !token.is_empty())
    };
    Ok(Head {
        context: context.and_then(|tokens| usize::try_from(tokens).ok()),
        control_tokens: tokens.into_iter().zip(kinds).filter_map(control).collect(),
    })
}

/// The types of values: a text, a list, and the sizes of all others in bytes.
const TEXT: u32 = 8;
const LIST: u32 = 9;

fn size(kind: u32) -> io::Result<u64> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn bytes<const COUNT: usize>(file: &mut impl Read) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn number(file: &mut impl Read) -> io::Result<u64> {
    bytes(file).map(u64::from_le_bytes)
}

/// A text; `None` for one that is too long to be of interest.
fn text(file: &mut (impl Read + Seek)) -> io::Result<Option<String>> {
    let length = number(file)?;
    if length > MOST_TEXT_BYTES {
        pass(file, length)?;
        return Ok(None);
    }
    let mut text = Vec::new();
    if file.by_ref().take(length).read_to_end(&mut text)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// A whole number of any type; `None` for what is none.
fn whole(file: &mut (impl Read + Seek), kind: u32) -> io::Result<Option<i64>> {
    Ok(match kind {
        4 => Some(u32::from_le_bytes(bytes(file)?).into()),
        5 => Some(i32::from_le_bytes(bytes(file)?).into()),
        10 => i64::try_from(number(file)?).ok(),
        11 => Some(i64::from_le_bytes(bytes(file)?)),
        _ => {
            skip(file, kind)?;
            None
        }
    })
}

/// A list, whose values `one` reads; it gets their type.
fn list<F: Read + Seek, T>(
    file: &mut F,
    one: impl Fn(&mut F, u32) -> io::Result<T>,
) -> io::Result<Vec<T>> {
    let (kind, count) = (u32::from_le_bytes(bytes(file)?), number(file)?);
    if count > MOST_TOKENS {
        return Err(io::ErrorKind::InvalidData.into());
    }
    (0..count).map(|_| one(file, kind)).collect()
}

fn skip(file: &mut (impl Read + Seek), kind: u32) -> io::Result<()> {
    match kind {
        TEXT => {
            let length = number(file)?;
            pass(file, length)
        }
        LIST => {
            let (kind, count) = (u32::from_le_bytes(bytes(file)?), number(file)?);
            match kind {
                TEXT if count <= MOST_TOKENS => (0..count).try_for_each(|_| skip(file, TEXT)),
                // Lists of lists are allowed, and no model has any.
                TEXT | LIST => Err(io::ErrorKind::InvalidData.into()),
                kind => {
                    pass(file, count.checked_mul(size(kind)?).ok_or(io::ErrorKind::InvalidData)?)
                }
            }
        }
        kind => pass(file, size(kind)?),
    }
}

fn pass(file: &mut impl Seek, length: u64) -> io::Result<()> {
    let length = i64::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?;
    file.seek(SeekFrom::Current(length)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::quantized::gguf_file::{self, Value};

    fn written(metadata: &[(&str, Value)]) -> Vec<u8> {
        let metadata: Vec<(&str, &Value)> =
            metadata.iter().map(|(key, value)| (*key, value)).collect();
        let mut bytes = io::Cursor::new(Vec::new());
        gguf_file::write(&mut bytes, &metadata, &[]).unwrap();
        bytes.into_inner()
    }

    fn read(bytes: &[u8]) -> Result<Head, GgufError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Head::read(file.path())
    }

    fn small() -> Vec<u8> {
        let texts = ["a", "<|end|>", "▁b", ""].map(|text| Value::String(text.to_string()));
        written(&[
            ("general.architecture", Value::String("llama".to_string())),
            ("general.flag", Value::Bool(true)),
            ("tokenizer.chat_template", Value::String("x".repeat(10_000))),
            ("llama.context_length", Value::U32(2048)),
            ("tokenizer.ggml.scores", Value::Array(vec![Value::F32(0.5); 4])),
            ("tokenizer.ggml.merges", Value::Array(texts[..2].to_vec())),
            ("tokenizer.ggml.tokens", Value::Array(texts.to_vec())),
            ("tokenizer.ggml.token_type", Value::Array([1, 3, 1, 3].map(Value::I32).to_vec())),
        ])
    }

    #[test]
    fn head_should_tell_context_and_control_tokens() {
        let head = Head { context: Some(2048), control_tokens: vec!["<|end|>".to_string()] };
        assert_eq!(read(&small()).unwrap(), head);
        assert_eq!(read(&written(&[])).unwrap(), Head::default());
    }

    #[test]
    fn other_files_should_be_told_apart() {
        let says = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        assert!(says(b"PK\x03\x04 a zip").contains("does not begin with GGUF"));
        assert!(says(b"").contains("ends too early"));
        assert!(says(b"GGUF\x09\0\0\0").contains("version"));
        let small = small();
        for end in 0..small.len().min(300) {
            assert!(read(&small[..end]).is_err(), "{end} bytes");
        }
        let lies = [&small[..16], &u64::MAX.to_le_bytes()].concat();
        assert!(says(&lies).contains("keys"));
    }
}
