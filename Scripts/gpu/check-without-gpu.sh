#!/usr/bin/env bash
# What of CUDA can be checked without a GPU: our declarations against NVIDIA's headers, and every
# kernel, generated ones included, with NVIDIA's own compiler.
#
# NVIDIA's files come from PyPI into .build/nvidia (60 MB), once.
set -euo pipefail
cd "$(dirname "$0")/../.."
wheels=$PWD/.build/nvidia
if [ ! -e "$wheels/done" ]; then
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$wheels" nvidia-cuda-nvrtc nvidia-cuda-runtime
  touch "$wheels/done"
fi
header=$(find "$wheels" -name cuda.h | head -n 1)
library=$(find "$wheels" -name 'libnvrtc.so*' ! -name '*.alt.*' | head -n 1)

flags=()
# The header of cuBLASLt comes in a wheel of 400 MB, which is not fetched for this alone.
for folder in "$(dirname "$header")" ${CUBLASLT_INCLUDE:-}; do
  if [ -e "$folder/cublasLt.h" ]; then flags+=(-DWITH_CUBLASLT "-I$folder"); fi
done
clang++ -std=c++20 -fsyntax-only -Wno-nullability-completeness -ISources/CWeftCUDA/include \
  "-I$(dirname "$header")" "${flags[@]}" Scripts/gpu/check-declarations.cpp
echo "declarations agree with $header${flags[0]:+ and cublasLt.h}"

# The tests write every program that they compile.
programs=$PWD/.build/cuda-emulator/programs
rm -rf "$programs"
WEFT_WRITE_PROGRAMS=$programs swift test --filter WeftCUDATests.ConformanceTests
python3 Scripts/gpu/compile-kernels.py "$library" "$programs" 80 90 100
