"""One module or package for each noun of the lesson: the only place that reads or changes that resource."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
