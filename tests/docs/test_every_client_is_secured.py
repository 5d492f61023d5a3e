"""No Kafka client of the program forgets how to prove who it is."""

import ast

import pytest
from pages import ROOT

EMBEDDED = {"demo/progress.py", "replay/stream.py"}
"""They talk to a broker that they, or the command they belong to, started on this machine."""


def clients() -> list[tuple[str, ast.Call]]:
    """Every place that makes one."""
    found = []
    for path in sorted((ROOT / "streams").rglob("*.py")):
        name = str(path.relative_to(ROOT / "streams"))
        if name in EMBEDDED:
            continue
        found += [
            (f"{name}:{node.lineno}", node)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("AIOKafka")
        ]
    return found


@pytest.mark.parametrize(("place", "call"), clients(), ids=[place for place, _ in clients()])
def test_every_client_takes_the_settings_of_security(place, call):
    """Among its arguments is `**kafka_security(settings)`, or what a caller made of it."""
    spread = [ast.unparse(word.value) for word in call.keywords if word.arg is None]
    assert any("security" in words for words in spread), place
