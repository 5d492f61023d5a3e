"""`regrade policy tags`."""

import json

import typer

from streams.cli.policy_source import AsJson, Source


def tags(source: Source, *, as_json: AsJson = False) -> None:
    """Print the tag tree of a policy: value, condition, definition and source of every tag.

    Example: `regrade policy tags b2b-fresh`
    """
    from streams.policies.load import read_policy
    from streams.policies.tags import tags_of, tree_text, untagged

    document = read_policy(source).document
    found, others = tags_of(document), untagged(document)
    if as_json:
        named = {"policy": document.policy, "version": document.version}
        typer.echo(json.dumps({**named, "tags": found, "untagged": others}, ensure_ascii=False))
        return
    if found:
        typer.echo(tree_text(found))
    if others:
        typer.echo(f"no tags, for want of group, definition and source: {', '.join(others)}")
    if not found and not others:
        typer.echo(f"{document.policy} has no labels")
