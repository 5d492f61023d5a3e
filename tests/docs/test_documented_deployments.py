"""What the pages say to `docker compose` and `kubectl` names services and objects there are."""

import re
import shlex
from collections.abc import Iterator

from deployment.compose import compose, services
from pages import PAGES, ROOT
from ruamel.yaml import YAML

SUBCOMMANDS = {"up", "down", "ps", "logs", "run", "exec", "restart", "stop"}
WITH_A_VALUE = {"--profile", "--scale"}
TEXTS = [page.read_text("utf-8") for page in PAGES]


def typed(program: str) -> Iterator[list[str]]:
    """The words after a program, wherever a page shows them."""
    for text in TEXTS:
        for line in re.findall(rf"(?:^|`){program} ([^`\n]+)", text, re.MULTILINE):
            yield shlex.split(line)


def test_every_service_of_a_compose_command_exists():
    """The first word that is no option, after the subcommand; and who is scaled."""
    found = list(typed("docker compose"))
    assert len(found) > 10
    profiles = {name for one in services().values() for name in one.get("profiles", ())}
    for words in found:
        plain, values = [], {}
        rest = iter(words)
        for word in rest:
            if word in WITH_A_VALUE:
                values[word] = next(rest)
            elif not word.startswith("--"):
                plain.append(word)
        assert plain[0] in SUBCOMMANDS, words
        assert set(plain[1:2]) <= set(compose()["services"]), words
        assert values.get("--scale", "worker=").partition("=")[0] in services(), words
        assert {values[one] for one in values if one == "--profile"} <= profiles, words


def test_every_object_of_a_kubectl_command_exists():
    """`kind/name` stands in the base, and so does the label that is asked for."""
    documents = [
        one
        for path in (ROOT / "deploy/kubernetes").rglob("*.yaml")
        for one in YAML(typ="safe").load_all(path.read_text("utf-8"))
        if isinstance(one, dict) and "metadata" in one
    ]
    objects = {f"{one['kind'].lower()}/{one['metadata']['name']}" for one in documents}
    found = list(typed("kubectl"))
    assert len(found) > 5
    for words in found:
        for word in words:
            if re.fullmatch(r"[a-z]+/regrade[\w-]*", word):
                assert word in objects, words
            if name := re.fullmatch(r"app\.kubernetes\.io/name=([\w-]+)", word):
                assert name[1] in {one.partition("/")[2] for one in objects}, words
            if word.startswith("deploy/"):
                assert (ROOT / word / "kustomization.yaml").exists(), words
