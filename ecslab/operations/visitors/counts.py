"""How visitors do: a value that shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecslab.display.tables import ShownAsTable, Table


@dataclass(frozen=True, repr=False)
class VisitorCounts(ShownAsTable):
    """How the visitors of a listener do. Shows itself.

    Attributes:
        load_balancer, port, path: where they go, and what they ask for.
        profile: which curve they follow.
        rate: requests a second now; 0 once they have gone.
        requests: all so far.
        served: of them, those that a task answered.
        failed: of them, those that got an error, by HTTP status (`no answer` where there was none).
        answered: of them, those that the load balancer answered by a rule, or that found none (`gone`).
        waiting: of them, those that wait at this moment.
        response: mean seconds to an answer at this moment; None where nobody serves.
        targets: how many serve.
        note: what is to be said beside.
    """

    load_balancer: str
    port: int
    path: str
    profile: str
    rate: float
    requests: float
    served: float
    failed: Mapping[str, float]
    answered: Mapping[str, float]
    waiting: float = 0.0
    response: float | None = None
    targets: int | None = None
    note: str = ""

    @property
    def lost(self) -> float:
        """Percent of all requests that got an error, or found no load balancer; 0 where nobody came."""
        by_balancer = (count for what, count in self.answered.items() if _is_error(what))
        lost = sum(self.failed.values()) + sum(by_balancer)
        return 100 * lost / self.requests if self.requests else 0.0

    def _table(self) -> Table:
        where = f"{self.load_balancer}:{self.port}{self.path}"
        title = f"{self.rate:,.0f} visitors a second of {where} ({self.profile})"
        rows = [("requests so far", f"{self.requests:,.0f}"), ("answered by a task", f"{self.served:,.0f}")]
        rows += [(f"failed: {status}", f"{count:,.0f}") for status, count in sorted(self.failed.items())]
        by_balancer = sorted(self.answered.items())
        rows += [(f"by the balancer: {what}", f"{count:,.0f}") for what, count in by_balancer]
        rows.append(("lost", f"{self.lost:.2f} %"))
        if self.waiting:
            rows.append(("waiting now", f"{self.waiting:,.0f}"))
        if self.response is not None:
            rows.append(("an answer takes", f"{self.response:.2f} s"))
        if self.targets is not None:
            rows.append(("targets that serve", str(self.targets)))
        if self.note:
            rows.append(("", self.note))
        return Table(title, ("", ""), tuple(rows))


def _is_error(answer: str) -> bool:
    """Of what a load balancer answered itself: `503`, `fixed 500`, or `gone`."""
    return answer == "gone" or answer.rpartition(" ")[2].startswith("5")
