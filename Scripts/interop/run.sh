#!/usr/bin/env bash
# Real TensorFlow, in a virtual environment of its own, judges what Weft writes.
#   INTEROP_PYTHON=PATH   uses that Python, which has TensorFlow and NumPy, and installs nothing
#   SWIFT_TEST="..."      how tests are run, by default "swift test"
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${INTEROP_PYTHON:-}"
if [ -z "$python" ]; then
  [ -x .build/interop/bin/python ] || python3 -m venv .build/interop
  .build/interop/bin/pip install --quiet --disable-pip-version-check tensorflow-cpu numpy
  python=.build/interop/bin/python
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
WEFT_INTEROP="$folder" ${SWIFT_TEST:-swift test} --filter InteropTests
"$python" Scripts/interop/check_export.py "$folder"/*
