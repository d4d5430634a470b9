#!/usr/bin/env bash
# Builds what runs on a machine with a GPU and without Swift, into .build/gpu, and packs it as
# .build/gpu.tar.xz, which may not be larger than 64 MiB:
#
#   Scripts/gpu/bundle.sh                       # here
#   (copy .build/gpu.tar.xz to the other machine)
#   tar xJf gpu.tar.xz && gpu/run.sh            # there; without xz: python3 -m tarfile -e gpu.tar.xz
#
# With a GPU on this very machine: Scripts/gpu/bundle.sh && .build/gpu/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
bundle=$PWD/.build/gpu
flags=(-c release --static-swift-stdlib)
rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/lib" "$bundle/programs"

swift build "${flags[@]}" --product devicecheck
swift build "${flags[@]}" --product mnist
swift build "${flags[@]}" --product notmnist
swift build "${flags[@]}" --package-path Benchmarks --scratch-path .build-bench
for program in devicecheck mnist notmnist; do cp ".build/release/$program" "$bundle/programs/"; done
cp .build-bench/release/weft-bench "$bundle/programs/"
strip "$bundle"/programs/*
# Their libraries are for them alone: the C++ library of this machine, older than that of the other,
# would break what PyTorch compiles there.
for program in "$bundle"/programs/*; do
  cat >"$bundle/bin/$(basename "$program")" <<'RUN'
#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$here/programs/$(basename "$0")" "$@"
RUN
done
chmod +x "$bundle"/bin/*

# Libraries of the system that the programs link; not the C library and its loader.
ldd "$bundle"/programs/* | awk '/=> \// {print $3}' | sort -u |
  grep -Ev '/(libc|libm|libdl|libpthread|librt|ld-linux-x86-64|libgcc_s)\.so' |
  xargs -I{} cp -L {} "$bundle/lib/"
cp -r Data "$bundle/"
cp -r Benchmarks/peers Benchmarks/run.py "$bundle/"
cp Scripts/gpu/run.sh "$bundle/"
# What only makes fixtures is not needed there.
find "$bundle" -name '__pycache__' -prune -exec rm -rf {} +
# The programs have most of their content in common, tens of megabytes apart: a dictionary that reaches
# from one to the next makes 40 MB of what gzip makes 110.
tar -C "$(dirname "$bundle")" -c gpu | xz --lzma2=preset=1,dict=192MiB >"$bundle.tar.xz"
size=$(stat -c %s "$bundle.tar.xz")
du -sh "$bundle" "$bundle.tar.xz"
if [ "$size" -gt $((64 << 20)) ]; then
  echo "the bundle has $size bytes, more than 64 MiB" >&2
  exit 1
fi
