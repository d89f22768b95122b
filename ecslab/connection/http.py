"""Plain HTTP for what is not an AWS call: a task's page, and a registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ecslab.errors import Unreachable


@dataclass(frozen=True)
class HttpReply:
    """What came back: status code, headers (names in lower case), and the body's bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are shown as replacement marks."""
        return self.body.decode("utf-8", "replace")

    @classmethod
    def of(
        cls, status: int, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes
    ) -> "HttpReply":
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        return cls(status, {str(name).lower(): str(value) for name, value in pairs}, body)


def fetch(
    method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None, seconds: float
) -> HttpReply:
    """One request, redirects followed (credentials are dropped when the host changes).

    Raises:
        Unreachable: no answer within `seconds`.
    """
    import urllib3  # botocore has loaded it already; the first `import ecslab` need not

    pool = urllib3.PoolManager(retries=urllib3.Retry(connect=0, read=0, redirect=5), timeout=seconds)
    try:
        reply = pool.request(method, url, headers=dict(headers or {}), body=body)
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(
            f"no answer from {url} within {seconds:.0f} s.\n"
            f"  seen: {error}\n"
            "  next: verify.why_not(lab, task) looks for what stands in the way"
        ) from None
    return HttpReply.of(reply.status, reply.headers, reply.data)
