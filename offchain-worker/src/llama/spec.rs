//! How llama.cpp's server is started.

use std::path::PathBuf;

/// What the server keeps of prompts beside its slots, in MiB. Its own default is 8 GiB, which a
/// machine that runs a node does not have to spare.
const PROMPT_CACHE_MIB: &str = "512";

/// Options that the worker gives itself, or that would open the server to others or silence it.
const OWN_OPTIONS: [&str; 25] = [
    "-m",
    "--model",
    "--host",
    "--port",
    "--reuse-port",
    "--api-key",
    "--api-key-file",
    "--api-prefix",
    "--ssl-key-file",
    "--ssl-cert-file",
    "-c",
    "--ctx-size",
    "-np",
    "--parallel",
    "-t",
    "--threads",
    "-ngl",
    "--gpu-layers",
    "--n-gpu-layers",
    "-a",
    "--alias",
    "--log-disable",
    "-lv",
    "--verbosity",
    "--log-verbosity",
];

/// Variables that say where libraries and devices are: the server gets them as the worker has them.
const KEPT_VARIABLES: [&str; 6] = [
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "GGML_VK_VISIBLE_DEVICES",
];

/// A server and what it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LlamaSpec {
    /// The model's name in the configuration.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// The weights.
    pub gguf: PathBuf,
    /// How many threads compute; 0: as many as the worker may use.
    pub threads: usize,
    /// How many requests are served at the same time, at least 1.
    pub parallel: usize,
    /// Prompt and reply of one request together, in tokens.
    pub context: usize,
    /// How many layers are computed on a GPU.
    pub gpu_layers: usize,
    /// More arguments.
    pub arguments: Vec<String>,
}

impl LlamaSpec {
    /// The first of [`Self::arguments`] that is the worker's own affair.
    pub fn own_option(&self) -> Option<&str> {
        let own = |argument: &&String| OWN_OPTIONS.contains(&argument.as_str());
        self.arguments.iter().find(own).map(String::as_str)
    }

    /// The command line, without the program. The port is free: the server says which it is.
    pub(super) fn command_line(&self) -> Vec<String> {
        let threads = match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let mut line: Vec<String> =
            ["--host", "127.0.0.1", "--port", "0", "--no-webui", "--jinja", "--model"]
                .map(String::from)
                .to_vec();
        line.push(self.gguf.display().to_string());
        for (option, value) in [
            ("--alias", self.name.clone()),
            ("--ctx-size", self.parallel.saturating_mul(self.context).to_string()),
            ("--parallel", self.parallel.to_string()),
            ("--threads", threads.to_string()),
            ("--n-gpu-layers", self.gpu_layers.to_string()),
        ] {
            line.extend([option.to_string(), value]);
        }
        line.extend(self.arguments.iter().cloned());
        line
    }

    /// What the server gets of the environment, beside `PATH` and a locale. Variables, other than
    /// options, do not disturb versions that do not know them; and others cannot see a key there.
    pub(super) fn environment(&self, key: &str) -> Vec<(&'static str, String)> {
        let kept = |name| Some((name, std::env::var(name).ok()?));
        let mut variables: Vec<_> = KEPT_VARIABLES.into_iter().filter_map(kept).collect();
        variables.push(("LLAMA_API_KEY", key.to_string()));
        variables.push(("LLAMA_ARG_CACHE_RAM", PROMPT_CACHE_MIB.to_string()));
        variables
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> LlamaSpec {
        LlamaSpec {
            name: "small".into(),
            program: "llama-server".into(),
            gguf: "/models/small.gguf".into(),
            threads: 3,
            parallel: 2,
            context: 1000,
            gpu_layers: 0,
            arguments: vec!["--mlock".into()],
        }
    }

    #[test]
    fn command_line_should_say_what_the_configuration_says() {
        let line = spec().command_line().join(" ");
        for part in [
            "--host 127.0.0.1 --port 0",
            "--model /models/small.gguf",
            "--ctx-size 2000 --parallel 2 --threads 3 --n-gpu-layers 0 --mlock",
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        let all = LlamaSpec { threads: 0, ..spec() }.command_line().join(" ");
        assert!(!all.contains("--threads 0"), "{all}");
    }

    #[test]
    fn key_should_not_be_on_the_command_line() {
        let spec = spec();
        assert!(spec.environment("secret").contains(&("LLAMA_API_KEY", "secret".to_string())));
        assert!(!spec.command_line().join(" ").contains("key"));
    }

    #[test]
    fn arguments_should_not_open_the_server_to_others() {
        let with = |argument: &str| LlamaSpec { arguments: vec![argument.into()], ..spec() };
        assert_eq!(with("--host").own_option(), Some("--host"));
        assert_eq!(with("--mlock").own_option(), None);
    }
}
