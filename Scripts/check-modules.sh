#!/usr/bin/env bash
# Fails if a module imports one that the manifest does not list for it.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --explicit-target-dependency-import-check error
