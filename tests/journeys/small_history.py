"""A replay file of four months in which something of everything happens."""

from datetime import UTC, datetime, timedelta

HEADER = "ts_ms,event_type,customer_id,order_id,amount,currency,category"
START = datetime(2024, 1, 1, 15, tzinfo=UTC)
ADJUSTMENTS = 1
REFUSED_BY_FILE = {"missing_customer": 1, "bad_field": 2}
REFUSED_BY_GRADING = {"unknown_currency": 1}


def csv_text() -> str:
    """The file; what is wrong in it stands between what is right."""
    rows = [row for day in range(120) for row in _rows(day)]
    return "\n".join([HEADER, *rows]) + "\n"


def _rows(day: int) -> list[str]:
    ts = int((START + timedelta(days=day)).timestamp()) * 1000
    rows = []
    if day % 3 == 0:
        rows.append(f"{ts},order,ann,a{day},{40 + day}.50,USD,dairy")
    if day % 30 == 5:
        rows.append(f"{ts},refund,ann,a{day - 2},-{40 + day - 2}.50,USD,")
    if day < 40 and day % 2 == 0:
        rows.append(f"{ts},order,bob,b{day},99.90,,{'meat' if day % 4 else 'fruit'}")
    if day % 20 == 7:
        rows.append(f"{ts},coupon,cat,,,,")
        rows.append(f"{ts},order,cat,c{day},12,,")
    return rows + [row.format(ts=ts) for row in _ODD.get(day, ())]


_ODD = {
    10: ["{ts},order,,x1,5,,", "{ts},adjustment,ann,,-3,,"],
    11: ["{ts},order,ann,x2,5 EUR,,", "{ts},order,ann"],
    12: ["{ts},order,ann,x3,5,XAU,"],
    13: ["{ts},order,ann,a12,1,USD,"],
    14: ["{ts},order,ann,a12,52.50,USD,dairy"],
}
"""Rows that are refused, skipped or there for the second time.

In a file an order is known by its id alone, so its repeats are duplicates at any amount.
"""
