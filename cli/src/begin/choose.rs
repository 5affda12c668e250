//! What the agent is to think with: what the options say, else what the person chooses.

use super::{
    catalogue::{bundled, fetch, llama_server, Catalogue, Offered},
    machine::Machine,
    mind::Mind,
    MindArgs,
};
use crate::{dialogue::Dialogue, failure::Failure, progress::Progress};
use serde_json::Value;
use std::path::{Path, PathBuf};
use waggle_local_network::{models_directory, Place};

/// Where the options are that say it.
const OPTIONS: &str = "--model, --bundled, --gguf or --server";

/// A choice that is to be made.
pub(super) struct Choice<'a> {
    /// What the options say.
    pub(super) args: &'a MindArgs,
    /// The worker's program, which knows models and fetches them.
    pub(super) worker: &'a Path,
    /// What it has to run on.
    pub(super) machine: &'a Machine,
    /// Who can be asked.
    pub(super) dialogue: Dialogue,
}

impl Choice<'_> {
    /// The mind that the options name, else the one that the person chooses. What has to be fetched
    /// is there when this returns.
    ///
    /// # Errors
    /// [`Failure::Unsaid`] if nothing says it and nobody is asked; [`Failure::Input`] if what is
    /// named is not there; [`Failure::Program`] if it cannot be fetched.
    pub(super) async fn made(&self, progress: &Progress) -> Result<Mind, Failure> {
        match &self.args.server {
            Some(url) => of_server(url, self.args).await,
            // What moves would be in the way of questions, and of the worker's own bar.
            None => progress.suspended(|| self.local()),
        }
    }

    /// A mind on this machine.
    fn local(&self) -> Result<Mind, Failure> {
        let MindArgs { model, bundled, gguf, .. } = self.args;
        match (model, bundled, gguf) {
            (Some(name), _, _) => self.fetched(name),
            (_, Some(name), _) => toy(name),
            (_, _, Some(file)) => of_file(file, self.llama_server()?),
            _ => self.asked(),
        }
    }

    fn fetched(&self, name: &str) -> Result<Mind, Failure> {
        let catalogue = Catalogue::of(self.worker)?;
        if !catalogue.can_fetch(name) {
            return Err(Failure::Input(format!(
                "the worker knows no model {name:?} to fetch: there are {}",
                catalogue.names().join(", ")
            )));
        }
        fetch(self.worker, name, self.llama_server()?)
    }

    fn asked(&self) -> Result<Mind, Failure> {
        let question = "What does the agent think with?";
        if !self.dialogue.is_with_person() {
            return Err(Failure::Unsaid { what: question, option: OPTIONS });
        }
        let toys = bundled(&models_directory()?)?;
        let offers = Catalogue::of(self.worker)?.offers(self.machine, &toys);
        let mut lines: Vec<String> = offers.iter().map(|offer| offer.line.clone()).collect();
        lines.push("a GGUF file of mine".into());
        let number = self.dialogue.choice(question, &lines, OPTIONS)?;
        match offers.into_iter().nth(number).map(|offer| offer.what) {
            Some(Offered::There(mind)) => Ok(mind),
            Some(Offered::Fetch(name)) => fetch(self.worker, &name, self.llama_server()?),
            None => {
                let file = self.dialogue.text("The file", "", "--gguf")?;
                of_file(Path::new(file.trim()), self.llama_server()?)
            }
        }
    }

    fn llama_server(&self) -> Result<PathBuf, Failure> {
        llama_server(self.args.llama_server.as_ref())
    }
}

fn toy(name: &str) -> Result<Mind, Failure> {
    let toys = bundled(&models_directory()?)?;
    let names: Vec<String> = toys.iter().map(|toy| toy.name().to_owned()).collect();
    toys.into_iter().find(|toy| toy.name() == name).ok_or_else(|| {
        Failure::Input(format!(
            "no bundled model is called {name:?}: there are {}",
            names.join(", ")
        ))
    })
}

fn of_file(file: &Path, llama_server: PathBuf) -> Result<Mind, Failure> {
    let file = file.canonicalize().map_err(Failure::file(file))?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Mind::Gguf { name, file, llama_server })
}

async fn of_server(url: &str, args: &MindArgs) -> Result<Mind, Failure> {
    let base_url = url.trim_end_matches('/').to_owned();
    let model = match &args.server_model {
        Some(model) => model.clone(),
        None => only_model(&base_url).await?,
    };
    let absolute = |file: &PathBuf| file.canonicalize().map_err(Failure::file(file));
    let api_key_file = args.api_key_file.as_ref().map(absolute).transpose()?;
    Ok(Mind::Server { base_url, model, api_key_file })
}

/// The model that the server has, if it is one and the server says so.
async fn only_model(base_url: &str) -> Result<String, Failure> {
    let unknown = |reason: String| {
        Failure::Input(format!("{base_url}: {reason}; name the model with --server-model"))
    };
    let place =
        Place::of(base_url).ok_or_else(|| unknown("its models are not asked for".into()))?;
    let reply = place.get("/models").await.map_err(|error| unknown(error.to_string()))?;
    let listed: Value = serde_json::from_str(&reply.body)
        .map_err(|_| unknown(format!("replies {} and no list of models", reply.status)))?;
    let models = listed["data"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = models.iter().filter_map(|model| model["id"].as_str()).collect();
    match names[..] {
        [only] => Ok(only.to_owned()),
        _ => Err(unknown(format!("has {} models ({})", names.len(), names.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    async fn serving(body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 512];
            let _ = stream.read(&mut head).await.unwrap();
            let reply = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
            stream.write_all(reply.as_bytes()).await.unwrap();
        });
        format!("http://{address}/v1")
    }

    #[tokio::test]
    async fn model_should_be_the_only_one_that_the_server_has() {
        let url = serving(r#"{"data": [{"id": "qwen2.5:1.5b"}]}"#).await;
        assert_eq!(only_model(&url).await.unwrap(), "qwen2.5:1.5b");
        let url = serving(r#"{"data": [{"id": "a"}, {"id": "b"}]}"#).await;
        let failure = only_model(&url).await.unwrap_err().to_string();
        assert!(failure.contains("(a, b)") && failure.contains("--server-model"), "{failure}");
        for url in [serving("<html>").await, "https://example.org/v1".into()] {
            assert!(matches!(only_model(&url).await, Err(Failure::Input(_))));
        }
    }

    #[test]
    fn file_should_be_there_and_named_after_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("small-q4.gguf");
        std::fs::write(&file, "").unwrap();
        let mind = of_file(&file, "/bin/llama-server".into()).unwrap();
        assert_eq!(mind.name(), "small-q4");
        let missing = of_file(&folder.path().join("none"), "/bin/llama-server".into());
        assert!(matches!(missing, Err(Failure::File { .. })));
    }
}
