"""What is inside a helper of the kit: its own lines, for whoever wants to see which calls it makes."""

import difflib
import inspect
import textwrap
from dataclasses import dataclass

from markupsafe import Markup

from ecslab.course import learner_namespace
from ecslab.display.markup import html
from ecslab.display.printable import printable
from ecslab.errors import EcslabError


class NoSuchHelper(EcslabError, LookupError):
    """A name that is no function of the kit."""

    def __init__(self, wanted: str):
        near = difflib.get_close_matches(str(wanted), _helpers(), 3)
        meant = f"did you mean {', '.join(near)}?" if near else "it takes a name such as task.run"
        super().__init__(f"there is no helper {wanted!r}.\n  next: {meant}")


@dataclass(frozen=True)
class HelperSource:
    """The lines of one helper. Shows itself.

    Attributes:
        name: as it is called, without `ecslab.`.
        code: its lines.
    """

    name: str
    code: str

    def __repr__(self) -> str:
        return printable(f"# ecslab.{self.name}\n{self.code}")

    def _repr_html_(self) -> Markup:
        shown = "<details open><summary><code>ecslab.{}</code></summary><pre>{}</pre></details>"
        return html(shown, self.name, self.code)


def show(name: str) -> HelperSource:
    """The lines of a helper, as `show("task.run")`.

    Raises:
        NoSuchHelper: the kit has none of that name.
    """
    wanted = str(name).removeprefix("ecslab.").removesuffix("()")
    module, _, function = wanted.partition(".")
    if wanted not in _helpers():
        raise NoSuchHelper(name)
    code = inspect.getsource(getattr(getattr(learner_namespace, module), function))
    return HelperSource(wanted, textwrap.dedent(code).rstrip())


def _helpers() -> list[str]:
    """The functions of the modules that a learner knows, as `task.run`."""
    modules = {name: getattr(learner_namespace, name) for name in learner_namespace.__all__}
    return [
        f"{name}.{function}"
        for name, module in modules.items()
        if inspect.ismodule(module)
        for function in dir(module)
        if not function.startswith("_") and inspect.isfunction(getattr(module, function))
    ]
