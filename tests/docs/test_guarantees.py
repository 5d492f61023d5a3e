"""The page on guarantees names tests that exist."""

import re

import pytest
from pages import ROOT, text_of

NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text_of("docs/guarantees.md"))))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_every_test_named_is_there(file, name):
    """A promise is proven by something that runs."""
    path = ROOT / file
    assert path.is_file()
    assert re.search(rf"^(async )?def {name}\(|^{name} = ", path.read_text("utf-8"), re.MULTILINE)


def test_tests_are_named_in_full():
    """A path without a name would prove nothing."""
    assert len(NAMED) > 10
    bare = re.findall(r"`tests/[\w/]+\.py`", text_of("docs/guarantees.md"))
    assert not bare
