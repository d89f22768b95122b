"""Rules, weights and the pages a balancer gives by itself."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.load_balancing.listeners import (
    DEFAULT,
    Condition,
    Fixed,
    Forward,
    Redirect,
    Rule,
    Spread,
    choose,
    page,
)


@dataclass
class Asked:
    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: dict = field(default_factory=lambda: {"host": "web-1.us-east-1.elb.amazonaws.com"})
    peer: str = "198.51.100.7"


def rule(priority, *conditions, to="a"):
    return Rule(f"rule-{priority}", priority, conditions, Forward(((to, 1),)))


@pytest.mark.parametrize(
    ("pattern", "path", "holds"),
    [("/img/*", "/img/a/b.png", True), ("/img/*", "/img", False), ("/img/*", "/IMG/a", False),
     ("/a?c", "/abc", True), ("/a?c", "/ac", False), ("/a.c", "/abc", False), ("*", "/anything", True)],
)  # fmt: skip
def test_path_patterns_have_two_wildcards_and_mind_the_case(pattern, path, holds):
    assert Condition("path-pattern", (pattern,)).holds(Asked(path=path)) is holds


@pytest.mark.parametrize(
    ("condition", "http_request"),
    [(Condition("host-header", ("*.example.com",)), Asked(headers={"host": "API.example.com:80"})),
     (Condition("http-header", ("*Chrome*",), "User-Agent"), Asked(headers={"user-agent": "a chrome b"})),
     (Condition("http-request-method", ("PUT", "POST")), Asked(method="POST")),
     (Condition("query-string", ("version=v?",)), Asked(query="a=b&Version=v1")),
     (Condition("query-string", ("*beta*",)), Asked(query="x=the-beta-one")),
     (Condition("source-ip", ("10.0.0.0/8", "198.51.100.0/24")), Asked())],
    ids=lambda parameter: getattr(parameter, "field", ""),
)  # fmt: skip
def test_conditions(condition, http_request):
    assert condition.holds(http_request)
    assert not condition.holds(
        Asked(method="GET", query="version=w2", headers={"host": "example.org"}, peer="192.0.2.1")
    )


def test_the_lowest_priority_that_fits_decides_and_all_conditions_must_hold():
    rules = [
        rule(DEFAULT, to="default"),
        rule(20, Condition("path-pattern", ("/api/*",)), to="second"),
        rule(10, Condition("path-pattern", ("/api/*",)), Condition("http-request-method", ("POST",)),
             to="first"),
    ]  # fmt: skip

    def group(request):
        return choose(rules, request).action.groups[0][0]

    assert group(Asked(method="POST", path="/api/x")) == "first"
    assert group(Asked(path="/api/x")) == "second"
    assert group(Asked(path="/x")) == "default"
    assert choose([], Asked()) is None


letters = st.text("ab/*?.[!]", max_size=8)


@given(letters, letters)
def test_patterns_are_wildcards_and_nothing_else(pattern, path):
    escaped = pattern.replace("[", "\0").replace("\0", "[[]")
    assert Condition("path-pattern", (pattern,)).holds(Asked(path=path)) is fnmatchcase(path, escaped)


weights = st.lists(st.integers(0, 20), min_size=1, max_size=5)


@given(weights, st.integers(1, 300))
def test_groups_get_their_share(weights, requests):
    groups = [(f"group-{index}", weight) for index, weight in enumerate(weights)]
    spread, total = Spread(), sum(weights)
    sent = [spread.next(groups) for _ in range(requests)]
    if not total:
        assert set(sent) == {None}
        return
    for name, weight in groups:
        assert abs(sent.count(name) - requests * weight / total) < len(groups)
        assert weight or name not in sent


@given(weights, weights)
def test_new_weights_hold_at_once(before, after):
    spread = Spread()
    for weights in (before, after):
        groups = [(f"group-{index}", weight) for index, weight in enumerate(weights)]
        for _ in range(50):
            chosen = spread.next(groups)
            assert chosen is None or dict(groups)[chosen]


@pytest.mark.parametrize(
    ("status", "title", "length"),
    [(502, "502 Bad Gateway", 122), (503, "503 Service Temporarily Unavailable", 162),
     (504, "504 Gateway Time-out", 132), (301, "301 Moved Permanently", 134)],
)  # fmt: skip
def test_the_pages_are_the_balancers_own(status, title, length):
    status_sent, headers, body = page(status)
    assert (status_sent, headers["Server"], headers["Content-Type"]) == (status, "awselb/2.0", "text/html")
    assert f"<center><h1>{title}</h1></center>" in body.decode()
    assert len(body) == length


def test_fixed_response():
    status, headers, body = Fixed(418, "teapot").reply()
    assert (status, headers["Content-Type"], body) == (418, "text/plain; charset=utf-8", b"teapot")


@pytest.mark.parametrize(
    ("redirect", "location"),
    [(Redirect(301, protocol="HTTPS", port="443"), "https://shop.example:443/a/b?c=d"),
     (Redirect(302, host="www.#{host}"), "http://www.shop.example:80/a/b?c=d"),
     (Redirect(302, path="/new/#{path}", query=""), "http://shop.example:80/new/a/b")],
)  # fmt: skip
def test_redirects(redirect, location):
    request = Asked(path="/a/b", query="c=d", headers={"host": "shop.example"})
    status, headers, _ = redirect.reply(request, "HTTP", 80)
    assert (status, headers["Location"]) == (redirect.status, location)
