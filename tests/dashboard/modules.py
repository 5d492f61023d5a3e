"""The board's JavaScript as files: what each imports, exports and says."""

import re
from dataclasses import dataclass
from pathlib import Path

from streams.dashboard import FOLDER

SCRIPTS = FOLDER / "js"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)
_DOCUMENTED = re.compile(
    r"\*/\nexport (?:async )?(?:function|const|class) (\w+)|"
    r"^/\*\*[^\n]*\*/\nexport (?:async )?(?:function|const|class) (\w+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Module:
    """One file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its place below the folder of scripts."""
        return str(self.path.relative_to(SCRIPTS))

    @property
    def imports(self) -> list[tuple[str, Path]]:
        """Every name taken from another module, and that module's file."""
        return [
            (name.strip(), (self.path.parent / source).resolve())
            for names, source in _IMPORT.findall(self.text)
            for name in names.split(",")
            if name.strip()
        ]

    @property
    def exports(self) -> set[str]:
        """The names others may take."""
        return set(_EXPORT.findall(self.text))

    @property
    def documented(self) -> set[str]:
        """The exports with a JSDoc comment right before them."""
        return {first or second for first, second in _DOCUMENTED.findall(self.text)}

    @property
    def body(self) -> str:
        """Without its imports."""
        return _IMPORT.sub("", self.text)


def modules() -> list[Module]:
    """All of them."""
    return [
        Module(path, path.read_text(encoding="utf-8")) for path in sorted(SCRIPTS.rglob("*.js"))
    ]


def words_of(language: str) -> dict[str, str]:
    """Every key with its words, from the files of one language."""
    found: dict[str, str] = {}
    for path in sorted((SCRIPTS / "words").glob(f"{language}*.js")):
        pattern = r'^  "?([\w.\- ]+?)"?: "(.*)",$|^  "?([\w.\- ]+?)"?:\n    "(.*)",$'
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"), re.MULTILINE):
            key, text = (match[1], match[2]) if match[1] else (match[3], match[4])
            found[key] = text
    return found
