"""The data channels of a sandbox, found by the address that ExecuteCommand gives out."""

import contextlib
import json
from typing import Final

from ecslab.sandbox.engine.data_channel import DataChannel
from ecslab.sandbox.engine.exec_sessions import ExecSessions
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import signature
from ecslab.sandbox.world.errors import AwsError

PATH: Final = "/v1/data-channel/"


class DataChannels:
    """The channels of a sandbox: one client at a time for each session."""

    def __init__(self, sessions: ExecSessions):
        self._sessions = sessions
        self._taken: set[str] = set()
        self._read: dict[str, int] = {}

    def channel(self, request: HttpRequest) -> DataChannel:
        """The channel that a WebSocket's request names.

        Raises:
            AwsError: a page of somebody else asks, or there is no such channel.
        """
        signature.refuse_foreign(request.headers)
        session_id = request.path.removeprefix(PATH)
        with contextlib.suppress(LookupError):
            self._sessions.secrets(session_id)
            if request.path.startswith(PATH):
                return DataChannel(self._sessions, session_id, self._taken, self._read)
        raise AwsError("ResourceNotFoundException", "There is no such data channel.", 404)


def named_here(response: HttpResponse, api_url: str) -> HttpResponse:
    """ExecuteCommand's answer, with the address at which the port of the API has the channel."""
    if response.status != 200 or not api_url:
        return response
    answer = json.loads(response.body)
    path = answer["session"]["streamUrl"].partition(".amazonaws.com")[2]
    answer["session"]["streamUrl"] = api_url.replace("http", "ws", 1) + path
    return response._replace(body=json.dumps(answer, ensure_ascii=False).encode())
