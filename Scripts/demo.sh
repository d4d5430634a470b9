#!/usr/bin/env bash
# Trains a network on the letters that ship with the project. Options go to `notmnist`.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/setup.sh
exec swift run -c release notmnist "$@"
