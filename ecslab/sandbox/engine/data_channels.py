"""The data channels of a sandbox, found by the address that ExecuteCommand gives out."""

import contextlib
import json
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.engine.data_channel import DataChannel
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import signature
from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    from ecslab.sandbox.engine.sandbox import Sandbox

PATH: Final = "/v1/data-channel/"


class DataChannels:
    """The channels of a sandbox: one client at a time for each session."""

    def __init__(self, sandbox: "Sandbox"):
        self._sandbox = sandbox
        self._taken: set[str] = set()
        self._read: dict[str, int] = {}

    def named_here(self, response: HttpResponse) -> HttpResponse:
        """ExecuteCommand's answer, with the address at which this sandbox's own port has the channel."""
        here = self._sandbox.api_url
        if response.status != 200 or not here:
            return response
        answer = json.loads(response.body)
        path = answer["session"]["streamUrl"].partition(".amazonaws.com")[2]
        answer["session"]["streamUrl"] = here.replace("http", "ws", 1) + path
        return response._replace(body=json.dumps(answer, ensure_ascii=False).encode())

    def channel(self, request: HttpRequest) -> "DataChannel":
        """The channel that a WebSocket's request names.

        Raises:
            AwsError: a page of somebody else asks, or there is no such channel.
        """
        signature.refuse_foreign(request.headers)
        session_id = request.path.removeprefix(PATH)
        with self._sandbox.lock, contextlib.suppress(LookupError):
            self._sandbox.backend.exec_session(session_id)
            if request.path.startswith(PATH):
                return DataChannel(self._sandbox, session_id, self._taken, self._read)
        raise AwsError("ResourceNotFoundException", "There is no such data channel.", 404)
