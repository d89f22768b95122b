"""What EC2 instances cost by the hour: one table, by which the sandbox chooses and learners are told.

https://aws.amazon.com/ec2/pricing/on-demand/
"""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final, TypedDict, cast

_SIZE: Final = re.compile(r"(?P<times>\d+)xlarge")


class _Table(TypedDict):
    """The file: its date, dollars an hour of a family's `large`, shares of that by size, and exceptions."""

    as_of: str
    large: dict[str, float]
    size: dict[str, float]
    types: dict[str, float]


@cache
def _table() -> _Table:
    text = resources.files("ecslab.aws_api").joinpath("instance_prices.toml").read_text(encoding="utf-8")
    return cast("_Table", tomllib.loads(text))


AS_OF: Final = _table()["as_of"]
"""Year and month of the price list that the table is from; the table names it."""


def hour(instance_type: str) -> float | None:
    """Dollars an hour for an instance with Linux, on demand, in us-east-1; None where the table has no price.

    Args:
        instance_type: as EC2 spells it, such as `t3.medium`.
    """
    table = _table()
    if instance_type in table["types"]:
        return float(table["types"][instance_type])
    family, _, size = instance_type.partition(".")
    large, share = table["large"].get(family), table["size"].get(size)
    if match := _SIZE.fullmatch(size):
        share = 2.0 * int(match["times"])
    return None if large is None or share is None else round(large * share, 6)


def large(family: str) -> float | None:
    """The same of the `large` of a family such as `m5`, whether or not there is that size."""
    price = _table()["large"].get(family)
    return None if price is None else float(price)
