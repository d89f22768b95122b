"""The clicks of the source documents, as data: one module a document."""

from typing import Final

from .click import Click
from .document_000 import CLICKS as DEMO
from .document_002 import CLICKS as WIZARD
from .document_003 import CLICKS as STEPS
from .document_004 import CLICKS as GUIDE

BY_DOCUMENT: Final = {
    "000": ("Using clusters", DEMO),
    "002": ("Deploying with AWS ECS", WIZARD),
    "003": ("Elastic Container Service", STEPS),
    "004": ("ECS overview & usage guide", GUIDE),
}
"""Title and clicks of each document that has any."""

__all__ = ["BY_DOCUMENT", "Click"]
