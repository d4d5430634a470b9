#!/usr/bin/env bash
# What of CUDA can be checked without a GPU: our declarations against NVIDIA's headers, and every
# kernel, generated ones included, with NVIDIA's own compiler.
#
# NVIDIA's files come from PyPI into .build/nvidia (60 MB), once. Of NCCL's wheel of 300 MB the header is
# kept alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
wheels=$PWD/.build/nvidia
if [ ! -e "$wheels/done" ]; then
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$wheels" nvidia-cuda-nvrtc nvidia-cuda-runtime
  touch "$wheels/done"
fi
if [ ! -e "$wheels/nccl/nccl.h" ]; then
  mkdir -p "$wheels/nccl"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$wheels/nccl" \
    nvidia-nccl-cu13
  python3 - "$wheels/nccl" <<'PY'
import glob, os, sys, zipfile

for path in glob.glob(sys.argv[1] + "/*.whl"):
    with zipfile.ZipFile(path) as wheel:
        header = wheel.read("nvidia/nccl/include/nccl.h")
    with open(sys.argv[1] + "/nccl.h", "wb") as file:
        file.write(header)
    os.remove(path)
PY
fi
header=$(find "$wheels" -name cuda.h | head -n 1)
library=$(find "$wheels" -name 'libnvrtc.so*' ! -name '*.alt.*' | head -n 1)

flags=(-DWITH_NCCL "-I$wheels/nccl")
# The header of cuBLASLt comes in a wheel of 400 MB, which is not fetched for this alone.
for folder in "$(dirname "$header")" ${CUBLASLT_INCLUDE:-}; do
  if [ -e "$folder/cublasLt.h" ]; then flags+=(-DWITH_CUBLASLT "-I$folder"); fi
done
clang++ -std=c++20 -fsyntax-only -Wno-nullability-completeness -ISources/CWeftCUDA/include \
  "-I$(dirname "$header")" "${flags[@]}" Scripts/gpu/check-declarations.cpp
echo "declarations agree with $header, nccl.h$([[ ${flags[*]} == *CUBLASLT* ]] && echo " and cublasLt.h")"

# The tests write every program that they compile.
programs=$PWD/.build/cuda-emulator/programs
rm -rf "$programs"
WEFT_WRITE_PROGRAMS=$programs swift test --filter WeftCUDATests.ConformanceTests
python3 Scripts/gpu/compile-kernels.py "$library" "$programs" 80 90 100
