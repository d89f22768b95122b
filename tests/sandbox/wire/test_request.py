"""How large a request may be: room for a layer where layers go, and nowhere else."""

import io

import pytest

from ecslab.sandbox.wire import request


def environ(path, length, stream=b""):
    return {
        "REQUEST_METHOD": "PUT",
        "REQUEST_URI": path,
        "CONTENT_LENGTH": str(length),
        "wsgi.input": io.BytesIO(stream),
    }


def test_a_call_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(request.BodyTooLarge) as caught:
        request.read(environ("/", request.MAX_BODY + 1))
    assert str(caught.value) == "a request of 67108865 bytes; the sandbox takes at most 67108864"


def test_a_layer_may_be_as_large_as_ecr_keeps_it():
    upload = "/v2/adgu/web/blobs/uploads/1?digest=sha256:0"
    assert request.read(environ(upload, request.MAX_BODY + 1, b"bytes")).body == b"bytes"
    with pytest.raises(request.BodyTooLarge):
        request.read(environ(upload, request.MAX_LAYER + 1))
