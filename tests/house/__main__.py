"""python -m tests.house: print the numbers; exit with 1 where one has gone through a wall.

Options:
    --peers: the same for h11, SimPy, anywidget and cloudpathlib, which are fetched from the index once.
    --where: for each number, where it comes from.
"""

import sys
from pathlib import Path

import click

from tests.house import peers, where
from tests.house.numbers import ROWS
from tests.house.source import Package


def main(options: list[str]) -> int:
    """Print the table; returns the exit status."""
    package = Package(Path("ecslab"))
    packages = [package, *(peers.fetch() if "--peers" in options else [])]
    click.echo(f"{'':<48}{'aim':>9}" + "".join(f"{each.name:>14}" for each in packages))
    broken = []
    for row in ROWS:
        counts = [row.count(each) for each in packages]
        columns = "".join(f"{'–' if count is None else f'{count:,}':>14}" for count in counts)
        too_many = (counts[0] or 0) > row.aim
        click.echo(f"{row.what:<48}{f'≤ {row.aim:,}':>9}{columns}{'  more than the aim' if too_many else ''}")
        if row.wall and too_many:
            broken.append(row.what)
    if "--where" in options:
        where.show(package)
    if broken:
        click.echo(f"\nThrough a wall: {'; '.join(broken)}. python -m tests.house --where shows the places.")
    return 1 if broken else 0


sys.exit(main(sys.argv[1:]))
