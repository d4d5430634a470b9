# Sourced by the scripts beside it: makes the Python that judges what Weft writes, and names it in
# WEFT_INTEROP_PYTHON. One that is named already is used as it is.
if [ -z "${WEFT_INTEROP_PYTHON:-}" ]; then
  export WEFT_INTEROP_PYTHON="$PWD/.venv/interop/bin/python"
  [ -x "$WEFT_INTEROP_PYTHON" ] || python3 -m venv .venv/interop
  "$WEFT_INTEROP_PYTHON" -m pip install --quiet --disable-pip-version-check \
    tensorflow-cpu tensorboard numpy playwright
fi

# The browser that looks at TensorBoard's pages.
if ! command -v chromium >/dev/null; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "installing chromium"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
