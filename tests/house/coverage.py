"""python -m tests.house.coverage FILE: what the tests reach, by folder, from a JSON report of coverage.py."""

import json
import sys
from collections import Counter
from pathlib import Path

import click


def by_folder(report: Path) -> dict[str, float]:
    """Folder: percent of its statements that ran; the whole last."""
    statements: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for name, file in json.loads(report.read_text())["files"].items():
        for folder in (str(Path(name).parent), "all of it"):
            statements[folder] += file["summary"]["num_statements"]
            covered[folder] += file["summary"]["covered_lines"]
    ordered = sorted(statements, key=lambda folder: (folder == "all of it", folder))
    return {folder: 100 * covered[folder] / max(statements[folder], 1) for folder in ordered}


if __name__ == "__main__":
    for folder, percent in by_folder(Path(sys.argv[1])).items():
        click.echo(f"{percent:>6.1f} %  {folder}")
