#!/bin/sh
# Java 17 and Maven for the tests on Apache Kafka, where they are missing and can be installed.
set -eu
if command -v javac >/dev/null && command -v mvn >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq openjdk-17-jdk-headless maven >/dev/null
  exit 0
fi
echo "regrade: Java 17 and Maven are needed (Debian: apt-get install openjdk-17-jdk-headless maven)" >&2
exit 1
