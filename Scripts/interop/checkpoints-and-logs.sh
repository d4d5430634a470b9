#!/usr/bin/env bash
# Has TensorFlow restore our checkpoints and TensorBoard serve our logs, both from PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${WEFT_INTEROP_PYTHON:-}" ]; then
  export WEFT_INTEROP_PYTHON="$PWD/.venv/interop/bin/python"
  [ -x "$WEFT_INTEROP_PYTHON" ] || python3 -m venv .venv/interop
  "$WEFT_INTEROP_PYTHON" -m pip install -q tensorflow-cpu tensorboard
fi
swift test --filter FileInteropTests
