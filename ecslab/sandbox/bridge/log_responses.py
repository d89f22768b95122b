"""CloudWatch Logs' answers where moto's response class keeps a parameter from its backend."""

import json

from moto.logs.exceptions import InvalidParameterException
from moto.logs.responses import LogsResponse as MotoLogsResponse
from moto.logs.urls import url_bases as url_bases

_NO_STREAM = ":"  # no stream may have this name


class LogsResponse(MotoLogsResponse):  # type: ignore[misc]  # moto ships no types
    """One request."""

    body: str

    def filter_log_events(self) -> str:
        """moto takes no notice of a prefix of streams."""
        prefix = self._get_param("logStreamNamePrefix")
        if prefix:
            if self._get_param("logStreamNames"):
                raise InvalidParameterException(
                    "logStreamNamePrefix and logStreamNames can not both be specified."  # U: the wording
                )
            group = self.logs_backend.groups.get(self._get_param("logGroupName"))
            fitting = [name for name in (group.streams if group else ()) if name.startswith(prefix)]
            self.body = json.dumps(json.loads(self.body) | {"logStreamNames": fitting or [_NO_STREAM]})
        answer: str = super().filter_log_events()
        return answer


url_paths = {"{0}/$": LogsResponse.dispatch}  # where moto's router finds these answers
