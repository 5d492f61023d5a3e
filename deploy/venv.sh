#!/bin/sh
# Makes the environment all Makefile targets use: ./venv.sh FOLDER
# Needs Python 3.11 or newer; on Debian it installs what Python lacks there.
set -eu
venv=$1
python=${PYTHON:-python3}

fail() { printf 'regrade: %s\n' "$1" >&2; exit 1; }

command -v "$python" >/dev/null || fail "no $python here: install Python 3.11 or newer, or say make PYTHON=/path/to/python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || fail "$("$python" --version) is too old: Python 3.11 or newer is needed, say make PYTHON=/path/to/python"

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  # Debian keeps the venv module in a package of its own.
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] \
    || fail "Python has no venv module: install it (Debian: apt-get install python3-venv) and try again"
  echo "Installing python3-venv ..."
  apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing the pinned packages into $venv (a minute the first time) ..."
"$venv/bin/python" -m pip install -q --disable-pip-version-check --require-virtualenv \
  -r requirements.lock
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
  --no-build-isolation -e .
