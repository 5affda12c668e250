//! Builds the runtime's wasm, which the node embeds; nothing when `SKIP_WASM_BUILD` is set.

fn main() {
    #[cfg(feature = "std")]
    {
        // The wasm is built from the same lock file as the node. Left to itself the builder looks
        // for it above the target directory, which need not be inside the repository.
        if std::env::var_os("WASM_BUILD_WORKSPACE_HINT").is_none() {
            // Asked when it runs: checkouts that share a target directory share this program too.
            let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".into());
            std::env::set_var("WASM_BUILD_WORKSPACE_HINT", format!("{here}/.."));
        }
        let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults();
        // Builds the wasm twice: for releases only. Symbol and decimals are those of
        // `src/constants.rs`, which a test compares with them.
        #[cfg(feature = "metadata-hash")]
        let builder = builder.enable_metadata_hash("WAG", 12);
        builder.build();
    }
}
