"""Saves notebooks without dead views: an extension of the Jupyter server of `ecslab lab`.

JupyterLab prefers a view to whatever stands beside it, and shows "model not found" where its kernel is gone.
So what is saved is the view's last state as HTML. The page keeps the view as long as it is open; after that,
the cell draws it again. The states come from JupyterLab, which writes them into the notebook that it saves
(`saveState` in `labconfig`); they are taken out again here, for they hold the views' code as well.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecslab.workshop.stills import still

_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_STATE: Final = "application/vnd.jupyter.widget-state+json"


def _load_jupyter_server_extension(server: Any) -> None:
    """What the Jupyter server calls to load it."""
    server.contents_manager.register_pre_save_hook(before_saving)


def before_saving(model: dict[str, Any], **_: object) -> None:
    """Put stills in place of the views in a notebook that is about to be saved."""
    if model.get("type") == "notebook" and model.get("content"):
        without_views(model["content"])


def without_views(notebook: dict[str, Any]) -> None:
    """Replace each view of this kit by its still. Another's views stay, with their states."""
    saved = notebook["metadata"].get("widgets", {}).get(_STATE)
    if saved is None:
        return  # a JupyterLab that saves no states: nothing is known of any view
    states = {identifier: model["state"] for identifier, model in saved["state"].items()}
    foreign = False
    for data in _shown(notebook):
        identifier = data[_VIEW].get("model_id", "")
        drawn = still(states[identifier]) if identifier in states else None
        if drawn is not None:
            data["text/html"] = str(drawn)
        foreign |= drawn is None and identifier in states
        if drawn is not None or identifier not in states:
            del data[_VIEW]
    if foreign:
        models = saved["state"].items()
        saved["state"] = {key: model for key, model in models if still(model["state"]) is None}
    else:
        del notebook["metadata"]["widgets"]


def _shown(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data of each output that is a view."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if _VIEW in output.get("data", {}):
                yield output["data"]
