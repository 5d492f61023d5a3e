"""`regrade dead-letters ...`: refused records, and another try for them."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.operations.dead_letters import Plan
    from streams.operations.letters import Letter, Selection

app = typer.Typer(help="Look at refused records, and send them again.", no_args_is_help=True)

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
Reason = Annotated[str | None, typer.Option(help="Only letters of this reason.")]
Topic = Annotated[str | None, typer.Option(help="Only records refused on this topic.")]
Since = Annotated[
    datetime | None,
    typer.Option(formats=_FORMATS, metavar="WHEN", help="Only letters written then or later, UTC."),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=_FORMATS, metavar="WHEN", help="Only letters written before, UTC."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_(
    reason: Reason = None,
    topic: Topic = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=0, help="Most letters shown, the youngest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Count dead letters by reason and topic, and show the youngest.

    Example: `regrade dead-letters list --reason unknown_currency --since 2026-03-01`
    """
    from streams.operations.dead_letters import survey
    from streams.screen import show, stdout, table
    from streams.settings import load_settings

    found = survey(load_settings(), _selection(reason, topic, since, until), limit)
    counts = [
        {"reason": why, "topic": where, "letters": count}
        for (why, where), count in found.counts.most_common()
    ]
    if as_json:
        body = {
            "total": found.total,
            "refused_again": found.again,
            "counts": counts,
            "letters": [_short(letter) for letter in found.latest],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(f"{found.total} dead letters, {found.again} of records sent again before")
    rows = table("By reason", "reason", "topic", "letters", texts=2)
    for row in counts:
        rows.add_row(*map(str, row.values()))
    youngest = table("The youngest", "id", "written", "reason", "detail", texts=4)
    for letter in found.latest:
        shown = _short(letter)
        youngest.add_row(*[str(shown[name]) for name in ("id", "written", "reason", "detail")])
    if found.total:
        show(stdout(), rows, youngest)


@app.command()
def show(
    letter: Annotated[str, typer.Argument(help="Its id: topic/partition/offset.")],
    as_json: AsJson = False,
) -> None:
    """Print one dead letter: why it was refused, and the record with its own bytes.

    Example: `regrade dead-letters show orders/0/21`
    """
    from streams.operations.dead_letters import find
    from streams.settings import load_settings

    found = find(load_settings(), letter)
    body = {
        **_short(found),
        "key": _text(found.key),
        "headers": [[name, _text(value)] for name, value in found.headers],
        "value": _text(found.value),
    }
    if as_json:
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    for name, value in body.items():
        typer.echo(f"{name:10} {value}")


@app.command()
def redrive(  # noqa: PLR0913, PLR0917 - each is an option of the command
    letters: Annotated[list[str] | None, typer.Argument(help="Ids; none means all.")] = None,
    reason: Reason = None,
    topic: Topic = None,
    since: Since = None,
    until: Until = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send them; without it only what would be sent is told.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send refused records to their topics again, once what refused them is repaired.

    Key, value and headers are those the record had; two headers say that it was sent again. A
    record whose event was taken in meanwhile is a duplicate and changes nothing. A fact refused on
    topics shared with other programmes goes to this one's `grading-commands`: they never see it.

    Example: `regrade dead-letters redrive --reason unknown_currency --send`
    """
    from streams.operations.dead_letters import redrive as run
    from streams.settings import load_settings

    selection = _selection(reason, topic, since, until, letters or ())

    def confirm(plan: "Plan") -> bool:
        if not send:
            return False
        if not yes:
            typer.echo(_told(plan), err=True)
            typer.confirm(f"Send {plan.total} records again?", abort=True, err=True)
        return True

    plan, sent = run(load_settings(), selection, confirm)
    if as_json:
        counts = [
            {"reason": why, "topic": where, "records": count}
            for (why, where), count in plan.counts.most_common()
        ]
        body = {"sent": sent, "total": plan.total, "counts": counts}
        left_out = {"empty": plan.empty, "cut": plan.cut, "superseded": plan.superseded}
        typer.echo(json.dumps(body | left_out))
    elif sent:
        typer.echo(f"{plan.total} records were sent again")
    else:
        typer.echo(_told(plan))
        if plan.total:
            typer.echo("nothing was sent; say --send to send them")


def _told(plan: "Plan") -> str:
    lines = [
        f"{count} of {where} refused as {why}" for (why, where), count in plan.counts.most_common()
    ]
    if plan.superseded:
        lines.append(
            f"left out: {plan.superseded} sent before and refused again (a younger letter)"
        )
    if plan.empty:
        lines.append(f"left out: {plan.empty} of erased customers, of whom nothing is kept")
    if plan.cut:
        lines.append(f"left out: {plan.cut} too large to be kept whole")
    return "\n".join(lines) or "no dead letter is selected"


def _selection(
    reason: str | None,
    topic: str | None,
    since: datetime | None,
    until: datetime | None,
    ids: "list[str] | tuple[str, ...]" = (),
) -> "Selection":
    from streams.operations.letters import Selection

    return Selection(reason, topic, _ms(since), _ms(until), tuple(ids))


def _ms(when: datetime | None) -> int | None:
    return None if when is None else int(when.replace(tzinfo=UTC).timestamp()) * 1000


def _short(letter: "Letter") -> dict[str, str | int]:
    from scoring.units import EpochMs
    from streams.instants import rfc3339

    return {
        "id": letter.id,
        "written": rfc3339(EpochMs(letter.written_ms)),
        "reason": letter.reason,
        "detail": letter.detail,
        "topic": letter.topic,
        "partition": letter.partition,
        "redriven": letter.redriven,
    }


def _text(raw: bytes | None) -> str | None:
    r"""Bytes as text; those that are none as `\x..`, so that nothing is lost."""
    return None if raw is None else raw.decode(errors="backslashreplace")
