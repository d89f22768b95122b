"""The public images that the sandbox holds, as a learner looks them up."""

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table


def public(lab: Connection, containing: str = "") -> Table:
    """The public images that the sandbox has without internet, each a small stand-in for the real one.

    Args:
        containing: only those with this in their names, as "httpd"; all unless given.

    Raises:
        SandboxOnly: on a real account, where any public image can be named.
    """
    rows: dict[str, tuple[str, list[str], str]] = {}
    for image in lab.control("images")["images"]:
        name, _, tag = image["reference"].rpartition(":")
        if containing in name:
            rows.setdefault(name, (name, [], image["description"]))[1].append(tag)
    head = ("image", "tags", "what it is")
    return Table("", head, tuple((name, ", ".join(tags), text) for name, tags, text in rows.values()))
