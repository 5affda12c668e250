//! Other clocks for processes, by libfaketime (Debian's package of that name).
//!
//! A time namespace does not shift the clock that slots are reckoned by (CLOCK_REALTIME), and the
//! machine's own must not be touched. The library adds to what a process reads from that clock, and
//! leaves the monotonic clock alone. `WAGGLE_LIBFAKETIME` names it where it lies elsewhere.

use std::{path::PathBuf, time::Duration};
use waggle_local_network::Surroundings;

/// Where Debian puts it.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// The library.
pub(crate) struct Library(PathBuf);

impl Library {
    /// Errors: this machine has none, in a line.
    pub(crate) fn find() -> Result<Self, String> {
        let path =
            std::env::var_os("WAGGLE_LIBFAKETIME").map_or_else(|| LIBRARY.into(), PathBuf::from);
        if path.is_file() {
            Ok(Self(path))
        } else {
            Err(format!("no {}: apt-get install libfaketime", path.display()))
        }
    }

    /// What surrounds a process whose clock is `seconds` ahead.
    pub(crate) fn ahead(&self, seconds: f64) -> Surroundings {
        self.surroundings([("FAKETIME", format!("+{seconds}"))])
    }

    fn surroundings<const N: usize>(&self, how: [(&str, String); N]) -> Surroundings {
        let library = [
            ("LD_PRELOAD", self.0.display().to_string()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        let environment = library.into_iter().chain(how);
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).collect();
        Surroundings { environment, ..Default::default() }
    }
}

/// A clock that processes share, and that can be put forward while they run.
pub(crate) struct Clock {
    library: Library,
    directory: tempfile::TempDir,
}

impl Clock {
    /// One that is right. Errors: this machine has no [`Library`], in a line.
    pub(crate) fn find() -> Result<Self, String> {
        let library = Library::find()?;
        let clock = Self { library, directory: tempfile::tempdir().unwrap() };
        clock.put_ahead(Duration::ZERO);
        Ok(clock)
    }

    /// What surrounds a process that goes by it.
    pub(crate) fn surroundings(&self) -> Surroundings {
        // Read anew each time: all must notice at once that it was put forward.
        self.library.surroundings([
            ("FAKETIME_TIMESTAMP_FILE", self.file().display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
        ])
    }

    /// From now on it is this much ahead. Never less than before: chains do not go back in time.
    pub(crate) fn put_ahead(&self, time: Duration) {
        let new = self.directory.path().join("new");
        std::fs::write(&new, format!("+{}\n", time.as_secs())).unwrap();
        // At once: nobody reads half of it.
        std::fs::rename(new, self.file()).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("clock")
    }
}
