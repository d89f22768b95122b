"""moto's parameters of SSM, without those that nobody put.

moto looks a name up in a dictionary that makes an empty entry of it, and fails from then on at every list.
"""

from typing import Any

from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends


class SsmBackend(SimpleSystemManagerBackend):  # type: ignore[misc]  # moto ships no types
    """moto's SSM, which forgets a name that it only looked for."""

    @property
    def _url_module(self) -> object:
        from ecslab.sandbox.bridge import ssm_responses

        return ssm_responses

    def put_parameter(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().put_parameter(*args, **kwargs)
        finally:
            self._forget_empty()

    def label_parameter_version(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().label_parameter_version(*args, **kwargs)
        finally:
            self._forget_empty()

    def unlabel_parameter_version(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().unlabel_parameter_version(*args, **kwargs)
        finally:
            self._forget_empty()

    def _forget_empty(self) -> None:
        """By the plain dictionary's methods: its own make up what they do not find."""
        for name in [name for name, versions in dict.items(self._parameters) if not versions]:
            dict.pop(self._parameters, name)


def install() -> None:
    """Let this be what moto builds from here on."""
    ssm_backends.backend = SsmBackend
