"""`make clients`: clients that nobody here wrote, each in an environment of its own, put to work.

`python -m tests.clients skopeo buildah` tries these two. What works, is refused, or is a gap goes into
tests/README.md. The exit code is 1 if there is a gap.
"""

import sys

from . import readme, table
from .installation import NotHere
from .scenario import play


def main(names: list[str]) -> int:
    """Try the clients; 1 if one of them met a gap."""
    clients = table.read()
    unknown = [name for name in names if name not in clients]
    if unknown:
        sys.exit(f"No client {', '.join(unknown)}. There are: {', '.join(clients)}.")
    rows, wanted, gaps = {}, set(), 0
    for client in [clients[name] for name in names or clients]:
        sys.stdout.write(f"{client.title}\n")
        try:
            version, outcomes = play(client)
        except NotHere as reason:
            sys.stdout.write(f"  not tried here: {reason}\n")
            wanted |= {client.debian} - {""}
            rows[client.title] = readme.not_tried(client.title, str(reason))
            continue
        gaps += sum(outcome.kind == "gap" for outcome in outcomes)
        rows[client.title] = readme.row(client.title, version, outcomes)
    readme.write(rows, [client.title for client in clients.values()])
    if wanted:
        sys.stdout.write(f"For those that were not tried: apt-get install {' '.join(sorted(wanted))}\n")
    return int(gaps > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
