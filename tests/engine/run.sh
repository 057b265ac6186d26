#!/usr/bin/env bash
# Tests evalcenter against a real inference engine on this machine's own CPU: llama.cpp's server with a tiny random model.
#
# Needs: Python 3.11 or newer, a C and a C++ compiler, curl. The engine is compiled once into .engine/, from the llama.cpp source inside the
# llama-cpp-python source package; nothing of it enters the project's own environment. Arguments are handed to pytest.
# The servers listen on 127.0.0.1 only, ask for a key that is made for this run, and are always stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."

PYTHON=${PYTHON:-python3}
ENGINE=.engine
MODEL=evalcenter-random
RELEASE=$(sed -nE 's/^llama-cpp-python==([^ ]+).*/\1/p' tests/engine/source.txt)
SERVER=$ENGINE/llama-server-$RELEASE

environment() {
    test -x $ENGINE/venv/bin/python || "$PYTHON" -m venv $ENGINE/venv
    $ENGINE/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/engine/requirements.txt
}

build() {
    test -x "$SERVER" && return
    echo "compiling llama.cpp (llama-cpp-python $RELEASE): about a quarter of an hour on two cores, once" >&2
    rm -rf $ENGINE/source $ENGINE/build && mkdir -p $ENGINE/source
    PATH="$PWD/$ENGINE/venv/bin:$PATH" $ENGINE/venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps \
        --no-binary :all: --no-build-isolation --require-hashes -r tests/engine/source.txt --dest $ENGINE/source
    tar -xf $ENGINE/source/*.tar.gz -C $ENGINE/source --strip-components 1
    # Nothing but the server: no GPU, no web pages, no downloads. -O1 because the model is tiny and compiling takes the time.
    $ENGINE/venv/bin/cmake -S $ENGINE/source/vendor/llama.cpp -B $ENGINE/build -G Ninja \
        -DCMAKE_MAKE_PROGRAM="$PWD/$ENGINE/venv/bin/ninja" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
        -DCMAKE_C_FLAGS_RELEASE=-O1 -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF \
        -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_ALL_WARNINGS=OFF -DGGML_ALL_WARNINGS=OFF \
        -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF -DGGML_LLAMAFILE=OFF -DGGML_CPU_REPACK=OFF \
        -DGGML_METAL=OFF -DGGML_BLAS=OFF -DLLAMA_BUILD_COMMIT="python-$RELEASE" >$ENGINE/build.log 2>&1 || fail build.log
    $ENGINE/venv/bin/ninja -C $ENGINE/build -j "${ENGINE_JOBS:-2}" llama-server >>$ENGINE/build.log 2>&1 || fail build.log
    mv $ENGINE/build/bin/llama-server "$SERVER"
    rm -rf $ENGINE/source $ENGINE/build
}

fail() {
    tail -n 30 "$ENGINE/$1" >&2
    echo "error: see $ENGINE/$1" >&2
    exit 1
}

free_port() {
    "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

pids=
stop() {
    trap - EXIT INT TERM
    for signal in TERM KILL; do
        for pid in $pids; do
            kill -$signal -- "-$pid" 2>/dev/null || true
        done
        sleep 1
    done
}

serve() { # NAME PORT OPTION...: start a server in a process group of its own, and wait until it is healthy
    local name=$1 port=$2
    shift 2
    set -m
    "$SERVER" --host 127.0.0.1 --port "$port" --offline --no-ui "$@" >"$ENGINE/$name.log" 2>&1 </dev/null &
    local pid=$!
    set +m
    pids="$pids $pid"
    for _ in $(seq 240); do
        curl --silent --fail --noproxy '*' --output /dev/null "http://127.0.0.1:$port/health" && return
        kill -0 "$pid" 2>/dev/null || fail "$name.log"
        sleep 0.25
    done
    fail "$name.log"
}

mkdir -p $ENGINE/models
environment
build
${MAKE:-make} --no-print-directory .venv/.dev
$ENGINE/venv/bin/python tests/engine/make_model.py $ENGINE/models/$MODEL.gguf
"$SERVER" --version 2>&1 | grep -i version || true

trap stop EXIT
trap 'exit 130' INT TERM
LLAMA_API_KEY=$("$PYTHON" -c 'import secrets; print("engine-" + secrets.token_hex(16))')
export LLAMA_API_KEY
one=$(free_port)
serve engine "$one" --model $ENGINE/models/$MODEL.gguf --alias $MODEL --ctx-size 32768 --parallel 4 --threads 1 --metrics
many=$(free_port)
serve router "$many" --models-dir $ENGINE/models --models-max 1 --ctx-size 8192 --parallel 1 --threads 1

EVALCENTER_ENGINE_URL=http://127.0.0.1:$one/v1 \
    EVALCENTER_ENGINE_ROUTER_URL=http://127.0.0.1:$many/v1 \
    EVALCENTER_ENGINE_MODEL=$MODEL \
    EVALCENTER_ENGINE_KEY=$LLAMA_API_KEY \
    .venv/bin/python -m pytest -m engine tests/engine "$@"
