"""A page as a frame for a notebook: asked for once, so that its words can be saved with it."""

from ecslab.connection.connection import Connection
from ecslab.display.frames import Frame
from ecslab.errors import Unreachable


def page_frame(lab: Connection, url: str, address: str, height: int) -> Frame:
    """The frame of one page, and what it says now. The server counts one visit more.

    Args:
        url: what the browser asks for.
        address: what a visitor on the internet would type.
    """
    try:
        reply = lab.http("GET", url)
    except Unreachable:
        return Frame(url, address, height)
    return Frame(url, address, height, reply.status, reply.text)
