"""`notebooks/instructor.md`: the runbook for whoever teaches, its minutes measured."""

from pathlib import Path

from ecslab.course import STAGES
from ecslab.course.quiz import predictions, questions

HEAD = Path(__file__).with_name("instructor_head.md").read_text(encoding="utf-8")
TABLE = (
    "| notebook | minutes | on a real account | the moment to remember | ask the class |",
    "|---|---|---|---|---|",
)


def page() -> str:
    """The page as Markdown."""
    lines = [HEAD, *TABLE]
    for stage in STAGES.values():
        minutes = stage.minutes
        ask = ", ".join(f"`{name}`" for name in (*predictions(stage.id), *questions(stage.id)))
        link = f"[{stage.id} {stage.title}]({stage.notebook})"
        everywhere = minutes.reading + minutes.waiting
        part = f" ({minutes.optional} optional)" if minutes.optional else ""
        lines.append(f"| {link} | {minutes.here}{part} | {everywhere} | {stage.moment} | {ask} |")
    together = sum(stage.minutes.here for stage in STAGES.values())
    lines += [
        "",
        f"All together {together / 60:.0f} hours. Half a day: 00 to 05, and 99. A day: 06 to 08 and 14 too.",
    ]
    lines += ["", "## What each notebook has to show in the end", ""]
    for stage in STAGES.values():
        steps = "; ".join(step.title for step in stage.main_steps)
        more = len(stage.exercises)
        lines.append(f"- **{stage.id} {stage.title}**: {steps}. {more} exercise{'s' if more != 1 else ''}.")
    return "\n".join(lines) + "\n"
