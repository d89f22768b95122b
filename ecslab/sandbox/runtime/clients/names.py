"""`nslookup` and `getent hosts`: a container asks for the address of a name."""

from collections.abc import Generator

from ecslab.sandbox.runtime.place import Place
from ecslab.sandbox.runtime.process import Process

Result = tuple[str, str, int]


def nslookup(process: Process, words: list[str], place: Place) -> Generator[float, None, Result]:
    """`nslookup [-type=srv] NAME`, in BusyBox's words."""
    yield from process.step(place)
    names = [word for word in words if not word.startswith("-")]
    if not names:
        return "", "nslookup: the interactive mode is not run here: give it a name\n", 1
    server = process.host.name_server()
    head = f"Server:\t\t{server}\nAddress:\t{server}:53\n\n"
    try:
        if _asks_for_services(words):
            records = process.host.services(names[0])
            rows = "".join(f"{names[0]}\tservice = {record}\n" for record in records)
            return f"{head}Non-authoritative answer:\n{rows}\n", "", 0
        addresses = process.host.resolve(names[0])
    except LookupError:
        return f"{head}** server can't find {names[0]}: NXDOMAIN\n\n", "", 1
    rows = "".join(f"Name:\t{names[0]}\nAddress: {address}\n" for address in addresses)
    return f"{head}Non-authoritative answer:\n{rows}\n", "", 0


def _asks_for_services(words: list[str]) -> bool:
    """Whether `-type=srv`, `-query=srv` or a shorter spelling of it is among the words."""
    options = (word.lower().lstrip("-").partition("=") for word in words if word.startswith("-"))
    return any(value == "srv" and name in ("type", "t", "query", "q") for name, _, value in options)


def getent(process: Process, words: list[str], place: Place) -> Generator[float, None, Result]:
    """`getent hosts NAME…`; other databases have nothing."""
    yield from process.step(place)
    if words[:1] not in (["hosts"], ["ahosts"]):
        return "", "", 2
    output, status = "", 0
    for name in words[1:]:
        try:
            addresses = process.host.resolve(name)
        except LookupError:
            status = 2
        else:
            output += "".join(f"{address:<15} {name}\n" for address in addresses)
    return output, "", status
