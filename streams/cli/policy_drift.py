"""`regrade policy drift`."""

import json
from typing import Annotated

import typer

from streams.cli.policy_source import AsJson


def drift(
    base: Annotated[str, typer.Argument(help="The policy of headquarters: a file, or a preset.")],
    branches: Annotated[list[str], typer.Argument(help="The policies of the branches.")],
    *,
    as_json: AsJson = False,
) -> None:
    """List where the policies of branches differ from that of headquarters.

    Name and version are a branch's own: they are no difference.

    Example: `regrade policy drift b2b-fresh north.yaml south.yaml`
    """
    from rich.text import Text

    from streams.policies.differences import differences
    from streams.policies.extend import OWN
    from streams.policies.load import read_policy
    from streams.screen import show, stdout, table

    headquarters = read_policy(base)
    found = {
        branch: [
            one for one in differences(headquarters, read_policy(branch)) if one.path[0] not in OWN
        ]
        for branch in branches
    }
    if as_json:
        rows = [
            {"branch": branch, "differences": [one.as_json() for one in given]}
            for branch, given in found.items()
        ]
        typer.echo(json.dumps({"base": base, "branches": rows}, ensure_ascii=False))
        return
    differing = [branch for branch, given in found.items() if given]
    typer.echo(f"{len(differing)} of {len(found)} branches differ from {base}")
    if differing:
        shown = table("What differs, from headquarters to the branch", "branch", "what", texts=2)
        for branch in differing:
            for at, one in enumerate(found[branch]):
                shown.add_row(Text("" if at else branch), Text(one.text))
        show(stdout(), shown)
