"""What one does with the resources: ask a task for its page, clean up, save a session, count the costs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
