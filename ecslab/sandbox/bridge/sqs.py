"""moto's queues, whose receivers wait for nothing: time does not pass while a call is answered."""

from moto.sqs import urls
from moto.sqs.models import Message, SQSBackend, sqs_backends


class SqsBackend(SQSBackend):  # type: ignore[misc]  # moto ships no types
    """moto's SQS, without long polling: moto would wait for a clock that stands still."""

    @property
    def _url_module(self) -> object:
        return urls

    def receive_message(
        self,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,  # noqa: ARG002
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        found: list[Message] = super().receive_message(
            queue_name, count, 0, visibility_timeout, message_attribute_names
        )
        return found


def install() -> None:
    """Let this be what moto builds from here on."""
    sqs_backends.backend = SqsBackend
