//! Fetches one large file over HTTP: resumed where it broke off, compared with a checksum, in place
//! only when it is whole.
//!
//! What is there of it is `TARGET.part`. Redirects are followed, but a token goes to the first host
//! only. The Hub says the checksum of a large file in the header `x-linked-etag` of the redirect to
//! where it is: without a checksum of one's own that one is taken.

use reqwest::{
    header::{HeaderMap, CONTENT_RANGE, LOCATION, RANGE},
    redirect, Client, Response, StatusCode, Url,
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// How often a transfer that breaks off goes on, from where it was.
const ATTEMPTS: u32 = 6;
/// How many hosts may pass the request on.
const MOST_REDIRECTS: usize = 5;
/// How long to wait for a connection, and for each piece.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// What has to stay free on the disk, in bytes.
const SPARE_ROOM: u64 = 64 << 20;

/// A file to fetch.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// Where it is.
    pub url: Url,
    /// Where it is to be; its folder exists.
    pub target: PathBuf,
    /// Its SHA-256, in hex digits.
    pub sha256: Option<String>,
    /// A bearer token for the first host.
    pub token: Option<String>,
    /// How much more room than the file's is needed, in bytes.
    pub more_room: u64,
}

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The disk's fault.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process fetches the same.
    #[error("{0}: another process is fetching it")]
    Busy(PathBuf),
    /// The disk is too small.
    #[error("{path}: it needs {needed} MiB and {free} MiB are free")]
    NoRoom {
        /// Where to.
        path: PathBuf,
        /// In MiB.
        needed: u64,
        /// In MiB.
        free: u64,
    },
    /// The network's or the server's fault; what is there is kept, and the next attempt goes on.
    #[error("{host}: {problem}; run it again to go on from {mib} MiB")]
    Broken {
        /// Which server.
        host: String,
        /// What happened.
        problem: String,
        /// What is there, in MiB.
        mib: u64,
    },
    /// The server does not give it.
    #[error("{host} replies {status}{advice}")]
    Refused {
        /// Which server.
        host: String,
        /// Its status.
        status: StatusCode,
        /// What may help.
        advice: &'static str,
    },
    /// Not what it should be; it is thrown away.
    #[error("{path}: its checksum is {found} and should be {expected}: thrown away")]
    Checksum {
        /// Which file.
        path: PathBuf,
        /// Of what came.
        found: String,
        /// What was asked for.
        expected: String,
    },
}

/// What the servers on the way said.
struct Reply {
    response: Response,
    linked_sum: Option<String>,
}

/// An attempt that ended before the file was whole.
enum Interrupted {
    Final(FetchError),
    /// Worth another one.
    Again(String),
}

impl Fetch {
    /// Fetches it, unless it is there. `progress` gets the bytes that are there and those of the
    /// whole file, where the server says them.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn run(
        &self,
        progress: &(dyn Fn(u64, Option<u64>) + Sync),
    ) -> Result<(), FetchError> {
        if self.target.is_file() {
            return match &self.sha256 {
                Some(expected) => self.compare(&self.target, expected),
                None => Ok(()),
            };
        }
        let part = part_of(&self.target);
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&part)
            .map_err(|source| wrong(&part, source))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(FetchError::Busy(part)),
            // Some network disks know no locks.
            Err(TryLockError::Error(_)) | Ok(()) => (),
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|error| self.broken(&part, &error))?;
        let mut linked_sum = None;
        for attempt in 1.. {
            match self.transfer(&client, &mut file, &mut linked_sum, progress).await {
                Ok(()) => break,
                Err(Interrupted::Final(error)) => return Err(error),
                Err(Interrupted::Again(problem)) if attempt >= ATTEMPTS => {
                    return Err(self.broken(&part, &problem));
                }
                Err(Interrupted::Again(_)) => {
                    tokio::time::sleep(Duration::from_millis(250) * 2u32.pow(attempt)).await;
                }
            }
        }
        file.sync_all().map_err(|source| wrong(&part, source))?;
        if let Some(expected) = self.sha256.as_ref().or(linked_sum.as_ref()) {
            self.compare(&part, expected)?;
        }
        fs::rename(&part, &self.target).map_err(|source| wrong(&self.target, source))
    }

    async fn transfer(
        &self,
        client: &Client,
        file: &mut File,
        linked_sum: &mut Option<String>,
        progress: &(dyn Fn(u64, Option<u64>) + Sync),
    ) -> Result<(), Interrupted> {
        let failed = |source| Interrupted::Final(wrong(&part_of(&self.target), source));
        let mut there = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let Reply { mut response, linked_sum: sum } = self.ask(client, there).await?;
        *linked_sum = sum.or(linked_sum.take());
        let status = response.status();
        let whole = whole_size(response.headers());
        match status {
            StatusCode::PARTIAL_CONTENT => (),
            // All of it was there, or more than that.
            StatusCode::RANGE_NOT_SATISFIABLE if whole == Some(there) => return Ok(()),
            StatusCode::OK | StatusCode::RANGE_NOT_SATISFIABLE => {
                file.set_len(0).map_err(failed)?;
                there = file.seek(SeekFrom::Start(0)).map_err(failed)?;
                if status != StatusCode::OK {
                    return Err(Interrupted::Again("what was there is not of this file".into()));
                }
            }
            _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Interrupted::Again(format!("it replies {status}")));
            }
            _ => return Err(Interrupted::Final(self.refused(status))),
        }
        let total = whole.or_else(|| response.content_length().map(|rest| there + rest));
        if let Some(total) = total {
            self.check_room(total - there.min(total)).map_err(Interrupted::Final)?;
        }
        loop {
            progress(there, total);
            let piece = response.chunk().await;
            let piece = piece.map_err(|error| {
                Interrupted::Again(
                    if error.is_timeout() { "silence" } else { "it broke off" }.into(),
                )
            })?;
            let Some(piece) = piece else { break };
            file.write_all(&piece).map_err(failed)?;
            there += piece.len() as u64;
        }
        match total {
            Some(total) if there < total => Err(Interrupted::Again("it broke off".into())),
            _ => Ok(()),
        }
    }

    /// Asks for what is missing, wherever the file is.
    async fn ask(&self, client: &Client, there: u64) -> Result<Reply, Interrupted> {
        let (mut url, mut linked_sum) = (self.url.clone(), None);
        for _ in 0..=MOST_REDIRECTS {
            let mut request = client.get(url.clone());
            if there > 0 {
                request = request.header(RANGE, format!("bytes={there}-"));
            }
            if let Some(token) = self.token.as_ref().filter(|_| url.origin() == self.url.origin()) {
                request = request.bearer_auth(token);
            }
            let response = request.send().await.map_err(|error| {
                let what = if error.is_timeout() { "no reply in time" } else { "not reached" };
                Interrupted::Again(what.to_string())
            })?;
            linked_sum = sum_of(response.headers()).or(linked_sum);
            if !response.status().is_redirection() {
                return Ok(Reply { response, linked_sum });
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .filter(|next| next.scheme() == self.url.scheme() || next.scheme() == "https")
                .ok_or_else(|| Interrupted::Again("a redirect to nowhere".to_string()))?;
        }
        Err(Interrupted::Again("too many redirects".to_string()))
    }

    fn check_room(&self, missing: u64) -> Result<(), FetchError> {
        let needed = missing + self.more_room + SPARE_ROOM;
        match free_room(self.target.parent().unwrap_or(Path::new("."))) {
            Some(free) if free < needed => Err(FetchError::NoRoom {
                path: self.target.clone(),
                needed: needed >> 20,
                free: free >> 20,
            }),
            _ => Ok(()),
        }
    }

    /// Throws `file` away if it is not what was asked for.
    fn compare(&self, file: &Path, expected: &str) -> Result<(), FetchError> {
        let found = checksum(file).map_err(|source| wrong(file, source))?;
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        fs::remove_file(file).map_err(|source| wrong(file, source))?;
        Err(FetchError::Checksum { path: file.into(), found, expected: expected.to_string() })
    }

    fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_string()
    }

    fn broken(&self, part: &Path, problem: &dyn std::fmt::Display) -> FetchError {
        let mib = fs::metadata(part).map_or(0, |found| found.len() >> 20);
        FetchError::Broken { host: self.host(), problem: problem.to_string(), mib }
    }

    fn refused(&self, status: StatusCode) -> FetchError {
        let advice = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                ": accept the model's licence there, and put a token into HF_TOKEN"
            }
            StatusCode::NOT_FOUND => ": the file is not there any more",
            _ => "",
        };
        FetchError::Refused { host: self.host(), status, advice }
    }
}

/// The SHA-256 of a file, in hex digits.
///
/// # Errors
/// If it cannot be read.
pub fn checksum(file: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (File::open(file)?, Sha256::new());
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}

/// Where a file is while it is not whole.
pub fn part_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_os_string();
    name.push(OsString::from(".part"));
    name.into()
}

fn wrong(path: &Path, source: io::Error) -> FetchError {
    FetchError::File { path: path.to_path_buf(), source }
}

/// The size after the `/` of `content-range`.
fn whole_size(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_RANGE)?.to_str().ok()?.rsplit_once('/')?.1.parse().ok()
}

/// A checksum that the Hub says.
fn sum_of(headers: &HeaderMap) -> Option<String> {
    let sum = headers.get("x-linked-etag")?.to_str().ok()?.trim_matches('"');
    (sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .then(|| sum.to_ascii_lowercase())
}

/// What a disk still takes, in bytes; `None` where it does not say.
fn free_room(folder: &Path) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut found = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends with a zero byte, and the structure is read only when it was filled.
    let found = unsafe {
        (libc::statvfs(path.as_ptr(), found.as_mut_ptr()) == 0).then(|| found.assume_init())
    }?;
    #[allow(clippy::unnecessary_cast)] // Other systems have other widths.
    Some(found.f_bavail as u64 * found.f_frsize as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        http::{HeaderMap, StatusCode},
        routing::get,
        Router,
    };
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex,
    };
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const SIZE: usize = 300_000;

    fn contents() -> Vec<u8> {
        (0..SIZE).map(|index| (index % 251) as u8).collect()
    }

    fn sum() -> String {
        Sha256::digest(contents()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Serves the file, but breaks off after a third of it each time, and notes where each request
    /// began.
    async fn breaking() -> (Url, Arc<Mutex<Vec<usize>>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (mut request, mut piece) = (Vec::new(), [0; 1024]);
                while !request.ends_with(b"\r\n\r\n") {
                    let read = stream.read(&mut piece).await.unwrap();
                    assert!(read > 0, "the request ended early");
                    request.extend_from_slice(&piece[..read]);
                }
                let request = String::from_utf8(request).unwrap().to_lowercase();
                let from: usize = request
                    .split_once("range: bytes=")
                    .map_or(0, |(_, rest)| rest.split('-').next().unwrap().parse().unwrap());
                seen.lock().unwrap().push(from);
                let (status, range) = match from {
                    0 => ("200 OK", format!("0-{}", SIZE - 1)),
                    _ if from < SIZE => ("206 Partial Content", format!("{from}-{}", SIZE - 1)),
                    _ => ("416 Range Not Satisfiable", "*".to_string()),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\
                     content-range: bytes {range}/{SIZE}\r\nconnection: close\r\n\r\n",
                    SIZE.saturating_sub(from)
                );
                stream.write_all(head.as_bytes()).await.unwrap();
                let end = SIZE.min(from + SIZE / 3);
                stream.write_all(&contents()[from.min(end)..end]).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        (url, asked)
    }

    async fn serve(routes: Router) -> Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}/").parse().unwrap()
    }

    fn request(url: &Url, path: &str, folder: &Path) -> Fetch {
        Fetch {
            url: url.join(path).unwrap(),
            target: folder.join("model.gguf"),
            sha256: None,
            token: None,
            more_room: 0,
        }
    }

    #[tokio::test]
    async fn transfer_should_go_on_where_it_broke_off() {
        let (url, asked) = breaking().await;
        let folder = tempfile::tempdir().unwrap();
        let fetch = Fetch { sha256: Some(sum()), ..request(&url, "file", folder.path()) };
        fetch.run(&|_, _| ()).await.unwrap();
        assert_eq!(fs::read(&fetch.target).unwrap(), contents());
        assert!(!part_of(&fetch.target).exists());
        let asked = asked.lock().unwrap();
        assert!(asked.len() >= 3 && asked.iter().skip(1).all(|from| *from > 0), "{asked:?}");
    }

    #[tokio::test]
    async fn whole_part_should_need_no_transfer() {
        let (url, asked) = breaking().await;
        let folder = tempfile::tempdir().unwrap();
        let fetch = Fetch { sha256: Some(sum()), ..request(&url, "file", folder.path()) };
        fs::write(part_of(&fetch.target), contents()).unwrap();
        fetch.run(&|_, _| ()).await.unwrap();
        assert_eq!(*asked.lock().unwrap(), [SIZE]);
    }

    #[tokio::test]
    async fn checksum_of_the_hub_should_be_compared_and_the_token_stay_with_it() {
        let tokens = Arc::new(AtomicUsize::new(0));
        let seen = tokens.clone();
        let store = serve(Router::new().route(
            "/blob",
            get(move |headers: HeaderMap| async move {
                seen.fetch_add(
                    usize::from(headers.contains_key("authorization")),
                    Ordering::SeqCst,
                );
                "other contents"
            }),
        ))
        .await;
        let blob = store.join("blob").unwrap().to_string();
        let hub = serve(Router::new().route(
            "/file",
            get(move |headers: HeaderMap| async move {
                assert_eq!(headers["authorization"], "Bearer secret");
                let said =
                    [("location", blob), ("x-linked-etag", format!("\"{}\"", "ab".repeat(32)))];
                (StatusCode::FOUND, said)
            }),
        ))
        .await;
        let folder = tempfile::tempdir().unwrap();
        let fetch = Fetch { token: Some("secret".into()), ..request(&hub, "file", folder.path()) };
        let error = fetch.run(&|_, _| ()).await.unwrap_err();
        assert!(matches!(error, FetchError::Checksum { .. }), "{error}");
        assert_eq!(tokens.load(Ordering::SeqCst), 0, "another host got the token");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "something was left");
    }

    #[tokio::test]
    async fn refusal_should_say_what_helps() {
        let url =
            serve(Router::new().route("/file", get(|| async { StatusCode::FORBIDDEN }))).await;
        let folder = tempfile::tempdir().unwrap();
        let error = request(&url, "file", folder.path()).run(&|_, _| ()).await.unwrap_err();
        assert!(error.to_string().contains("HF_TOKEN"), "{error}");
        let error = request(&url, "other", folder.path()).run(&|_, _| ()).await.unwrap_err();
        assert!(error.to_string().contains("404"), "{error}");
    }

    #[tokio::test]
    async fn fetch_should_fail_when_there_is_no_room() {
        let url = serve(Router::new().route("/file", get(|| async { "contents" }))).await;
        let folder = tempfile::tempdir().unwrap();
        let fetch = Fetch { more_room: 1 << 60, ..request(&url, "file", folder.path()) };
        let error = fetch.run(&|_, _| ()).await.unwrap_err();
        assert!(matches!(error, FetchError::NoRoom { .. }), "{error}");
    }
}
