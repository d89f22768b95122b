"""The notebooks, run.

`rfc3987_syntax` is left out before anything imports nbformat: it costs over a second in each process, and
jsonschema does without it (https://github.com/python-jsonschema/jsonschema/issues/1428).
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)
