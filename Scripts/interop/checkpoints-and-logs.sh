#!/usr/bin/env bash
# Has TensorFlow restore our checkpoints and go on training from them, and we from TensorFlow's; has
# TensorBoard serve our logs and a browser show them. All of it comes from PyPI and Debian.
#   WEFT_SCREENSHOTS=FOLDER   keeps the pictures of TensorBoard's pages
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/interop/setup.sh
${SWIFT_TEST:-swift test} --filter 'FileInteropTests|TrainingInteropTests'
