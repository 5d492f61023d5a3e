#!/bin/sh
# Debian's chromium for the tests of the board, where no chromium is found and it can be installed.
# Playwright drives the one it finds; it downloads no browser of its own.
set -eu
if command -v chromium >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
  exit 0
fi
echo "regrade: chromium is needed (Debian: apt-get install chromium)" >&2
exit 1
