"""What containers may use of this machine: every number, with its reason.

Limits count commands, bytes and virtual seconds, never wall time: a replay meets each at the same place.
Each is far above what a lesson's programs need, and far below what a machine of two cores feels.
"""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True)
class Limit:
    """How much of one thing may be used.

    Attributes:
        container: by one container.
        task: by the containers of a task together.
        account: by all containers together.
        why: the reason for the numbers, and what happens beyond them.
    """

    container: int
    task: int
    account: int
    why: str


MEMORY: Final = Limit(
    32 * MIB,
    64 * MIB,
    256 * MIB,
    "Bytes of variables, words, scripts and of what Redis keeps; a container with a smaller limit has that. "
    "Programs of lessons hold kilobytes. Beyond it the container is killed: 137, OutOfMemoryError.",
)
DISK: Final = Limit(
    64 * MIB,
    64 * MIB,
    256 * MIB,
    "Bytes of files that were written, in volumes too; they lie in this process's memory. Fargate's disk "
    "belongs to a task, so a container may fill it. Beyond it: No space left on device.",
)
IMAGES: Final = Limit(
    256 * MIB,
    512 * MIB,
    512 * MIB,
    "Bytes of images, unpacked, that running tasks use; each image counts once. The images of lessons have "
    "less than 1 MiB, a pushed Python has 150. Beyond it the pull fails.",
)
STEPS: Final = Limit(
    100,
    300,
    300,
    "Steps in one virtual second; a step is about one command (at most 0.1 ms), so all containers together "
    "take 0.03 s of a core for each virtual second at most. Beyond it a program waits, as one without CPU.",
)
SAVED_STEPS: Final = Limit(
    20_000,
    20_000,
    20_000,
    "Steps at that rate before who never rests is slowed to LASTING_STEPS: for one program three minutes of "
    "work without a pause. Lines of the log and programs that begin count here as one each.",
)
LASTING_STEPS: Final = Limit(
    5,
    10,
    10,
    "Steps in one virtual second that a program may take for ever: a loop that asks and sleeps for a second "
    "takes three. All together fall to ten as the debt grows; modest ones go on.",
)
LOG_LINES: Final = Limit(
    10_000,
    100_000,
    200_000,
    "Lines at once, of which 100 come back in each virtual second; the account's are those that are kept. A "
    "line takes about 0.5 KiB here. Beyond it lines are lost, as with a log driver that does not block.",
)
LOG_BYTES: Final = Limit(
    4 * MIB,
    40 * MIB,
    64 * MIB,
    "Bytes at once, of which 64 KiB come back in each virtual second; the account's are those that are kept: "
    "the oldest lines of the longest stream go first.",
)

FAIR_STEPS: Final = 10
"""Steps in one virtual second that a container gets whatever others do: enough for its health check."""
LARGEST_FILE: Final = 16 * MIB
"""Bytes that a program may write at once, or add to: a copy of it takes milliseconds."""
LARGEST_WORD: Final = 4 * MIB
"""Bytes of all words of one command; every step handles them a few times."""
LONGEST_ARGUMENT: Final = 1 << 17
"""Bytes of one argument or variable that a program starts with: Linux's MAX_ARG_STRLEN."""
ALL_ARGUMENTS: Final = 2 * MIB
"""Bytes of all of them: Linux's ARG_MAX with its usual stack."""
LARGEST_CONFIG: Final = MIB
"""Bytes of an image's configuration; a usual one has 10 KiB."""
LONGEST_PATH: Final = 4096
"""Bytes of a file's path: Linux's PATH_MAX."""
DEEPEST: Final = 120
"""Parts of scripts within one another, shells within shells included; Python's stack takes about 400."""
FILE_OVERHEAD: Final = 512
"""Bytes that a file costs beside its name and content."""
STEP_BYTES: Final = 16_384
"""Bytes that are handled in the time of one step."""
