"""moto's queues, whose receivers wait for nothing: time does not pass while a call is answered."""

from typing import Any

from moto.sqs import urls
from moto.sqs.exceptions import BatchEntryIdsNotDistinct
from moto.sqs.models import Message, SQSBackend, sqs_backends

Batch = list[dict[str, Any]]
Answers = tuple[list[str], list[dict[str, Any]]]


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
        messages: list[Message] = super().receive_message(
            queue_name, count, 0, visibility_timeout, message_attribute_names
        )
        return messages

    def delete_message_batch(self, queue_name: str, receipts: Batch) -> Answers:
        """moto looks whether the handles differ, here and below; AWS whether the ids do."""
        self._check_ids(receipts)
        answers: Answers = super().delete_message_batch(queue_name, receipts)
        return answers

    def change_message_visibility_batch(self, queue_name: str, entries: Batch) -> Answers:
        self._check_ids(entries)
        answers: Answers = super().change_message_visibility_batch(queue_name, entries)
        return answers

    def _check_ids(self, entries: Batch) -> None:
        duplicate = self._get_first_duplicate_id([entry["Id"] for entry in entries])
        if duplicate:
            raise BatchEntryIdsNotDistinct(duplicate)


def install() -> None:
    """Let this be what moto builds from here on."""
    sqs_backends.backend = SqsBackend
