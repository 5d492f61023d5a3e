"""The dependency audit of `make ci`: a known vulnerability fails it, a silent source does not."""

import json
import subprocess
import sys

import pytest
from deployment.compose import ROOT

KNOWN = {"id": "CVE-2099-1", "fix_versions": ["3.9.1"], "aliases": ["GHSA-x"], "description": "."}
CLEAN = {"name": "orjson", "version": "3.10.0", "vulns": []}
HOLED = {"name": "aiohttp", "version": "3.9.0", "vulns": [KNOWN]}
UNKNOWN = {"name": "uvloop", "skip_reason": "Dependency not found and could not be audited"}


def answer(*dependencies) -> str:
    """What pip-audit 2.10 writes."""
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


@pytest.mark.parametrize(
    ("written", "code", "line"),
    [
        (answer(CLEAN), 0, "1 packages asked about, 0 known"),
        (answer(CLEAN, HOLED), 1, "VULNERABLE: aiohttp 3.9.0: CVE-2099-1, GHSA-x; fixed in 3.9.1"),
        (answer(UNKNOWN, HOLED), 1, "NOT AUDITED: 1 of 2 packages"),
        (answer(UNKNOWN), 0, "NOT AUDITED: 1 of 1 packages"),
        ("", 0, "NOT AUDITED: the advisory source could not be asked (no route to it)"),
    ],
)
def test_only_a_known_vulnerability_fails_the_audit(written, code, line, tmp_path):
    """What could not be asked is said in plain words, and fails nothing."""
    beside = tmp_path / "said"
    beside.write_text("Traceback\nno route to it\n")
    script = [sys.executable, ROOT / "deploy/audit/verdict.py", beside]
    ended = subprocess.run(script, input=written, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (code, "")
    assert f"audit: {line}" in ended.stdout
