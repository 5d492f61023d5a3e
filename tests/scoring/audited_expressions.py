"""Hostile expressions are parsed, and compiled where they parse, under an audit hook.

Run as a program: an audit hook cannot be taken off again.
"""

import sys
from contextlib import suppress
from dataclasses import replace

from scoring.compile import compile_policy
from scoring.customer import CustomerState
from scoring.errors import ExpressionError
from scoring.expressions import parse_condition
from scoring.policy import Label, Rule
from scoring.syntax import Node
from scoring.units import Day
from streams.policies.load import load_policy

HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "open('/etc/passwd')",
    "exec('import os')",
    "eval('1')",
    "lambda: 1",
    "[x for x in ()]",
    "f'{1}'",
    "spend.__globals__",
    "attribute.__class__",
    "K[0]",
    "s.attributes",
    "globals()",
    "K",
    "s",
    "D",
    "r0",
]
NAMES = ["x', __import__('os').system('true'))#", "K[0]", "'+s+'", "\\", "\\x27", "{s}", "%s", "\n"]
"""Attributes and texts so named reach the compiler as constants."""
GENERATED = {"compile", "exec"}
"""What the interpreter reports of the generated function; its text is looked at, too."""
WORDS = ("import", "open", "eval", "system", "globals", "subclasses", "lambda")


def parsed() -> list[Node]:
    """Whatever of the hostile texts is in the grammar after all."""
    nodes = []
    names = [name for name in (*HOSTILE, *NAMES) if '"' not in name]
    quoted = [f'attribute("{name}") == "{name}"' for name in names]
    for text in [*HOSTILE, *(f"{text} > 1" for text in HOSTILE), *quoted]:
        with suppress(ExpressionError):
            nodes.append(parse_condition(text, frozenset({"amount", "type"})))
    return nodes


def main() -> None:
    """Parse all, grade by what parses, and report what was executed besides."""
    policy = load_policy()
    seen: list[tuple[str, str]] = []
    armed = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        text = str(arguments)
        harmless = event in GENERATED and not any(word in text for word in WORDS)
        if armed and not harmless:
            seen.append((event, text[:200]))

    sys.addaudithook(hook)
    nodes = parsed()
    for node in nodes:
        grader = compile_policy(replace(policy, labels=(Label("l", (Rule("v", node),)),)))
        grader.measure(CustomerState(attributes={"x": "y"}, first_day=Day(0)), Day(1))
    armed = False
    if seen or len(nodes) < len(NAMES):
        sys.exit(f"executed {seen[:5]}, graded by {len(nodes)}")
    sys.stdout.write("nothing executed\n")


if __name__ == "__main__":
    main()
