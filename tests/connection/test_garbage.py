"""The search for garbage is put off only where it was on, and comes back whatever happens."""

import gc

import pytest

from ecslab.connection.garbage import put_off


def test_it_is_put_off_and_comes_back():
    with put_off():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_comes_back_after_an_error():
    with pytest.raises(ValueError, match="no"), put_off():
        raise ValueError("no")
    assert gc.isenabled()


def test_where_there_was_none_there_is_none_afterwards():
    gc.disable()
    try:
        with put_off(), put_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
