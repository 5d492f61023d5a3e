#!/bin/sh
# Puts promtool where the tests look for it: on the PATH, or in ~/.cache/regrade/promtool.
# On Debian it is taken out of the package `prometheus`, whose service is not installed.
set -eu
cache="$HOME/.cache/regrade/promtool"
if command -v promtool >/dev/null || [ -x "$cache/usr/bin/promtool" ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "regrade: promtool is needed; it comes with Prometheus" >&2
  exit 1
fi
mkdir -p "$cache"
cd "$cache"
apt-get download -qq prometheus 2>/dev/null || { apt-get update -qq && apt-get download -qq prometheus; }
dpkg -x prometheus_*.deb .
rm -f prometheus_*.deb
"$cache/usr/bin/promtool" --version
