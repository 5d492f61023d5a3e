"""`regrade schemas`."""

import json
from pathlib import Path
from typing import Annotated

import typer


def schemas(
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Folder to write into.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of an earlier version, to compare with."),
    ] = None,
) -> None:
    """Write the contract for other programs: an AsyncAPI document, and a JSON Schema per message.

    With --against it says what breaks who relies on an earlier version, and exits with 1.

    Example: `regrade schemas --out contracts`
    """
    from streams.contracts.comparison import broken
    from streams.contracts.documents import files

    if (out is None) == (against is None):
        raise typer.BadParameter("say exactly one of --out and --against")
    documents = files()
    if against is not None:
        earlier = {
            str(path.relative_to(against)): json.loads(path.read_text("utf-8"))
            for path in sorted(against.rglob("*.json"))
        }
        found = broken(earlier, documents)
        typer.echo("\n".join(found) or "nothing breaks")
        raise typer.Exit(1 if found else 0)
    assert out is not None  # noqa: S101 - one of them is given
    for name, document in documents.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    typer.echo(f"{out}: {len(documents)} documents")
