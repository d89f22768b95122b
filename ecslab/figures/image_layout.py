"""An image's address in its parts, and the layers it consists of."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ecslab.figures.svg import SOFT, Drawing, Figure, shorten
from ecslab.figures.text_metrics import text_width

if TYPE_CHECKING:
    from ecslab.resources.image.types import Image

_ECR: Final = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<domain>amazonaws\.com(?:\.cn)?)/(?P<rest>.+)"
)


_SHORTENED: Final = {"repository": 140.0, "tag": 80.0, "digest": 110.0}
"""Pixels for the parts of an address that is too long for one line."""


class Part(NamedTuple):
    """A piece of an image's address. `text` of all parts together is the address."""

    text: str
    name: str
    meaning: str
    tone: str


def image_uri(uri: str) -> Figure:
    """The parts of an image's address, each in a colour of its own and explained.

    Args:
        uri: as in a task definition: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG`, or with
            `@sha256:…` in place of the tag, or another registry's, such as `public.ecr.aws/nginx/nginx:1.29`.
    """
    parts = [part for part in _parts(uri) if part.text]
    named = [part for part in parts if part.name]
    d = Drawing(860, 92 + 40 * len(named))
    shown = [part.text for part in parts]
    if sum(map(_chip, shown)) > d.width - 48:
        shown = [shorten(part.text, _SHORTENED.get(part.name, 300), 15, mono=True) for part in parts]
    x = (d.width - sum(map(_chip, shown))) / 2
    for part, text in zip(parts, shown, strict=True):
        width = _chip(text)
        if part.name:
            d.box(x, 24, width, 34, body=text, tone=part.tone, mono=True, pad=0)
        else:
            d.text(x + 1, 46, text, mono=True, ink=SOFT)
        x += width
    for row, part in enumerate(named):
        y = 78 + row * 40
        d.box(24, y, 300, 32, body=shorten(part.text, 278, 15, mono=True), tone=part.tone, mono=True)
        d.text(340, y + 21, part.name, bold=True)
        d.text(448, y + 21, part.meaning, ink=SOFT)
    words = "; ".join(f"{part.name} {part.text}: {part.meaning}" for part in named)
    return d.figure("The address of an image", f"{uri}. {words}.")


def _chip(text: str) -> float:
    """The width of one part in the line that shows the whole address."""
    return text_width(text, 15, mono=True) + 2


def _parts(uri: str) -> list[Part]:
    if match := _ECR.fullmatch(uri):
        host = [
            Part(match["account"], "account", "whose registry it is", "ecs"),
            Part(".dkr.ecr.", "", "", ""),
            Part(match["region"], "Region", "where it lies: one registry in each Region", "net"),
            Part(f".{match['domain']}", "", "", ""),
        ]
        return [*host, Part("/", "", "", ""), *_version(match["rest"])]
    first, _, rest = uri.partition("/")
    if rest and ("." in first or ":" in first):
        return [Part(first, "registry", "who keeps it", "ecs"), Part("/", "", "", ""), *_version(rest)]
    return _version(uri)


def _version(rest: str) -> list[Part]:
    """Repository, and tag or digest; with neither, the tag is `latest`."""
    name, _, digest = rest.partition("@")
    repository, _, tag = name.partition(":")
    parts = [Part(repository, "repository", "the place for the versions of one image", "store")]
    if tag:
        parts += [Part(":", "", "", ""), Part(tag, "tag", "a label on one version; it can be moved", "task")]
    if digest:
        meaning = "the fingerprint of the bytes; never moves"
        parts += [Part("@", "", "", ""), Part(digest, "digest", meaning, "good")]
    return parts


def image_layers(layers: "Image | Iterable[tuple[str, int]]") -> Figure:
    """The layers of an image as a stack, the topmost first.

    Args:
        layers: pairs of what a layer holds and its size in bytes, lowest first; or an image with `.layers`
            (each with a `.size`) and a `.config`, whose history says what each layer holds.
    """
    stack = _stack(layers)
    d = Drawing(860, 84 + 46 * len(stack))
    for row, (what, size) in enumerate(reversed(stack)):
        y = 24 + row * 46
        top = row == 0
        tone = "container" if top else "quiet"
        d.box(24, y, 560, 40, body=shorten(what, 540, 15), tone=tone, align="start")
        d.text(604, y + 25, _bytes(size), bold=top)
        if top:
            d.text(836, y + 25, "the topmost layer", anchor="end", ink=SOFT)
    d.text(24, 48 + 46 * len(stack), "A file in a layer hides the same file in the layers below.", ink=SOFT)
    words = "; ".join(f"{what}: {_bytes(size)}" for what, size in reversed(stack))
    return d.figure("The layers of an image", f"From the top. {words}.")


def _stack(layers: "Image | Iterable[tuple[str, int]]") -> Sequence[tuple[str, int]]:
    if isinstance(layers, Iterable):
        return [(str(what), int(size)) for what, size in layers]
    steps = [step for step in layers.config.get("history", ()) if not step.get("empty_layer")]
    named = [step.get("comment") or step.get("created_by") or "" for step in steps]
    named += [""] * (len(layers.layers) - len(named))
    return [
        (what or f"layer {n}", layer.size)
        for n, (what, layer) in enumerate(zip(named, layers.layers, strict=False), start=1)
    ]


def _bytes(size: int) -> str:
    """`1.2 kB`, `31.4 MB`, in powers of a thousand, as Docker and ECR's console show sizes."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def tag_moves(first: str, second: str, tag: str = "latest") -> Figure:
    """A tag before and after a second push: it leaves the first digest, and stands for the second.

    Args:
        first, second: the digests, in the order in which they were pushed.
        tag: the tag under which both were pushed.
    """
    d = Drawing(860, 286)
    old, new = (f"{digest[:17]}…" for digest in (first, second))
    d.text(24, 40, "After the first push", bold=True)
    d.text(330, 40, "After the second push, under the same tag", bold=True)
    d.box(24, 62, 250, 40, body=tag, tone="here", mono=True)
    d.box(24, 160, 250, 46, body=old, tone="store", mono=True)
    d.arrow((149, 102), (149, 158))
    d.box(600, 62, 236, 40, body=tag, tone="here", mono=True)
    d.box(330, 160, 236, 46, body=old, tone="quiet", mono=True)
    d.box(600, 160, 236, 46, body=new, tone="store", mono=True)
    d.arrow((718, 102), (718, 158))
    d.line((600, 82), (448, 82), (448, 158), dash="6 4")
    d.text(440, 74, "no longer", anchor="end", ink=SOFT)
    d.paragraph(330, 232, 236, "no tag, still there: a task that runs it goes on", ink=SOFT)
    d.paragraph(600, 232, 236, "what the next start pulls", ink=SOFT)
    return d.figure(
        "A tag moves",
        f"After the first push {tag} stands for {old}. After the second push under the same tag it stands "
        f"for {new}; {old} has no tag, but is still there, and a task that runs it goes on.",
    )
