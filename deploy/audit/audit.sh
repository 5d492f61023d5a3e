#!/bin/sh
# Asks an advisory source about every package of the lock file: audit.sh FOLDER [arguments of pip-audit]
# pip-audit lives in FOLDER, a virtual environment of its own: it brings some thirty packages.
# Fails when a package has a known vulnerability, not when nobody could be asked.
set -u
here=$(dirname "$0")
venv=$1
shift
pinned=pip-audit==2.10.1

if ! "$venv/bin/pip-audit" --version >/dev/null 2>&1; then
  "${PYTHON:-python3}" -m venv "$venv" \
    && "$venv/bin/python" -m pip install -q --disable-pip-version-check "$pinned" \
    || echo "regrade: $pinned could not be installed" >&2
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
"$venv/bin/pip-audit" -r "$here/../../requirements.lock" --no-deps --disable-pip \
  --progress-spinner off --timeout 10 --format json "$@" 2>"$said" \
  | "${PYTHON:-python3}" "$here/verdict.py" "$said"
