"""`make bench`: how the sandbox and the helper compare with stock moto and bare boto3, in one run.

`python -m tests.bench round_trip memory` measures those rows alone.
"""

import os
import platform
import sys

from botocore.exceptions import ClientError

from tests.bench.balancing import BALANCING_ROWS
from tests.bench.course import COURSE_ROWS
from tests.bench.life import LIFE_ROWS
from tests.bench.measure import Row
from tests.bench.metrics import METRIC_ROWS
from tests.bench.naming import NAMING_ROWS
from tests.bench.placement import PLACEMENT_ROWS
from tests.bench.rows import ROWS
from tests.bench.services import SERVICE_ROWS
from tests.bench.stepping_in import EXEC_ROWS
from tests.bench.visitors import VISITOR_ROWS

ALL = {
    **ROWS, **COURSE_ROWS, **BALANCING_ROWS, **SERVICE_ROWS, **LIFE_ROWS, **PLACEMENT_ROWS, **EXEC_ROWS,
    **VISITOR_ROWS, **METRIC_ROWS, **NAMING_ROWS,
}  # fmt: skip

HEADINGS = ("what", "against", "ours", "theirs", "ratio", "aim", "")


def main(names: list[str]) -> int:
    """Print the table; 1 if an aim was missed or a row could not be measured."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # noqa: T201
    found = []
    for name in names or ALL:
        print(f"  measuring {name} …", file=sys.stderr, flush=True)  # noqa: T201
        found.append(_measured(name))
    table = [HEADINGS, *(_cells(row) for row in found)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())  # noqa: T201
    return int(any(row.ratio is None or row.ratio > row.aim for row in found))


def _measured(name: str) -> Row:
    try:
        return ALL[name]()
    except (RuntimeError, OSError, ClientError) as problem:
        return Row(name, "", float("nan"), note=f"not measured: {problem}")


def _cells(row: Row) -> tuple[str, ...]:
    if row.ours is None or row.theirs is None or row.ratio is None:
        return row.what, row.against, "", "", "", "", row.note
    verdict = "ok" if row.ratio <= row.aim else "missed"
    values = (f"{row.ours:.2f} {row.unit}", f"{row.theirs:.2f} {row.unit}", f"{row.ratio:.2f}")
    return (row.what, row.against, *values, f"≤ {row.aim:g}", verdict)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
