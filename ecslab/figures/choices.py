"""Who does what, and which capacity to choose: two tables."""

from typing import Final

from ecslab.figures.svg import SOFT, Drawing, Figure

WAYS: Final = ("EC2 by hand", "ECS on EC2", "Fargate", "Lambda")
CHORES: Final = (
    # chore, then who does it: y = you, a = AWS, in the order of WAYS
    ("Run the buildings and the hardware", "aaaa"),
    ("Choose and start the servers", "yyaa"),
    ("Patch their operating system", "yyaa"),
    ("Keep container engine and agent current", "yyaa"),
    ("Add and remove servers as load changes", "yyaa"),
    ("Keep one task from harming another", "yyaa"),
    ("Decide which server runs which container", "yaaa"),
    ("Start again what has stopped", "yaaa"),
    ("Draw the network, open the ports", "yyya"),
    ("Decide how many copies run", "yyya"),
    ("Choose the memory for each copy", "yyyy"),
    ("Write the program, renew its base", "yyyy"),
)
"""`Start again` is what an ECS service does; a task started by hand stays stopped."""

CAPACITY: Final = (
    ("", "EC2", "Fargate", "External", "Lambda"),
    (
        "You bring", "EC2 instances that join the cluster", "nothing but the task",
        "machines of your own, anywhere", "a function (this is no ECS: for comparison)",
    ),
    (
        "You look after", "the instances: patches, space, zones", "no server at all",
        "the machines and their network", "no server, no copies",
    ),
    (
        "You pay for", "instances, busy or idle", "vCPU and GB, each second a task runs",
        "your machines, and a fee for each", "requests and their run time",
    ),
    (
        "Choose it for", "large, steady work where price counts; GPUs",
        "small work, bursts, or large work with little upkeep", "work that must stay on your premises",
        "short work started by events, 15 minutes at most",
    ),
)  # fmt: skip
"""Rows of a table; the first row and the first column are headings."""


def chores() -> Figure:
    """Twelve chores and who does each: you or AWS, in four ways to run a container."""
    d = Drawing(860, 96 + 32 * len(CHORES))
    for column, way in enumerate(WAYS):
        d.text(436 + column * 112, 42, way, bold=True, anchor="middle")
    for row, (chore, who) in enumerate(CHORES):
        y = 56 + row * 32
        d.text(24, y + 19, f"{row + 1}.", ink=SOFT)
        d.text(54, y + 19, chore)
        for column, doer in enumerate(who):
            words, tone = ("you", "task") if doer == "y" else ("AWS", "net")
            d.box(384 + column * 112, y, 104, 28, words, tone=tone, pad=4)
    counts = [sum(who[column] == "y" for _, who in CHORES) for column in range(len(WAYS))]
    y = 56 + 32 * len(CHORES)
    d.text(54, y + 20, "Left to you", bold=True)
    for column, count in enumerate(counts):
        d.text(436 + column * 112, y + 20, f"{count} of {len(CHORES)}", bold=True, anchor="middle")
    yours = "; ".join(
        f"{way}: {', '.join(c.lower() for c, who in CHORES if who[n] == 'y')}" for n, way in enumerate(WAYS)
    )
    return d.figure("Who does it?", f"What is left to you. {yours}.")


def capacity() -> Figure:
    """Where a task can run, EC2, Fargate or External, beside Lambda: what each asks and when to choose it."""
    d = Drawing(860, 442)
    tones = ("net", "task", "quiet", "container")
    for column, (name, tone) in enumerate(zip(CAPACITY[0][1:], tones, strict=True)):
        d.box(132 + column * 178, 24, 170, 40, name, tone=tone)
    for row, (question, *answers) in enumerate(CAPACITY[1:]):
        y = 70 + row * 88
        d.box(24, y, 100, 82, question, tone="quiet")
        for column, answer in enumerate(answers):
            d.box(132 + column * 178, y, 170, 82, body=answer)
    columns = (
        f"{name}: {', '.join(f'{row[0].lower()} {row[n]}' for row in CAPACITY[1:])}"
        for n, name in enumerate(CAPACITY[0])
        if name
    )
    return d.figure("Where a container can run", ". ".join(columns) + ".")
