"""`notebooks/instructor.md`: the runbook for whoever teaches, its minutes measured."""

from pathlib import Path

from ecslab.course import minutes
from ecslab.course.quiz import predictions, questions
from ecslab.course.steps import NOTEBOOKS, STAGES, exercises, main_steps

MOMENTS = {
    "00": "Who does it? Twelve chores, and who does each on EC2, on Fargate, on Lambda.",
    "01": "The same tag, another digest: push twice under `latest`.",
    "02": "Nothing happened: 0 tasks, $0. A cluster is a name.",
    "03": "Two documents collide: 0.5 vCPU with 0.5 GB. Predict, then read AWS's words.",
    "04": "Name each status as it happens. Press **Pause** and **Next event**.",
    "05": "Close the door while the task runs: it is RUNNING, and silent.",
    "06": "Stop a task by hand, the events beside it. Then reload the old address.",
    "07": "Reload the page: another task answers. Kill one: no visitor notices.",
    "08": "Let the class predict the curve; run it; see both. A bad image rolls itself back.",
    "09": "The web server waits until its database is healthy. Without a task role it runs, and is denied.",
    "13": "Document 004 as written: six refusals, one fix a message.",
    "14": "`ecslab.fault(lab, seed=42)`: the same fault for everybody. Who names the cause, and shows it?",
    "99": "Delete in the wrong order, read the refusals, then “0 of N left”.",
}
HEAD = Path(__file__).with_name("instructor_head.md").read_text(encoding="utf-8")
TABLE = (
    "| notebook | minutes | on a real account | the moment to remember | ask the class |",
    "|---|---|---|---|---|",
)


def page() -> str:
    """The page as Markdown."""
    lines = [HEAD, *TABLE]
    for stage, title in STAGES.items():
        found = minutes.of_stages()[stage]
        moment = MOMENTS[stage]
        asked = [name for name in (*predictions(), *questions()) if name.startswith(f"{stage}.")]
        ask = ", ".join(f"`{name}`" for name in asked)
        link = f"[{stage} {title}]({NOTEBOOKS[stage]})"
        lines.append(f"| {link} | {found.here} | {found.reading + found.waiting} | {moment} | {ask} |")
    together = sum(found.here for found in minutes.of_stages().values())
    lines += [
        "",
        f"All together {together / 60:.0f} hours. Half a day: 00 to 05, and 99. A day: 06 to 08 and 14 too.",
    ]
    lines += ["", "## What each notebook has to show in the end", ""]
    for stage, title in STAGES.items():
        steps = "; ".join(step.title for step in main_steps(stage))
        more = len(exercises(stage))
        lines.append(f"- **{stage} {title}**: {steps}. {more} exercise{'s' if more != 1 else ''}.")
    return "\n".join(lines) + "\n"
