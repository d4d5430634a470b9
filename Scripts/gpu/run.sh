#!/usr/bin/env bash
# On a machine with an NVIDIA GPU, in the folder that bundle.sh made: conformance, training, times and
# memory beside PyTorch and JAX where Python has them. Writes results/.
#
#   ./run.sh                          everything, one stage after the other (some 20 minutes)
#   ./run.sh conformance examples     these stages
#   PYTHON=/path/to/python ./run.sh   with the Python that has torch and jax
#
# Stages: machine conformance start examples times variants sanitizer. Each leaves its results when it ends, so
# that what a later one does not finish loses nothing; STAGE_LIMIT (600) is the seconds of each.
set -uo pipefail
cd "$(dirname "$0")"
here=$PWD
if [ "${1:-}" != --stage ]; then
  mkdir -p results
  stages=("$@")
  [ ${#stages[@]} = 0 ] && stages=(machine conformance start examples times variants sanitizer)
  failed=()
  for stage in "${stages[@]}"; do
    printf '\n== %s\n' "$stage"
    timeout --kill-after=10 "${STAGE_LIMIT:-600}" "$here/run.sh" --stage "$stage" 2>&1 |
      tee "results/$stage.txt"
    [ "${PIPESTATUS[0]}" = 0 ] || failed+=("$stage")
    # Nothing else can pass where there is no GPU.
    if [ "$stage" = machine ] && [ ${#failed[@]} != 0 ]; then break; fi
  done
  if [ ${#failed[@]} = 0 ]; then
    printf '\neverything passed: %s\n' "${stages[*]}"
    exit 0
  fi
  printf '\nFAILED: %s (see results/)\n' "${failed[*]}"
  exit 1
fi

python=${PYTHON:-$(command -v python3 || true)}
has() { [ -n "$python" ] && "$python" -c "import $1" 2>/dev/null; }

# The wheels of NVIDIA's libraries belong to a Python; it says where.
if [ -z "${WEFT_CUDA_PATH:-}" ] && [ -n "$python" ]; then
  folders=$("$python" - <<'PY'
import glob, os, site, sys
roots = site.getsitepackages() + [site.getusersitepackages()]
found = []
for root in roots:
    for name in ("libnvrtc.so.*", "libcublasLt.so.*", "libnccl.so.*"):
        for path in glob.glob(os.path.join(root, "nvidia", "**", name), recursive=True):
            folder = os.path.dirname(path)
            if folder not in found:
                found.append(folder)
print(":".join(found))
PY
)
  if [ -n "$folders" ]; then export WEFT_CUDA_PATH=$folders; fi
fi

# Prints each command that fails, and remembers it. In a pipe, which is a process of its own, the end of
# the pipe has to remember it: check ... | tail || status=1.
status=0
check() {
  if "$@"; then return 0; fi
  echo "FAILED: $*"
  status=1
  return 1
}
seconds() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }'; }

case ${2:?a stage} in
machine)
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true
  echo "libraries: ${WEFT_CUDA_PATH:-where they are looked for by default}"
  for package in torch jax; do
    has $package && "$python" -c "import $package; print('$package', $package.__version__)"
  done
  # One operation: where there is no GPU, or a library is missing, the reason is said here.
  check bin/devicecheck /gpu:0 L2Loss
  ;;
conformance)
  check bin/devicecheck /gpu:0
  ;;
start)
  # From the start of the process to the first result: cold compiles every kernel, warm finds them.
  cache=$(mktemp -d)
  for kind in cold warm warm; do
    began=$(date +%s.%N)
    XDG_CACHE_HOME=$cache WEFT_DEVICE=/gpu:0 check bin/weft-bench --workload start
    echo "$kind: $(seconds "$began") s, $(find "$cache" -name '*.cubin' | wc -l) programs in the cache"
  done
  rm -rf "$cache"
  ;;
examples)
  # Without MNIST's files (MNIST=FOLDER) mnist trains on the digits that ship with the project.
  data=()
  [ -n "${MNIST:-}" ] && data=(--data "$MNIST")
  for device in /cpu:0 /gpu:0; do
    for model in logistic mlp; do
      echo "mnist --model $model on $device"
      check bin/mnist --device "$device" --model "$model" "${data[@]}" | tail -n 4 || status=1
      echo "notmnist --model $model on $device"
      check bin/notmnist --device "$device" --model "$model" | tail -n 4 || status=1
    done
  done
  # Two GPUs: gradients added up by NCCL, and by copies.
  if [ "$(nvidia-smi --list-gpus 2>/dev/null | wc -l)" -ge 2 ]; then
    for setting in NOTHING=1 WEFT_CUDA_NCCL=0; do
      echo "mnist --towers /gpu:0,/gpu:1, $setting"
      check env "$setting" bin/mnist --towers /gpu:0,/gpu:1 "${data[@]}" |
        grep -E "added up|^note|accuracy" | tail -n 8 || status=1
    done
  fi
  ;;
times)
  peers=()
  wanted=()
  has torch && wanted+=(torch torch-compile)
  has jax && wanted+=(jax)
  if [ ${#wanted[@]} != 0 ]; then
    peers=(--python "$python" --peers "$(IFS=,; echo "${wanted[*]}")")
  else
    echo "no torch and no jax in ${python:-any Python}: Weft alone"
  fi
  check "${python:-python3}" run.py --device gpu --weft bin/weft-bench "${peers[@]}" --rounds 2 \
    --out results/gpu-steps.json
  ;;
variants)
  # What a choice costs: without masks of bits, without rectifiers in products, without a captured graph.
  for setting in NOTHING=1 WEFT_CUDA_MASKS=0 WEFT_CUDA_RECTIFIERS=0 WEFT_CUDA_CAPTURE=0; do
    echo "$setting"
    check env "$setting" WEFT_DEVICE=/gpu:0 bin/weft-bench --repeats 3 \
      --workload logistic,mlp1024-l2,mlp1024-drop,adam256,book256,momentum512,wide4096
  done
  for workload in mlp1024-l2 adam256 wide4096; do
    echo "$workload, operation by operation"
    WEFT_DEVICE=/gpu:0 check bin/weft-bench --workload $workload --profile 20
  done
  ;;
sanitizer)
  sanitizer=$(command -v compute-sanitizer ||
    find /usr/local /opt -name compute-sanitizer -type f -perm -u+x 2>/dev/null | head -n 1)
  if [ -z "$sanitizer" ]; then
    echo "no compute-sanitizer here: not checked"
    exit 0
  fi
  # The programs in bin begin the true ones.
  sanitize=("$sanitizer" --target-processes all --error-exitcode 9 --tool)
  for tool in memcheck racecheck; do
    WEFT_DEVICE=/gpu:0 check "${sanitize[@]}" $tool bin/weft-bench --workload start | tail -n 4 || status=1
    for part in Softmax Adam Sum Random Transpose; do
      check "${sanitize[@]}" $tool bin/devicecheck /gpu:0 $part | tail -n 3 || status=1
    done
  done
  ;;
*)
  echo "no stage '$2'"
  exit 2
  ;;
esac
exit $status
