"""Whoever opens a module of the core finds an example in it. Doctests run it."""

import ast
from doctest import DocTestParser
from pathlib import Path

import pytest

import scoring

CORE = Path(scoring.__file__).parent
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def examples(source: str) -> int | None:
    """How many examples the docstrings of a module hold; None if it defines nothing."""
    module = ast.parse(source)
    defined = [node for node in ast.walk(module) if isinstance(node, DEFINITIONS)]
    if not defined:
        return None
    texts = [ast.get_docstring(node) or "" for node in (module, *defined)]
    return sum(len(DocTestParser().get_examples(text)) for text in texts)


@pytest.mark.parametrize(
    "path", sorted(CORE.rglob("*.py")), ids=lambda path: path.relative_to(CORE).as_posix()
)
def test_every_module_of_the_core_has_an_example(path):
    """A module that defines a function or a class shows one of them at work."""
    assert examples(path.read_text(encoding="utf-8")) != 0


def test_an_example_is_one_that_doctest_would_run():
    """A prompt in a comment or in other text is none; a module of names needs none."""
    assert examples('def f():\n    """Say.\n\n    >>> 1\n    1\n    """\n') == 1
    assert examples('def f():\n    """Say."""\n    # >>> f()\n    return ">>> f()"\n') == 0
    assert examples('"""Names."""\n\nN = 1\n') is None
