"""`docker-compose.yml` as compose reads it: merged, with the defaults of its variables."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")
NO_CHOICES: Mapping[str, str] = {}


def compose(chosen: Mapping[str, str] = NO_CHOICES) -> dict[str, Any]:
    """The file with its variables filled in: as chosen, else by default."""
    text = VARIABLE.sub(lambda found: chosen.get(found[1], found[2]), FILE.read_text("utf-8"))
    assert "${" not in text, "a variable without a default"
    return YAML(typ="safe").load(text.replace("$$", "$"))


def services() -> dict[str, dict[str, Any]]:
    """Every service by name."""
    return compose()["services"]


def ours() -> dict[str, dict[str, Any]]:
    """The services that run a command of `regrade`."""
    return {name: one for name, one in services().items() if one["image"].startswith("regrade:")}


def environment(service: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, str]:
    """What a service finds in its environment, with other addresses in place of names."""
    found = {name: str(value) for name, value in service.get("environment", {}).items()}
    for written, real in addresses.items():
        found = {name: value.replace(written, real) for name, value in found.items()}
    return found


def command(service: Mapping[str, Any]) -> list[str]:
    """The words after `regrade`."""
    return [str(word) for word in service["command"]]


async def first_keys(settings: Mapping[str, str]) -> str:
    """Make the first keys as the service does; what it prints."""
    service = ours()["first-keys"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    process = await asyncio.create_subprocess_exec(
        *service["entrypoint"],
        *service["command"],
        env={**os.environ, **settings, "PATH": path},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()
