"""On a real account instances cost: the price of an hour is said first, and a budget agrees to it."""

from __future__ import annotations

import math
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.errors import NotConfirmed
from ecslab.operations import prices
from ecslab.resources import arguments

HOURS: Final = 2
"""How long a learner may take on a real account."""


def agree(lab: Connection, budget: float) -> None:
    """Agree to what instances may cost in two hours, beside those that you agreed to before.

    It holds until this lab is closed. In the sandbox there is nothing to agree to.

    Args:
        budget: US dollars.

    Raises:
        BadArgument: it is no amount of money.
    """
    arguments.lab(lab)
    dollars = _amount(budget)
    if lab.budget:
        lab.budget.agree(dollars / HOURS)


def must_be_agreed(
    lab: Connection, budget: float | None, hourly: float, what: str, again: bool = False
) -> None:
    """Refuse on a real account, unless a budget covers two hours; then it is agreed to.

    Args:
        hourly: US dollars that it costs at the most.
        what: what costs, as in "the puzzle".
        again: whether what was agreed to before counts as well.

    Raises:
        BadArgument: the budget is no amount of money.
        NotConfirmed: there is none, or it is too small; the message says the price.
    """
    arguments.lab(lab)
    dollars = None if budget is None else _amount(budget)
    whole = hourly * HOURS
    if not lab.budget or (again and dollars is None and lab.budget.agreed >= hourly):
        return
    if dollars is None or dollars < whole:
        raise NotConfirmed(
            f"what {what} makes costs up to {prices.dollars(hourly)} an hour, and {prices.dollars(whole)} in "
            f"{HOURS} hours (us-east-1, {prices.DATES}).\n"
            f"  seen: no budget that covers it; nothing was made in {lab.account}\n"
            f"  next: the same call with budget={round(whole + 0.005, 2):.2f} agrees to it"
        )
    lab.budget.agree(dollars / HOURS)


def _amount(budget: float) -> float:
    if isinstance(budget, bool) or not isinstance(budget, int | float) or not 0 < budget < math.inf:
        raise arguments.refuse(
            "budget", budget, "US dollars, as a number above 0",
            "ecslab.capacity.price() shows what an hour costs",
        )  # fmt: skip
    return float(budget)
