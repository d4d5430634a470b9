#!/usr/bin/env bash
# On a machine with an NVIDIA GPU, in the folder that bundle.sh made: conformance, training, and times
# beside PyTorch and JAX where Python has them. Writes results/.
set -uo pipefail
cd "$(dirname "$0")"
export LD_LIBRARY_PATH=$PWD/lib:${LD_LIBRARY_PATH:-}
mkdir -p results
failed=0
note() { printf '\n== %s\n' "$1"; }
check() {
  if "$@"; then return; fi
  echo "FAILED: $*"
  failed=1
}

note "the machine"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true

note "every case of every operation"
check bin/devicecheck /gpu:0 | tee results/conformance.txt
failed=$((failed + PIPESTATUS[0]))

if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck; do
    note "compute-sanitizer $tool, on the operations of a training step"
    for part in MatMul Softmax Adam Sum Random; do
      check compute-sanitizer --tool "$tool" --error-exitcode 9 bin/devicecheck /gpu:0 "$part" |
        tail -n 3
    done
  done
fi

note "from start to first result: cold cache, then warm"
cache=$(mktemp -d)
for kind in cold warm; do
  began=$(date +%s.%N)
  XDG_CACHE_HOME=$cache check bin/mnist --device /gpu:0 --steps 1 >/dev/null
  echo "$kind: $(echo "$(date +%s.%N) - $began" | bc) s"
done | tee results/start.txt

for example in mnist notmnist; do
  for device in /cpu:0 /gpu:0; do
    note "$example on $device"
    check bin/$example --device "$device" | tail -n 12 | tee "results/$example-${device//[\/:]/}.txt"
  done
done

note "times of a step"
peers=()
if python3 -c 'import torch' 2>/dev/null; then peers=(--python "$(command -v python3)"); fi
check python3 run.py --device gpu --weft bin/weft-bench "${peers[@]}" --out results/gpu-steps.json
[ "$failed" = 0 ] && echo "everything passed" || echo "something failed"
exit "$((failed != 0))"
