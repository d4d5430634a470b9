#!/usr/bin/env bash
# Builds the emulated CUDA of the tests and prints a line that makes programs use it:
#   eval "$(Scripts/gpu/emulator.sh)"; swift run devicecheck /gpu:0
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$PWD/.build/cuda-emulator/library
mkdir -p "$folder"
clang++ -std=c++20 -O1 -fPIC -shared -Wall -Werror -o "$folder/emulator.so" Tests/CUDAEmulator/*.cpp
for name in libcuda libnvrtc libcublasLt libnccl; do ln -sf emulator.so "$folder/$name.so"; done
echo "export WEFT_CUDA_PATH=$folder"
echo "export WEFT_EMULATOR_include=$PWD/Tests/CUDAEmulator"
echo "export WEFT_EMULATOR_cache=$PWD/.build/cuda-emulator/kernels"
# Images of the emulator are no use to anyone else.
echo "export XDG_CACHE_HOME=$PWD/.build/cuda-emulator"
