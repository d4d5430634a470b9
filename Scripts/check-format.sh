#!/usr/bin/env bash
# Fails if a Swift source is not formatted as .swift-format says.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.swift' | xargs swift format lint --strict
