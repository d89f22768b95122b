"""The one exception by which a request is refused."""


class AwsError(Exception):
    """A refusal in AWS's own terms.

    Args:
        code: the error code clients see, such as `ClientException`.
        message: AWS's sentence, letter by letter.
        status: HTTP status; client errors of ECS are 400.
        fields: further members of the error shape (`resourceIds`, `lastValidByteReceived`, …).
    """

    def __init__(self, code: str, message: str, status: int = 400, **fields: object):
        super().__init__(message)
        self.code, self.message, self.status, self.fields = code, message, status, fields


def invalid(message: str) -> AwsError:
    """InvalidParameterException with this sentence."""
    return AwsError("InvalidParameterException", message)


class BrokenOff(AwsError):
    """The refusal of a request that failed on its way: what it did until then has to be undone."""
