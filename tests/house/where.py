"""Where the numbers come from: the rings, and the modules with most of each thing."""

import click

from tests.house import functions, imports, loose_types
from tests.house.source import Package

MOST = 12


def show(package: Package) -> None:
    """Print the rings of imports, and the places with most of what should be few."""
    for ring in imports.rings(imports.graph(package)):
        click.echo(f"\nA ring of {len(ring)}: {', '.join(ring)}")
    for title, counts in (
        ("Any", loose_types.uses(package)),
        ("Variables with a name that says nothing", functions.vague_variables(package)),
        ("Lines of a function", {name: lines for lines, name in functions.lengths(package)}),
    ):
        click.echo(f"\n{title}")
        for name, count in sorted(counts.items(), key=lambda item: -item[1])[:MOST]:
            click.echo(f"{count:>6}  {name}")
