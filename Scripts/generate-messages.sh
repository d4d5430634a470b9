#!/usr/bin/env bash
# Generates the Swift code of the messages in Protos; needs protoc and protoc-gen-swift in the path.
# The generated files are committed: building Weft needs neither.
set -euo pipefail
cd "$(dirname "$0")/.."
generate() {
  protoc --proto_path=Protos --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=false \
    --swift_out="$2" "Protos/$1.proto"
}
generate checkpoint Sources/WeftTensorFlow/Checkpoints
generate event Sources/WeftTensorFlow/Events
generate graph Sources/WeftTensorFlow/GraphDef
generate saved_model Sources/WeftTensorFlow/SavedModel
