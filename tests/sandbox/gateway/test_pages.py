"""A page's own addresses still lead to its container, by path and put in; others are left alone."""

import base64

import pytest

from ecslab.sandbox.gateway import pages
from ecslab.sandbox.http_message import HttpResponse

PREFIX = "/s/203.0.113.9:80"


def html(text):
    return HttpResponse(200, {"Content-Type": "text/html; charset=utf-8"}, text.encode())


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<a href="/about">', f'<a href="{PREFIX}/about">'),
        ("<img src='/a.png'>", f"<img src='{PREFIX}/a.png'>"),
        ('<form action="/go">', f'<form action="{PREFIX}/go">'),
        ("<style>a{background:url(/b.png)}</style>", f"<style>a{{background:url({PREFIX}/b.png)}}</style>"),
        ('<a href="about">', '<a href="about">'),
        ('<a href="//cdn.example/x">', '<a href="//cdn.example/x">'),
        ('<a href="https://aws.amazon.com/">', '<a href="https://aws.amazon.com/">'),
    ],
)
def test_root_relative_addresses_are_moved(page, expected):
    assert pages.rewritten(html(page), PREFIX).body.decode() == expected


def test_a_redirect_is_moved():
    response = HttpResponse(302, {"Location": "/landed"})
    assert pages.rewritten(response, PREFIX).headers == {"Location": f"{PREFIX}/landed"}


def test_bytes_that_are_no_page_are_left_alone():
    response = HttpResponse(200, {"Content-Type": "image/png"}, b'\xff src="/x"')
    assert pages.rewritten(response, PREFIX) == response
    assert pages.inlined(response, "/", lambda _: None) == response


def test_a_page_in_another_encoding_survives():
    response = HttpResponse(200, {"Content-Type": "text/html"}, b'\xe9<a href="/x">')
    assert pages.rewritten(response, PREFIX).body == b'\xe9<a href="' + PREFIX.encode() + b'/x">'


def test_parts_are_put_in():
    parts = {
        "/css/a.css": HttpResponse(200, {"Content-Type": "text/css"}, b"h1{background:url(../dot.svg)}</x"),
        "/dot.svg": HttpResponse(200, {"Content-Type": "image/svg+xml"}, b"<svg/>"),
        "/a.js": HttpResponse(200, {}, b"let a = '</script>'"),
    }
    page = html(
        '<link rel=stylesheet href=css/a.css><script src="a.js" defer></script><img src="dot.svg?v=1">'
    )
    dot = f"data:image/svg+xml;base64,{base64.b64encode(b'<svg/>').decode()}"
    put_in = pages.inlined(page, "/", lambda at: parts.get(at.partition("?")[0])).body.decode()
    assert put_in == (
        f"<style>h1{{background:url({dot})}}<\\/x</style>"
        "<script defer>let a = '<\\/script>'</script>"
        f'<img src="{dot}">'
    )


@pytest.mark.parametrize(
    "page", ['<link rel="icon" href="/x.ico">', '<img src="https://a.example/b.png">', '<img src="data:,x">']
)
def test_what_is_not_its_own_stays(page):
    paths = []
    assert pages.inlined(html(page), "/", paths.append).body.decode() == page
    assert paths == []


def test_a_part_that_is_missing_or_too_large_stays_an_address():
    large = HttpResponse(200, {}, b"x" * (pages.MAX_INLINE + 1))
    page = '<img src="a"><img src="b">'
    assert pages.inlined(html(page), "/", {"/a": large}.get).body.decode() == page
