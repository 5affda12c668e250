# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this use the variables
# Sourced by the other scripts: where things are, and how a long step reports itself.
#
# Everything that is built lies outside of the repository, in $WAGGLE_CACHE (default
# ~/.cache/waggle): clones share it.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
WAGGLE_CACHE="${WAGGLE_CACHE:-$HOME/.cache/waggle}"
CHAIN_TARGET="$WAGGLE_CACHE/target"
WORKER_TARGET="$WAGGLE_CACHE/target-worker"
BENCHES_TARGET="$WAGGLE_CACHE/target-benches"
WEIGHER_TARGET="$WAGGLE_CACHE/target-weigher"
RECEIPT_TARGET="$WAGGLE_CACHE/target-receipt"
LOGS="$WAGGLE_CACHE/logs"
export PATH="$WAGGLE_CACHE/tools/bin:$PATH"
# What is built, where one expects it, and what every measurement needs.
NODE="$CHAIN_TARGET/release/waggle-node"
WORKER="$WORKER_TARGET/release/waggle-worker"
PROGRAMS="$CHAIN_TARGET/release"
MEASURES="$BENCHES_TARGET/release"
MODELS="$ROOT/offchain-worker/models"
OUTPUT="$ROOT/benches/output"
# Verifies receipts in browsers.
RECEIPT_VERIFIER="$RECEIPT_TARGET/wasm32v1-none/release/waggle_receipt_wasm.wasm"
# What ./scripts/llama builds and fetches; where PATH has a llama-server of its own, that is used.
LLAMA_SERVER="$WAGGLE_CACHE/tools/bin/llama-server"
SMOLLM2_FILE=SmolLM2-135M-Instruct.Q4_1.gguf
SMOLLM2="$WAGGLE_CACHE/real-models/$SMOLLM2_FILE"
# What ./scripts/minilm fetches.
MINILM="$WAGGLE_CACHE/real-models/all-MiniLM-L6-v2"
mkdir -p "$LOGS"

# GiB to have free before a first build of the programs, and of the tests, which was seen to take 8.
ROOM_FOR_PROGRAMS=8
ROOM_FOR_TESTS=12

# Programs from crates.io that ./scripts/lint calls.
CARGO_DENY_VERSION=0.20.2
MDBOOK_VERSION=0.5.4
# The llama-cpp-python whose llama.cpp ./scripts/llama builds.
LLAMA_CPP_PYTHON_VERSION=0.3.36

# Variables that would make cargo build the trees again, or only half of them.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR SKIP_WASM_BUILD RUSTFLAGS

if ! command -v cargo >/dev/null && [ -f "$HOME/.cargo/env" ]; then
    # shellcheck source=/dev/null
    . "$HOME/.cargo/env"
fi

# rust-toolchain.toml names a release. Where that very release is there as `stable` only, it does.
if ! (cd "$ROOT" && rustc --version) >/dev/null 2>&1; then
    release="$(sed -n 's/^channel = "\(.*\)"/\1/p' "$ROOT/rust-toolchain.toml")"
    if rustc +stable --version 2>/dev/null | grep -q "^rustc $release "; then
        export RUSTUP_TOOLCHAIN=stable
    fi
fi

# Some checks ask git what it tracks, also where a container's user does not own the checkout.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$ROOT"

# Words to a person; standard output belongs to results.
say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$*"
    exit 1
}

# The comment that opens a script is its help.
usage() {
    awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"
    exit 0
}

# For scripts that hand their arguments on.
help_if_asked() {
    local argument
    for argument in "$@"; do
        case "$argument" in -h | --help) usage ;; esac
    done
}

no_such_option() {
    die "there is no option $1; ./scripts/${0##*/} --help names them"
}

# Stop unless $1 GiB are free for what is built.
need_room() {
    local free
    free="$(df --output=avail -B1G "$WAGGLE_CACHE" | tail -n 1 | tr -d ' ')"
    [ "$free" -ge "$1" ] || die "$WAGGLE_CACHE has $free GiB free and needs $1:" \
        "make room there, or set WAGGLE_CACHE to a folder on a larger disk"
}

in_chain() {
    (cd "$ROOT" && CARGO_TARGET_DIR="$CHAIN_TARGET" "$@")
}

in_worker() {
    (cd "$ROOT/offchain-worker" && CARGO_TARGET_DIR="$WORKER_TARGET" "$@")
}

in_benches() {
    (cd "$ROOT/benches" && CARGO_TARGET_DIR="$BENCHES_TARGET" "$@")
}

in_weigher() {
    (cd "$ROOT/weigher" && CARGO_TARGET_DIR="$WEIGHER_TARGET" "$@")
}

in_receipt() {
    (cd "$ROOT/receipt/wasm" && CARGO_TARGET_DIR="$RECEIPT_TARGET" "$@")
}

# All programs of a workspace: one selection for every script. --examples makes cargo choose the
# features that the tests have too: without it, a crate whose features some development dependency
# changes, and all that stand on it, would be built once for the programs and once for the tests.
# For mistral.rs that is ten minutes.
build_chain() {
    local options=()
    # For releases: builds the wasm twice.
    [ -z "${WAGGLE_METADATA_HASH:-}" ] || options=(--features waggle-runtime/metadata-hash)
    # The hostile validator is for the tests alone, which build it; ./scripts/gossip-hop builds the
    # lanes' spike. Neither chooses features that others do not choose too.
    in_chain cargo build --release --workspace --exclude waggle-hostile --exclude waggle-lanes \
        --locked --bins --examples "${options[@]}"
}
build_worker() {
    in_worker cargo build --release --locked --bins --examples
}
build_evidence() {
    in_benches cargo build --release --locked --bins --examples
}

# The verifier of receipts for browsers, as Substrate's crates build for a runtime.
build_receipt() {
    claim_builds "$RECEIPT_TARGET"
    RUSTFLAGS="--cfg substrate_runtime" in_receipt cargo build --release --locked \
        --target wasm32v1-none
}

# Clones share what is built of the dependencies, but not of Waggle itself: cargo tells builds of
# two clones apart by the age of files only, and would take the other clone's crates for this one's.
# claim_builds [TARGET]...: those that most scripts build into, without a TARGET.
claim_builds() {
    local target
    [ $# -gt 0 ] || set -- "$CHAIN_TARGET" "$WORKER_TARGET" "$BENCHES_TARGET"
    for target in "$@"; do
        mkdir -p "$target"
        if [ "$(cat "$target/clone" 2>/dev/null)" != "$ROOT" ]; then
            find "$target" -path '*/.fingerprint/*' -type d \
                \( -name 'waggle-*' -o -name 'pallet-waggle-*' \) -prune -exec rm -rf {} +
            printf '%s\n' "$ROOT" >"$target/clone"
        fi
    done
}

# What a build that writes to the log $1 is doing: its last line, short.
last_line() {
    tail -n 1 "$1" 2>/dev/null | tr -d '\r' | sed 's/^ *//' | cut -c1-60
}

crates_in() {
    grep -c '^ *Compiling' "$1" 2>/dev/null || true
}

# Run the function $2 with its output in $LOGS/$1.log, and say in $LOGS/$1.ended how it ended. Of
# nothing else this shell waits, so that it cannot forget it.
aside() {
    local status=0
    "$2" >"$LOGS/$1.log" 2>&1 &
    wait "$!" || status=$?
    printf '%s\n' "$status" >"$LOGS/$1.ended"
}

# side_by_side NAME FUNCTION [NAME FUNCTION]...: run the functions at the same time, each with its
# output in $LOGS/NAME.log, and say every now and then where they are. Fails if one of them fails,
# with the end of its log.
#
# How they ended is read from files. `wait` cannot tell in a long build: a shell forgets how a
# process ended when another of its children gets the same number, and compilers use the numbers up
# several times.
side_by_side() {
    local names=() pids=() running=() name index failed=0 every=30 begin="$SECONDS" next line crates
    [ -t 2 ] && every=2
    next="$every"
    while [ $# -gt 0 ]; do
        names+=("$1")
        rm -f "$LOGS/$1.ended"
        (aside "$1" "$2") &
        pids+=($!)
        shift 2
    done
    while :; do
        running=()
        for index in "${!names[@]}"; do
            [ -e "$LOGS/${names[$index]}.ended" ] || ! kill -0 "${pids[$index]}" 2>/dev/null ||
                running+=("$index")
        done
        [ ${#running[@]} -gt 0 ] || break
        # Reading the logs takes time from the builds: only when there is something to say.
        if [ $((SECONDS - begin)) -ge "$next" ]; then
            line=""
            for index in "${running[@]}"; do
                name="${names[$index]}"
                crates="$(crates_in "$LOGS/$name.log")"
                line+="  $name: "
                [ "${crates:-0}" = 0 ] || line+="$crates crates, "
                line+="$(last_line "$LOGS/$name.log")"
            done
            line="$(printf '%4d s%s' "$((SECONDS - begin))" "$line")"
            next=$((SECONDS - begin + every))
            if [ -t 2 ]; then
                printf '\r\033[K%s' "$(printf '%s' "$line" | cut -c1-157)" >&2
            else
                say "$line"
            fi
        fi
        sleep 1
    done
    [ -t 2 ] && printf '\r\033[K' >&2
    for name in "${names[@]}"; do
        if [ "$(cat "$LOGS/$name.ended" 2>/dev/null)" != 0 ]; then
            failed=1
            if grep -q 'No space left on device' "$LOGS/$name.log"; then
                say "$name failed: the disk of $WAGGLE_CACHE is full:" \
                    "make room, or set WAGGLE_CACHE to a folder on a larger disk"
                continue
            fi
            say "$name failed; the end of $LOGS/$name.log:"
            tail -n 40 "$LOGS/$name.log" >&2
        fi
    done
    return "$failed"
}

# attended COMMAND...: run it to its end, which it meets when this script is told to end. A shell
# that waits for a command in its foreground would end alone, and leave the command behind.
attended() {
    local pid status=0
    "$@" <&0 &
    pid=$!
    # A command in the background is deaf to Ctrl-C.
    trap 'kill -TERM '"$pid"' 2>/dev/null; wait '"$pid"'; exit 130' INT
    trap 'kill -TERM '"$pid"' 2>/dev/null; wait '"$pid"'; exit 143' TERM HUP
    wait "$pid" || status=$?
    trap - INT TERM HUP
    return "$status"
}

# Whether the file $1 has the SHA-256 $2.
checked() {
    printf '%s  %s\n' "$2" "$1" | sha256sum --check --status 2>/dev/null
}

# download URL SHA256 FILE: fetch a file unless it is there, go on where a broken download stopped,
# and put it in place only once its checksum is right.
download() {
    local url="$1" sum="$2" file="$3" show=(--silent --show-error)
    [ ! -e "$file" ] || return 0
    command -v curl >/dev/null || die "curl is missing: apt install curl"
    [ ! -t 2 ] || show=(--progress-bar)
    say "fetching $url"
    # A part that is whole already has nothing left to ask for.
    checked "$file.part" "$sum" ||
        curl --fail --location --retry 3 --continue-at - "${show[@]}" --output "$file.part" \
            "$url" ||
        die "it could not be fetched; start again to go on where it stopped"
    if ! checked "$file.part" "$sum"; then
        rm -f "$file.part"
        die "what was fetched has a wrong checksum, and is removed: start again"
    fi
    mv "$file.part" "$file"
}

# unpacked WHEEL FILE: write a file of a wheel, which is a zip, to standard output.
unpacked() {
    if command -v unzip >/dev/null; then
        unzip -p "$1" "$2"
    elif command -v bsdtar >/dev/null; then
        bsdtar -xOf "$1" "$2"
    elif command -v python3 >/dev/null; then
        python3 -c 'import shutil, sys, zipfile
shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), sys.stdout.buffer)' "$1" "$2"
    else
        die "unzip is missing: apt install unzip"
    fi
}

# install_npm FOLDER: install what FOLDER/package-lock.json lists, if that is not there already.
# Downloads are kept for
# other clones. No package gets to run a script of its own.
install_npm() {
    local folder="$ROOT/$1" stamp
    command -v npm >/dev/null ||
        die "npm is missing: install Node.js 20 or newer (apt install nodejs npm)"
    stamp="$(cat "$folder/package.json" "$folder/package-lock.json" | cksum)"
    if [ "$(cat "$folder/node_modules/.installed" 2>/dev/null)" != "$stamp" ]; then
        say "installing the npm packages of $1"
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
            --prefer-offline --cache "$WAGGLE_CACHE/npm")
        printf '%s\n' "$stamp" >"$folder/node_modules/.installed"
    fi
}
