"""`docs/carried.md`: services, operations and members of requests, from the lists that decide."""

from textwrap import fill

from ecslab.sandbox.honesty import carried
from ecslab.sandbox.wire.carried import CARRIED
from ecslab.sandbox.wire.fields.table import EVERY, sections
from tests.effects.test_effects import FILES

HEAD = """# What the sandbox carries

These operations answer. A call to any other, of these services or of another, gets AWS's error shape and one
sentence: *This sandbox does not carry …*. Each member of each request, nested ones too, is of one of three
classes. It **acts**: what AWS does with it happens here. It is **refused**: in AWS's words, or by the same
sentence. Or it is **kept**: taken, perhaps shown again, and nothing comes of it. A member that is of none,
because AWS added it later, is refused.

{acting} rows of the tables say *acts*: of a structure that many requests share, once. For {seen} of them
there is an experiment, and a test that repeats it: the same request with and without the member, or with
another value, in two copies of one account, and something else than its echo differs (`tests/effects`). For
the others that folder names a test that sends them.

`make pages` writes this page from the lists that decide (`ecslab/sandbox/wire/carried.toml` and
`ecslab/sandbox/wire/fields/`). What is simplified or only pretended stands in the
[honesty table](../ecslab/sandbox/honesty/).

Numbers of members, as `lab.honesty()` shows them: one that many requests share is counted once, and what lies
within one that is refused or kept is counted with it.

| service | operations | act | refused | kept |
|---|---:|---:|---:|---:|
"""


def page():
    experiments = sum(len(file["seen"]) for file in FILES.values())
    acting = sum(len(row["acts"]) for row in carried())
    return f"{HEAD.format(acting=acting, seen=experiments)}{numbers()}{''.join(map(section, CARRIED))}"


def numbers():
    classes = ("operations", "acts", "refused", "kept")
    rows = {row["service"]: [len(row[name]) for name in classes] for row in carried()}
    rows["together"] = list(map(sum, zip(*rows.values(), strict=True)))
    return "".join(f"| {name} | {' | '.join(map(str, row))} |\n" for name, row in rows.items())


def section(service):
    operations = wrapped(" ".join(f"`{operation}`" for operation in sorted(service.operations)))
    parts = [f"\n## {service.name}", f"For {service.why}.", operations]
    for kind, title in (("kept", "Kept without effect"), ("refused", "Refused")):
        named = [f"{where(name)} {', '.join(members)}" for name, each in sections(service.name).items()
                 if (members := [member for member, of in each.kinds.items() if of == kind])]  # fmt: skip
        if named:
            parts.append(wrapped(f"**{title}**: {'; '.join(named)}."))
    return "\n\n".join(parts) + "\n"


def where(name):
    return "all operations:" if name == EVERY else f"`{name}`"


def wrapped(text):
    return fill(text, 110, break_long_words=False, break_on_hyphens=False)
