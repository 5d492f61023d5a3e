"""CSV rows of orders, refunds and interactions as wire events."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter, methodcaller

from streams.replay.errors import HeaderError
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.rejections import LAST_MS, bad_field, bad_row, missing_customer
from streams.replay.wire_text import INTERACTION, LINE, ORDER, quoted, quoted_word

REQUIRED = ("ts_ms", "event_type", "customer_id", "order_id", "amount")
OPTIONAL = ("currency", "category")

WIRE_TYPES = {"order": "order.paid", "refund": "order.refunded"}
ADJUSTMENT = "adjustment"

# JSON forbids leading zeros, so they stay outside of the group that is written.
PLAIN_DECIMAL = re.compile(r"(-?)0*((?:0|[1-9][0-9]*)(?:\.[0-9]+)?)")


class CsvRows:
    """The events of one CSV text, in file order; `adjustments` counts skipped rows.

    A row has the line on which it begins, as a text editor counts: quoted cells may
    span lines. Raises `HeaderError` at once when the columns are not ours.
    """

    def __init__(self, path: str, lines: Iterable[bytes], first_line: int = 1) -> None:
        # `strict`, because without it a stray quote silently changes what cells say.
        self._reader = csv.reader(map(methodcaller("decode"), lines), strict=True)
        self._before = first_line - 1
        self.adjustments = 0
        header = read_header(path, self._reader)
        self._width = len(header)
        # An absent optional column reads the empty cell put behind every row.
        columns = REQUIRED + OPTIONAL
        self._pick = itemgetter(*(header.index(name) if name in header else -1 for name in columns))

    def __iter__(self) -> Iterator[WireEvent | RejectedRow]:
        """Yield an event or a refusal per row; broken text costs one row, not all."""
        reader, before = self._reader, self._before
        while True:
            last = reader.line_num
            try:
                for row in reader:
                    line, last = before + last + 1, reader.line_num
                    result = self._read(row, line) if row else None
                    if result is not None:
                        yield result
            except csv.Error as error:
                yield bad_row(before + last + 1, f"The row is not CSV: {error}.")
            except UnicodeDecodeError:
                yield bad_row(before + last + 1, "The row is not UTF-8 text.")
                before += 1  # the reader never saw that line, and did not count it
            else:
                return

    def _read(self, row: list[str], line: int) -> WireEvent | RejectedRow | None:
        """Read one row; None for an adjustment."""
        if len(row) != self._width:
            return bad_row(line, f"The row has {len(row)} cells, the header has {self._width}.")
        row.append("")
        cells = self._pick(row)
        if cells[1] == ADJUSTMENT:
            self.adjustments += 1
            return None
        return read_cells(cells, line)


def read_header(path: str, rows: Iterator[list[str]]) -> list[str]:
    """Read the names of the columns.

    Raises `HeaderError` when some are missing, unknown or there twice.
    """
    try:
        header = [name.strip() for name in next(rows, [])]
    except (csv.Error, UnicodeDecodeError) as error:
        raise HeaderError(path, REQUIRED, (), ()) from error
    missing = tuple(name for name in REQUIRED if name not in header)
    unknown = tuple(name for name in header if name not in REQUIRED + OPTIONAL)
    repeated = tuple(name for name, count in Counter(header).items() if count > 1)
    if missing or unknown or repeated:
        raise HeaderError(path, missing, unknown, repeated)
    return header


def read_cells(cells: tuple[str, ...], line: int) -> WireEvent | RejectedRow:
    """Turn the cells of one row, in the order of REQUIRED + OPTIONAL, into an event."""
    ts_ms, event_type, customer = cells[:3]
    if not customer or customer.isspace():
        return missing_customer(line)
    at = epoch_ms(ts_ms)
    if at is None:
        return bad_field(
            line, "ts_ms", ts_ms, "must be whole milliseconds since 1970, before 10000"
        )
    if event_type in WIRE_TYPES:
        return read_order(cells, at, line)
    if not event_type:
        return bad_field(line, "event_type", event_type, "must name what happened")
    value = INTERACTION % (
        f'"interaction:{line}"',
        quoted(customer),
        at,
        quoted_word(event_type),
    )
    return WireEvent("interactions", customer.encode(), value.encode(), at, line)


def read_order(cells: tuple[str, ...], at: int, line: int) -> WireEvent | RejectedRow:
    """Turn an order or a refund into an event; a refund's amount may have any sign."""
    _, event_type, customer, order_id, amount, currency, category = cells
    money = PLAIN_DECIMAL.fullmatch(amount)
    if money is None:
        return bad_field(line, "amount", amount, "must be a plain decimal number")
    sign, digits = money.groups()
    is_order = event_type == "order"
    if sign and is_order and digits.strip("0."):
        return bad_field(line, "amount", amount, "must not be negative on an order")
    members = f',"currency":{quoted_word(currency)}' if currency else ""
    if category and is_order:
        members += f',"lines":[{LINE % (quoted_word(category), digits)}]'
    wire_type = WIRE_TYPES[event_type]
    if order_id:
        order = quoted(order_id)
        event = f'"{wire_type}:{order[1:]}'
    else:
        order, event = f'"line-{line}"', f'"line:{line}"'
    value = ORDER % (wire_type, event, quoted(customer), at, order, digits, members)
    return WireEvent("orders", customer.encode(), value.encode(), at, line)


def epoch_ms(text: str) -> int | None:
    """Read epoch milliseconds; None when it is not a whole number or out of range.

    >>> epoch_ms("852076800000"), epoch_ms("8.5e11"), epoch_ms("-1")
    (852076800000, None, None)
    """
    # int() alone would also take spaces, underscores and the digits of other scripts.
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LAST_MS)):
        return None
    at = int(text)
    return at if at <= LAST_MS else None
