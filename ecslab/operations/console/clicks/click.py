"""One click, and what becomes of it."""

from dataclasses import dataclass

from ecslab.aws_api.operations import changes


@dataclass(frozen=True)
class Click:
    """One step of a document. One that fills in a field sends nothing; a later one does.

    Attributes:
        says: in the document's words.
        console: where that is in today's console, in its words.
        calls: the operations, as `ecs:RunTask`. None where nothing is called.
        cli: the same in a terminal: commands, or of a field its option.
        field: the parameter that the click fills in, as a path in the operation's model.
    """

    says: str
    console: str
    calls: tuple[str, ...] = ()
    cli: str = ""
    field: str = ""

    @property
    def sends(self) -> tuple[str, ...]:
        """Those of the calls that this very click sends and that change something."""
        if self.field:
            return ()
        return tuple(call for call in self.calls if changes(*call.split(":")))
