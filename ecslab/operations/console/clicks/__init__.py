"""The clicks of the source documents, as data: one module a document."""

from typing import Final

from ecslab.operations.console.clicks.click import Click
from ecslab.operations.console.clicks.document_000 import CLICKS as DEMO
from ecslab.operations.console.clicks.document_002 import CLICKS as WIZARD
from ecslab.operations.console.clicks.document_003 import CLICKS as STEPS
from ecslab.operations.console.clicks.document_004 import CLICKS as GUIDE

BY_DOCUMENT: Final = {
    "000": ("Using clusters", DEMO),
    "002": ("Deploying with AWS ECS", WIZARD),
    "003": ("Elastic Container Service", STEPS),
    "004": ("ECS overview & usage guide", GUIDE),
}
"""Title and clicks of each document that has any."""

__all__ = ["BY_DOCUMENT", "Click"]
