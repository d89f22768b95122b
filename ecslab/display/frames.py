"""A task's page inside a notebook, kept away from the Jupyter server around it."""

from dataclasses import dataclass

from markupsafe import Markup

from ecslab.display.markup import attribute, html, link_target
from ecslab.display.printable import printable


@dataclass(frozen=True)
class Frame:
    """Shows a page in a frame, with a link that opens it in a tab; as text, its address.

    Attributes:
        url: what the browser asks for; in the sandbox it leads through the gateway.
        address: what a visitor on the internet would type.
        height: of the frame, in pixels.
    """

    url: str
    address: str
    height: int = 420

    def __repr__(self) -> str:
        return printable(f"{self.address} opens at {self.url}")

    def _repr_html_(self) -> Markup:
        url, title = link_target(self.url), attribute(self.address)
        # Without allow-same-origin the page has an origin of its own, and no way to Jupyter's cookies or API.
        return html(
            '<iframe src="{}" title="The page at {}" width="100%" height="{}" '
            'sandbox="allow-scripts allow-forms allow-popups" referrerpolicy="no-referrer" '
            'style="border: 1px solid #8888; background: white"></iframe>'
            '<p><a href="{}" target="_blank" rel="noopener noreferrer">Open {} in a tab</a></p>',
            url, title, int(self.height), url, self.address,
        )  # fmt: skip
