"""The jars of Apache Kafka: resolved by Maven once, then kept in a cache folder."""

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

from streams.embedded.commands import run
from streams.embedded.errors import MissingToolError

POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
_VERSION = re.compile(r"<kafka\.version>(.+?)</kafka\.version>")
_PATIENCE = 600.0


def kafka_jars(pom: Path = POM, cache: Path | None = None) -> Path:
    """The folder with all jars of the Kafka that `pom` names; complete if it exists."""
    folder = _cache_folder(cache or _user_cache(), pom)
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _fetch(pom, folder)
    return folder


def _cache_folder(cache: Path, pom: Path) -> Path:
    """Named for the version and the text of the pom, which may change without it."""
    try:
        text = pom.read_text("utf-8")
    except FileNotFoundError as error:
        remedy = "run from a checkout of the repository"
        raise MissingToolError(str(pom), "fetch the Kafka jars", remedy) from error
    found = _VERSION.search(text)
    version = found.group(1) if found else "unknown"
    return cache / f"kafka-{version}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _user_cache() -> Path:
    """Where programs of this user keep what they can fetch again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "regrade"


def _fetch(pom: Path, folder: Path) -> None:
    """Let Maven fill a folder aside, and put it in place when it is complete."""
    maven = shutil.which("mvn")
    if maven is None:
        remedy = "install Maven (Debian: apt install maven)"
        raise MissingToolError("mvn", "fetch the Kafka jars", remedy)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as aside:
        jars = Path(aside) / "jars"
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"]
        run(
            "fetch the Kafka jars",
            [maven, "-q", "-B", "-f", str(pom), *goal, f"-DoutputDirectory={jars}"],
            patience=_PATIENCE,
        )
        try:
            jars.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster; its jars do
                raise
