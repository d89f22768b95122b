"""Three shortcuts through botocore that this suite alone takes: it makes hundreds of sessions, a learner one.

Each keeps what botocore works out anew for every session or client, and nothing else: under which names an
event is known too, whether a handler takes keywords, and the methods of a service's client. For a learner's
first clients that saves nothing, so the package leaves botocore as it is. They stop here: no test may rest on
them, and `ECSLAB_PLAIN_BOTOCORE=1 make test` runs the suite without.
"""

import functools
import os

from botocore import hooks
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser


def take() -> None:
    """Take them for the rest of this process, unless the environment says not to."""
    if not os.environ.get("ECSLAB_PLAIN_BOTOCORE"):
        _share_event_aliases()
        _share_what_handlers_take()
        _share_client_methods()


def _share_event_aliases() -> None:
    aliases: dict[str, str] = {}
    begin = EventAliaser.__init__

    def init(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        self._alias_name_cache = aliases

    EventAliaser.__init__ = init


def _share_what_handlers_take() -> None:
    accepts_kwargs = functools.cache(hooks.accepts_kwargs)
    hooks.accepts_kwargs = lambda handler: accepts_kwargs(getattr(handler, "__func__", handler))


def _share_client_methods() -> None:
    create, methods = ClientCreator._create_methods, {}

    def shared(self, model):
        if model.service_name not in methods:
            methods[model.service_name] = create(self, model)
        return dict(methods[model.service_name])

    ClientCreator._create_methods = shared
