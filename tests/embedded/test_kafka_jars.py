"""The jars of Apache Kafka are fetched once; what is missing is named."""

from pathlib import Path

import pytest

from streams.embedded.errors import CommandFailedError, MissingToolError
from streams.embedded.jars import POM, kafka_jars
from streams.embedded.kafka import ApacheKafka

FETCH_ONE_JAR = 'for last; do :; done; mkdir "${last#*=}"; touch "${last#*=}/a.jar"'


def install_maven(folder: Path, monkeypatch, script: str) -> None:
    """Put a shell script in the place of Maven."""
    maven = folder / "mvn"
    maven.write_text(f"#!/bin/sh\n{script}\n")
    maven.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_without_maven_the_error_says_what_to_install(tmp_path, monkeypatch):
    """Fetching jars without Maven names Maven and the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt install maven") as why:
        kafka_jars(cache=tmp_path)
    assert why.value.tool == "mvn"


def test_without_java_the_error_says_what_to_install(tmp_path, monkeypatch):
    """Starting Kafka without Java names Java and the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="default-jre-headless") as why:
        ApacheKafka(tmp_path / "kafka").start()
    assert why.value.tool == "java"


def test_a_failed_fetch_quotes_maven_and_leaves_nothing(tmp_path, monkeypatch):
    """A fetch either completes the folder or does not create it."""
    install_maven(tmp_path, monkeypatch, "echo no route to anywhere; exit 1")
    with pytest.raises(CommandFailedError, match="no route to anywhere"):
        kafka_jars(cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_jars_in_the_cache_need_no_maven(tmp_path, monkeypatch):
    """A complete folder is used as it is, without running anything."""
    install_maven(tmp_path, monkeypatch, FETCH_ONE_JAR)
    fetched = kafka_jars(cache=tmp_path / "cache")
    assert [jar.name for jar in fetched.iterdir()] == ["a.jar"]
    monkeypatch.setenv("PATH", "/nowhere")
    assert kafka_jars(cache=tmp_path / "cache") == fetched


def test_another_pom_means_another_folder(tmp_path, monkeypatch):
    """The jars of a changed pom are never mixed with those of before."""
    install_maven(tmp_path, monkeypatch, FETCH_ONE_JAR)
    changed = tmp_path / "pom.xml"
    changed.write_text(POM.read_text() + "<!-- changed -->")
    cache = tmp_path / "cache"
    assert kafka_jars(changed, cache) != kafka_jars(POM, cache)
