"""A task's page inside a notebook, kept away from the Jupyter server around it."""

import html
from dataclasses import dataclass


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
        return f"{self.address} opens at {self.url}"

    def _repr_html_(self) -> str:
        url, address = html.escape(self.url, quote=True), html.escape(self.address, quote=True)
        # Without allow-same-origin the page has an origin of its own, and no way to Jupyter's cookies or API.
        return (
            f'<iframe src="{url}" title="The page at {address}" width="100%" height="{self.height}" '
            'sandbox="allow-scripts allow-forms allow-popups" referrerpolicy="no-referrer" '
            'style="border: 1px solid #8888; background: white"></iframe>'
            f'<p><a href="{url}" target="_blank" rel="noopener noreferrer">Open {address} in a tab</a></p>'
        )
