"""What can be known of the board's files without a browser."""

import re
import subprocess
from typing import get_args

import pytest
from dashboard.modules import Module, modules, words_of
from playwright._impl._driver import compute_driver_executable

from scoring.customer import OverrideKind
from scoring.why.explanation import Relation, Verdict
from streams.api.keys import Role
from streams.dashboard import FOLDER

MODULES = modules()
MOST_LINES = 200
FORBIDDEN = ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", ".style.", "style="]
# Names that are looked up with a part known only when it runs: `t(`role.${role}`)`.
_BUILT = re.compile(r"t\(\s*`([\w.\-]+)\$\{")
_PLAIN = re.compile(r'\bt\(\s*"([\w.\- ]+)"')


def each(module: Module) -> str:
    """The name of a case."""
    return module.name


@pytest.mark.parametrize("module", MODULES, ids=each)
def test_a_module_is_javascript(module):
    """Checked by the interpreter that comes with the browser's driver."""
    node, _ = compute_driver_executable()
    kind = "commonjs" if module.name == "early.js" else "module"
    found = subprocess.run(
        [node, f"--input-type={kind}", "--check", "-"],
        input=module.text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("module", MODULES, ids=each)
def test_a_module_is_small_and_says_what_it_is(module):
    """A comment first; under 200 lines; every export has its JSDoc."""
    assert module.text.startswith(("/** ", "// "))
    assert module.text.count("\n") < MOST_LINES
    assert module.name.startswith("words/") or module.exports <= module.documented


@pytest.mark.parametrize("module", MODULES, ids=each)
def test_imports_exist_and_are_used(module):
    """Every name is exported where it is taken from, and stands somewhere below."""
    exported = {other.path: other.exports for other in MODULES}
    for name, source in module.imports:
        assert name in exported[source], f"{source} has no {name}"
        assert re.search(rf"\b{name}\b", module.body), f"{name} is not used"


def test_every_export_is_taken_by_somebody():
    """Nothing is kept for nobody."""
    taken = {(source, name) for module in MODULES for name, source in module.imports}
    lonely = [
        f"{module.name}: {name}"
        for module in MODULES
        for name in module.exports
        if (module.path, name) not in taken
    ]
    assert lonely == []


@pytest.mark.parametrize("module", MODULES, ids=each)
def test_nothing_writes_markup_or_styles(module):
    """What a customer is called is text, whatever stands in it; the policy of the page holds."""
    assert [word for word in FORBIDDEN if word in module.text] == []


def test_pages_name_no_other_host():
    """Everything is served from here: no address, no font, no script of others."""
    for path in FOLDER.rglob("*"):
        if path.suffix in {".js", ".css", ".html"}:
            found = re.findall(
                r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", path.read_text(encoding="utf-8")
            )
            assert [one for one in found if "www.w3.org" not in one] == []


def test_everything_together_is_small():
    """A quarter of a megabyte at most, the font included."""
    files = [path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert sum(path.stat().st_size for path in files) < 300_000


def test_both_languages_have_the_same_words():
    """Every key in both; the same places to fill in."""
    english, chinese = words_of("en"), words_of("zh")
    assert english.keys() == chinese.keys()
    places = re.compile(r"\{(\w+)\}")
    differ = [
        key
        for key in english
        if set(places.findall(english[key])) != set(places.findall(chinese[key]))
    ]
    assert differ == []


def test_words_that_are_asked_for_exist_and_all_are_asked_for():
    """No key without words, no words without a key."""
    text = "\n".join(module.body for module in MODULES if not module.name.startswith("words/"))
    known = words_of("en")
    plain, built = set(_PLAIN.findall(text)), set(_BUILT.findall(text))
    assert plain - known.keys() == set()
    spoken = {key for key in known if key in plain or f'"{key}"' in text}
    spoken |= {key for key in known for start in built if key.startswith(start)}
    spoken |= {key for key in known if key.startswith(("reading.", "trigger.", "why."))}
    assert known.keys() - spoken == set()


def test_whatever_the_api_names_has_words():
    """Verdicts, relations, kinds of overrides, roles: each value of each type."""
    named = {
        "verdict.": [value.replace(" ", "-") for value in get_args(Verdict)],
        "way.": get_args(Relation),
        "override.": get_args(OverrideKind),
        "role.": [role.word for role in Role],
    }
    wanted = {start + value for start, values in named.items() for value in values}
    assert wanted - words_of("en").keys() == set()
