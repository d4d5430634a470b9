#!/usr/bin/env bash
# Builds the benchmark and times it; PEERS=1 makes a virtual environment with the peers and times
# them in the same run. Further arguments go to run.py, e.g. --data FOLDER --rounds 5.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
swift build -c release --package-path "$here" --scratch-path "$here/../.build-bench"
peers=()
if [ "${PEERS:-0}" = 1 ]; then
  venv="$here/.venv"
  if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet -r "$here/peers/requirements.txt"
  fi
  peers=(--python "$venv/bin/python")
fi
exec python3 "$here/run.py" --weft "$here/../.build-bench/release/weft-bench" "${peers[@]}" "$@"
