//! `waggle-worker list`: the models that are known, what they need, what was tried with them, and
//! which of them are here: pulled, in the Hub's cache, or behind a server on this machine.

use super::{print, pull::default_directory, table::table, CommandError};
use crate::{
    hub,
    known::{self, KnownModel, Tried},
};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::task::JoinSet;

/// Where servers on this machine listen when nobody tells them where to, and what they are.
const SERVERS: [(&str, &str); 4] = [
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
];

/// How long a server may take to say what it has.
const PATIENCE: Duration = Duration::from_millis(700);

/// The longest list of a server that is read, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// How it is done.
#[derive(Clone, Debug, Args)]
pub struct ListOptions {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Serialize)]
struct List {
    models: Vec<Row>,
    servers: Vec<Server>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    architecture: &'static str,
    parameters: u64,
    file_bytes: Option<u64>,
    memory_bytes: u64,
    licence: &'static str,
    hub_id: &'static str,
    cpu: &'static str,
    gpu: &'static str,
    tried: &'static [Tried],
    here: Vec<String>,
    note: Option<&'static str>,
}

/// A server that replied.
#[derive(Clone, Debug, Serialize)]
struct Server {
    /// What usually listens there.
    kind: &'static str,
    base_url: &'static str,
    models: Vec<String>,
}

#[derive(Deserialize)]
struct Served {
    data: Vec<ServedId>,
}

#[derive(Deserialize)]
struct ServedId {
    id: String,
}

/// Prints what is known.
///
/// # Errors
/// [`CommandError::Io`].
pub async fn run(options: &ListOptions) -> Result<bool, CommandError> {
    let servers = servers().await;
    let models = known::models().iter().map(|model| row(model, &servers)).collect();
    let list = List { models, servers };
    print(&if options.json {
        serde_json::to_string_pretty(&list).unwrap_or_default() + "\n"
    } else {
        text(&list)
    })?;
    Ok(true)
}

/// Asks all of them at once.
async fn servers() -> Vec<Server> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let Ok(client) = client else { return Vec::new() };
    let mut asked = JoinSet::new();
    for (kind, base_url) in SERVERS {
        let client = client.clone();
        asked.spawn(async move {
            let mut response = client.get(format!("{base_url}/models")).send().await.ok()?;
            let mut body = Vec::new();
            while let Some(piece) = response.chunk().await.ok()? {
                body.extend_from_slice(&piece);
                if body.len() > MOST_BYTES {
                    return None;
                }
            }
            let served: Served = serde_json::from_slice(&body).ok()?;
            let models = served.data.into_iter().map(|model| shown(&model.id)).collect();
            Some(Server { kind, base_url, models })
        });
    }
    let mut found: Vec<Server> = asked.join_all().await.into_iter().flatten().collect();
    found.sort_by_key(|server| server.kind);
    found
}

/// A server's word on one line of a terminal.
fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(100).collect()
}

fn row(model: &'static KnownModel, servers: &[Server]) -> Row {
    let mut here = Vec::new();
    if let Some(download) = &model.download {
        let pulled = default_directory().join(&download.file);
        if pulled.is_file() {
            here.push(pulled.display().to_string());
        }
        if let Some(file) = download.hub_id.as_ref().and_then(|id| hub::file(id, &download.file)) {
            here.push(file.display().to_string());
        }
    }
    if hub::file(&model.hub_id, "config.json").is_some() {
        here.push(format!("{} in the Hub's cache", model.hub_id));
    }
    for server in servers {
        let same = |name: &&String| known::find(name).is_some_and(|found| found.name == model.name);
        here.extend(
            server.models.iter().filter(same).map(|name| format!("{name} at {}", server.base_url)),
        );
    }
    Row {
        name: &model.name,
        architecture: &model.architecture,
        parameters: model.parameters,
        file_bytes: model.download.as_ref().map(|download| download.bytes),
        memory_bytes: model.memory_bytes(),
        licence: &model.licence,
        hub_id: &model.hub_id,
        cpu: &model.cpu,
        gpu: &model.gpu,
        tried: &model.tried,
        here,
        note: model.note.as_deref(),
    }
}

fn text(list: &List) -> String {
    let gigabytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e9);
    let cells = |row: &Row| {
        [
            row.name.to_string(),
            format!("{:.2}", row.parameters as f64 / 1e9),
            row.file_bytes.map_or_else(|| "-".to_string(), gigabytes),
            gigabytes(row.memory_bytes),
            row.cpu.to_string(),
            row.gpu.to_string(),
            if row.tried.is_empty() { "-" } else { "yes" }.to_string(),
            if row.here.is_empty() { "-" } else { "yes" }.to_string(),
            row.licence.to_string(),
        ]
    };
    let rows: Vec<[String; 9]> = list.models.iter().map(cells).collect();
    let head = [
        "name",
        "10^9",
        "file GB",
        "memory GB",
        "on a CPU",
        "on a GPU",
        "tried",
        "here",
        "licence",
    ];
    let mut text = table(head, &rows);
    for row in &list.models {
        for tried in row.tried {
            text += &format!(
                "{}: tried {} by {}: {}\n",
                row.name, tried.file, tried.path, tried.result
            );
        }
        for place in &row.here {
            text += &format!("{}: here: {place}\n", row.name);
        }
    }
    for server in &list.servers {
        let names = if server.models.is_empty() {
            "without models".to_string()
        } else {
            server.models.join(", ")
        };
        text += &format!("{} replies at {}: {names}\n", server.kind, server.base_url);
    }
    text + "`waggle-worker pull NAME` fetches one\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_servers_should_be_recognised() {
        let server = Server {
            kind: "Ollama",
            base_url: "http://127.0.0.1:11434/v1",
            models: vec!["qwen2.5:1.5b".into(), "own-model".into()],
        };
        let row = row(known::named("qwen2.5-1.5b").unwrap(), std::slice::from_ref(&server));
        assert!(row.here.iter().any(|place| place.starts_with("qwen2.5:1.5b at")), "{row:?}");
        let text = text(&List { models: vec![row], servers: vec![server] });
        assert!(text.contains("own-model") && text.contains("qwen2.5-1.5b  "), "{text}");
        assert_eq!(shown("a\u{1b}[2Jb\n"), "a[2Jb");
    }
}
