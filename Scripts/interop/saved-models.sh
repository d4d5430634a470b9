#!/usr/bin/env bash
# SavedModel directories both ways: Weft runs TensorFlow's, of versions 1 and 2 and Keras; TensorFlow's
# two loaders run Weft's. Settings as in graphs.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${WEFT_INTEROP_PYTHON:-}"
if [ -z "$python" ]; then
  [ -x .venv/interop/bin/python ] || python3 -m venv .venv/interop
  .venv/interop/bin/pip install --quiet --disable-pip-version-check tensorflow-cpu numpy
  python=.venv/interop/bin/python
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" Scripts/interop/make_saved_models.py "$folder" 2>"$folder/log" || { cat "$folder/log"; exit 1; }
WEFT_INTEROP_MADE="$folder" WEFT_INTEROP_MODELS="$folder" \
  ${SWIFT_TEST:-swift test} --filter SavedModelTests
"$python" Scripts/interop/check_saved_models.py "$folder" 2>/dev/null
