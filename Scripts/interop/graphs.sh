#!/usr/bin/env bash
# Real TensorFlow, in a virtual environment of its own, judges what Weft writes.
#   WEFT_INTEROP_PYTHON=PATH   uses that Python, which has all that is needed, and installs nothing
#   SWIFT_TEST="..."      how tests are run, by default "swift test"
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/interop/setup.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
WEFT_INTEROP="$folder" ${SWIFT_TEST:-swift test} --filter 'ExportedGraphTests|ExportedExampleTests'
"$WEFT_INTEROP_PYTHON" Scripts/interop/check_export.py "$folder"/*
