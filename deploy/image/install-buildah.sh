#!/bin/sh
# Buildah and mmdebstrap for the test that builds the image, where they can be installed.
set -eu
if command -v buildah >/dev/null && command -v mmdebstrap >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends buildah mmdebstrap >/dev/null
  exit 0
fi
echo "regrade: root, buildah and mmdebstrap are needed (Debian: apt-get install buildah mmdebstrap)" >&2
exit 1
