"""Stands in front of a package that jsonschema treats as optional, and whose import takes over a second.

`ecslab lab` puts this folder on JupyterLab's module path: the server starts in half the time, and does
without the check of the "iri" format, which notebooks do not use.
See https://github.com/python-jsonschema/jsonschema/issues/1428
"""

raise ImportError("left out on purpose, for a quick start of JupyterLab")
