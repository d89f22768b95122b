"""The three parts of a fault on one panel: name the cause, point at the evidence, ask about the fix."""

from collections.abc import Callable, Sequence
from typing import Final

import traitlets

from ecslab.widgets.view import View, module

LETTERS: Final = "abcdefgh"
CALLS: Final = (
    "ecs describe-services", "ecs describe-tasks", "ecs describe-task-definition",
    "ec2 describe-security-groups", "ec2 describe-subnets", "ec2 describe-route-tables",
    "ec2 describe-network-interfaces", "elbv2 describe-target-health", "elbv2 describe-target-groups",
    "ecr describe-images", "logs get-log-events", "logs describe-log-groups", "iam get-role",
    "iam list-role-policies", "iam list-attached-role-policies", "iam get-role-policy", "http get",
)  # fmt: skip
"""The same for every fault, so that the list gives nothing away."""


Verdict = tuple[bool, str]
"""Whether it is right, and the words."""


class FaultPanel(View):
    """Judge the three parts of one fault.

    Args:
        title: which fault it is.
        causes: the causes to choose from, in the order of their letters.
        name: judges a cause by its letter.
        point: judges evidence by call and field.
        look: judges the fix, from the account.

    Nothing that is synced to the page tells which cause is right before the learner has chosen.
    """

    _esm = module("fault_panel.js")
    title = traitlets.Unicode().tag(sync=True)
    causes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    calls = traitlets.List(traitlets.Unicode(), list(CALLS)).tag(sync=True)
    choice = traitlets.Int(-1).tag(sync=True)
    call = traitlets.Unicode().tag(sync=True)
    field = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)

    def __init__(
        self, title: str, causes: Sequence[str], name: Callable[[str], Verdict],
        point: Callable[[str, str], Verdict], look: Callable[[], Verdict],
    ) -> None:  # fmt: skip
        super().__init__(title=title, causes=list(causes))
        self._judges: dict[str, Callable[[], Verdict]] = {
            "cause": lambda: name(LETTERS[self.choice]),
            "evidence": lambda: point(self.call, self.field),
            "fix": look,
        }
        self.observe(self._judge, names=["asked"])

    def text(self) -> str:
        """The causes, and the calls that do the same as the buttons."""
        offered = (f"  {letter}. {cause}" for letter, cause in zip(LETTERS, self.causes, strict=False))
        last = 'By calls: fault.name_cause("a"), fault.evidence("ecs describe-…", "field"), fault.check().'
        return "\n".join([self.title, *offered, last])

    def _judge(self, change: traitlets.Bunch) -> None:
        part = change["new"].get("part")
        if part not in self._judges or (part == "cause" and not 0 <= self.choice < len(self.causes)):
            return
        try:
            right, text = self._judges[part]()
            self.verdict = {"part": part, "right": right, "text": text}
        except Exception as error:  # the fault is gone: nobody else would tell the page
            self.verdict = {"part": part, "right": False, "text": str(error)}
