//! What Linux tells of this machine and of a running process, for the record that comes with
//! results.

use std::{path::Path, process::Command};

/// Memory of a running process in MiB, by a field of its `/proc/ID/status`: `VmRSS` for all that is
/// resident, `RssAnon` for what no file stands behind. `None` if it does not run.
pub fn memory_mib(process: u32, field: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kib = value_of(&status, field)?.trim_end_matches("kB").trim_end().parse::<f64>().ok()?;
    Some(kib / 1024.0)
}

/// The name of the processor, if the machine says it.
pub fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    value_of(&text, "model name").map(str::to_owned)
}

/// Memory of the machine in GiB, if it says it.
pub fn memory_gib() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib = value_of(&text, "MemTotal")?.split_whitespace().next()?.parse::<f64>().ok()?;
    Some(kib / 1024.0 / 1024.0)
}

/// Today (UTC, `2026-11-24`) and the short name of the commit that `folder` lies in, each empty if
/// nobody can say.
pub fn provenance(folder: &Path) -> (String, String) {
    let said = |program: &str, words: &[&str]| {
        let said = Command::new(program).args(words).current_dir(folder).output();
        said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default()
    };
    (said("date", &["-u", "+%Y-%m-%d"]), said("git", &["rev-parse", "--short", "HEAD"]))
}

/// The value of the first line `NAME : VALUE` of one of Linux's own files.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(other, _)| other.trim_end() == name)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_should_be_found_by_their_whole_name() {
        let text = "VmRSSx:\t1 kB\nVmRSS:\t  2048 kB\nmodel name\t: Some: CPU\n";
        assert_eq!(value_of(text, "VmRSS"), Some("2048 kB"));
        assert_eq!(value_of(text, "model name"), Some("Some: CPU"));
        assert_eq!(value_of(text, "RssAnon"), None);
    }

    #[test]
    fn memory_should_be_that_of_a_running_process() {
        assert!(memory_mib(std::process::id(), "VmRSS").is_some_and(|mib| mib > 0.0));
        assert_eq!(memory_mib(u32::MAX, "VmRSS"), None);
    }
}
