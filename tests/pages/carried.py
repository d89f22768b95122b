"""`docs/carried.md`: which services and operations the sandbox carries, from its own list."""

from textwrap import fill

from ecslab.sandbox.honesty import carried

HEAD = """# What the sandbox carries

These operations answer. A call to any other, of these services or of another, gets AWS's error shape and one
sentence: *This sandbox does not carry …*. `make pages` writes this page from the list that decides
(`ecslab/sandbox/wire/carried.toml`). What is simplified or only pretended stands in the
[honesty table](../ecslab/sandbox/honesty/).
"""


def page():
    services = carried()
    count = sum(len(service["operations"]) for service in services)
    return f"{HEAD}\n{count} operations of {len(services)} services.\n{''.join(map(section, services))}"


def section(service):
    operations = fill(" ".join(f"`{operation}`" for operation in service["operations"]), 110)
    return f"\n## {service['service']}\n\nFor {service['why']}.\n\n{operations}\n"
