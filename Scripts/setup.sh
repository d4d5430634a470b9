#!/usr/bin/env bash
# Installs the C libraries that Weft links, where they are missing. Debian and Ubuntu.
set -euo pipefail

missing=()
for pair in openblas:libopenblas-dev lapacke:liblapacke-dev libpng:libpng-dev zlib:zlib1g-dev; do
  if ! command -v pkg-config >/dev/null || ! pkg-config --exists "${pair%%:*}"; then
    missing+=("${pair##*:}")
  fi
done
command -v pkg-config >/dev/null || missing+=(pkg-config)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "Weft needs these libraries; please install them: ${missing[*]}" >&2
  exit 1
fi
run=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "please run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  run=(sudo)
fi
echo "installing ${missing[*]}"
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
