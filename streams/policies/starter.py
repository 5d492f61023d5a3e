"""A policy file to start from: a preset with its comments, and what to do with it."""

from shlex import quote
from typing import Final

_HEADER: Final = """\
# yaml-language-server: $schema=policy.schema.json
#
# Your policy, begun from the preset {preset}. Look at these first:
#
#   policy, version   a name of your own; a higher version with every change you publish
#   time_zone         decides which day an event belongs to
#   currency, rates   the currency of every amount below; what one foreign unit is worth in it
#   score             `cap` is what full marks cost, `weight` how much they count
#   tiers             `enter` is the score a tier is reached at; names and display names
#   move              how long a tier is safe (hold_days), what may raise or lower it (triggers)
#   benefits          what each tier is granted
#
# Then go on with:
#
#   regrade policy check {file}
#   regrade policy diff {preset} {file}
#   regrade backtest history.csv.gz --policy {file} --out result
#   regrade policy readings         every reading a policy can name
#
# The first line lets an editor complete and explain keys, once the schema lies beside this file:
#
#   regrade policy schema > policy.schema.json

"""


def starter(preset: str, text: str, file: str) -> str:
    """The text of a preset below a header that says what to change first.

    >>> print(starter("b2b-fresh", "policy: b2b-fresh", "mine.yaml").splitlines()[-1])
    policy: b2b-fresh
    """
    return _HEADER.format(preset=preset, file=quote(file)) + text
