"""A certificate for this machine that signs itself, made for one test."""

import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificate(NamedTuple):
    """Two PEM files: what clients trust, and what a server shows (key and certificate)."""

    trusted: Path
    shown: Path


def make_certificate(folder: Path) -> Certificate:
    """One for 127.0.0.1, good for a day."""
    key, certificate, both = (folder / name for name in ("key.pem", "cert.pem", "both.pem"))
    request = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1"
    command = ["openssl", *request.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return Certificate(certificate, both)
