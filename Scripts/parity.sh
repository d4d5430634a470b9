#!/usr/bin/env bash
# Counts how much of TensorFlow's reference material Weft reproduces: the op corpus by our own functions
# and gradients and by TensorFlow's graphs with its gradient nodes, and the training programs.
#   WEFT_SHARED=FOLDER   where `reference`, `check` and `data` are; by default ../shared
#   SWIFT_BUILD="..."    how things are built, by default "swift build"
#   SWIFT_TEST="..."     how tests are run, by default "swift test"
set -euo pipefail
cd "$(dirname "$0")/.."
shared=$(cd "${WEFT_SHARED:-../shared}" 2>/dev/null && pwd || true)
notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
tests='OptimizerCorpusTests|ScheduleTests|MovingAverageTests|CorpusGraphTests|operationsGiveTheValues'
outcome=0
WEFT_PARITY="$notes" ${SWIFT_TEST:-swift test} --filter "$tests" | grep -E '^failed' || true
manifest="Tests/Fixtures/ops_public/manifest.json"
[ -n "$shared" ] && [ -f "$shared/reference/ops_public/manifest.json" ] &&
  manifest="$shared/reference/ops_public/manifest.json"
python3 Scripts/parity.py "$notes" "$manifest" || outcome=1

if [ -z "$shared" ] || [ ! -d "$shared/reference/programs" ]; then
  echo "training programs: not counted, ../shared/reference/programs is not there"
elif [ ! -f "$shared/check/programs.py" ] || [ ! -d "$shared/data/mnist" ]; then
  echo "training programs: not counted, their check or their data is not there"
else
  ${SWIFT_BUILD:-swift build} -c release --product weft >&2
  weft=$(${SWIFT_BUILD:-swift build} -c release --show-bin-path)/weft
  python="${WEFT_INTEROP_PYTHON:-python3}"
  if ! "$python" -c 'import numpy' 2>/dev/null; then
    [ -x .venv/parity/bin/python ] || python3 -m venv .venv/parity
    .venv/parity/bin/pip install --quiet --disable-pip-version-check numpy
    python=.venv/parity/bin/python
  fi
  for graph in graph_tf115.pb graph_tf221.pb; do
    echo "training programs, $graph"
    "$python" "$shared/check/programs.py" --weft "$weft" --programs "$shared/reference/programs" \
      --data-mnist "$shared/data/mnist" --data-notmnist "$shared/data/notmnist" --pb "$graph" ||
      outcome=1
  done
fi
exit $outcome
