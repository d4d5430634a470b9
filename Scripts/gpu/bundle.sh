#!/usr/bin/env bash
# Builds what runs on a machine with a GPU and without Swift, into .build/gpu (about 100 MB):
#
#   Scripts/gpu/bundle.sh                       # here
#   (copy .build/gpu to the other machine)
#   ./run.sh                                    # there, in the folder
#
# With a GPU on this very machine: Scripts/gpu/bundle.sh && .build/gpu/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
bundle=$PWD/.build/gpu
flags=(-c release --static-swift-stdlib)
rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/lib"

swift build "${flags[@]}" --product devicecheck
swift build "${flags[@]}" --product mnist
swift build "${flags[@]}" --product notmnist
swift build "${flags[@]}" --package-path Benchmarks --scratch-path .build-bench
for program in devicecheck mnist notmnist; do cp ".build/release/$program" "$bundle/bin/"; done
cp .build-bench/release/weft-bench "$bundle/bin/"
strip "$bundle"/bin/*

# Libraries of the system that the programs link; not the C library and its loader.
ldd "$bundle"/bin/* | awk '/=> \// {print $3}' | sort -u |
  grep -Ev '/(libc|libm|libdl|libpthread|librt|ld-linux-x86-64|libgcc_s)\.so' |
  xargs -I{} cp -L {} "$bundle/lib/"
cp -r Data "$bundle/"
cp -r Benchmarks/peers Benchmarks/run.py "$bundle/"
cp Scripts/gpu/run.sh "$bundle/"
du -sh "$bundle"
