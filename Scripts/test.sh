#!/usr/bin/env bash
# Builds everything and runs every test. Options go to `swift test`.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/setup.sh
exec swift test "$@"
