"""What an audit of the lock file came to: reads pip-audit's JSON, says it in lines, and exits.

1 for a known vulnerability, 0 otherwise. A source that cannot be asked is said and is no failure:
whether a change lands must not hang on somebody else's server.
"""

import json
import sys
from pathlib import Path
from typing import Any


def findings(dependencies: list[dict[str, Any]]) -> list[str]:
    """One line per vulnerability: what has it, its names, and where it is mended.

    >>> hole = {"id": "CVE-1", "aliases": ["GHSA-1"], "fix_versions": ["2.1"]}
    >>> findings([{"name": "a", "version": "2.0", "vulns": [hole]}])
    ['a 2.0: CVE-1, GHSA-1; fixed in 2.1']
    """
    return [
        f"{one['name']} {one['version']}: {', '.join([hole['id'], *hole['aliases']])}; "
        f"fixed in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in dependencies
        for hole in one.get("vulns", [])
    ]


def verdict(answer: str, said: str) -> tuple[list[str], int]:
    """Lines and exit code; `said` is what was written beside an answer that may be empty."""
    if not answer.strip():
        reason = said.strip().rpartition("\n")[2] or "pip-audit said nothing"
        return [f"NOT AUDITED: the advisory source could not be asked ({reason})"], 0
    dependencies = json.loads(answer)["dependencies"]
    found = findings(dependencies)
    unknown = [one for one in dependencies if "skip_reason" in one]
    lines = [f"VULNERABLE: {line}" for line in found]
    if unknown:
        reason = unknown[0]["skip_reason"]
        count = f"{len(unknown)} of {len(dependencies)} packages"
        lines.append(f"NOT AUDITED: {count}; the first: {reason}")
    asked = len(dependencies) - len(unknown)
    lines.append(f"{asked} packages asked about, {len(found)} known vulnerabilities")
    return lines, 1 if found else 0


def main() -> int:
    """Read the answer from standard input, the other words from a file."""
    lines, code = verdict(sys.stdin.read(), Path(sys.argv[1]).read_text("utf-8"))
    for line in lines:
        sys.stdout.write(f"audit: {line}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
