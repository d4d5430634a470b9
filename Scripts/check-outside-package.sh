#!/usr/bin/env bash
# Builds and runs a package outside the repository that depends on Weft by path.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/Sources/outside"
cp "$root/Scripts/outside-package/main.swift" "$folder/Sources/outside/main.swift"
sed "s|WEFT_PATH|$root|" "$root/Scripts/outside-package/Package.swift.in" > "$folder/Package.swift"
swift run --package-path "$folder" --scratch-path "$root/.build-outside" outside
