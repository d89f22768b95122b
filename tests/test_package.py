"""`import ecslab` is lazy, and says what it has."""

import subprocess
import sys

import pytest

import ecslab

HEAVY = ("boto3", "botocore", "pandas", "moto", "ipywidgets", "anywidget", "werkzeug")


def test_importing_ecslab_pulls_in_nothing_heavy():
    code = f"import sys, ecslab; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(AttributeError, match=r"no attribute 'clusters'; it has: .*cluster"):
        _ = ecslab.clusters
