"""Where links to public addresses of the sandbox lead, for a browser and for this process."""

from types import SimpleNamespace

import pytest

from ecslab.connection import gateway_links

ENDPOINT = SimpleNamespace(
    url="http://127.0.0.1:4000", gateway_url="http://127.0.0.1:5000", gateway_port=5000,
    gateway_secret="hidden",
)  # fmt: skip


def test_a_link_leads_through_the_gateway_and_under_a_hub_through_its_proxy(monkeypatch):
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    link = gateway_links.for_the_browser(ENDPOINT, "203.0.113.7", 80)
    assert link == "http://127.0.0.1:5000/hidden/203.0.113.7:80/"
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ana/")
    link = gateway_links.for_the_browser(ENDPOINT, "203.0.113.7", 8080)
    assert link == "/user/ana/proxy/5000/hidden/203.0.113.7:8080/"


@pytest.mark.parametrize(
    ("link", "here"),
    [
        ("http://203.0.113.7/a?b=1", "http://127.0.0.1:5000/hidden/203.0.113.7:80/a?b=1"),
        ("http://203.0.113.7:8080", "http://127.0.0.1:5000/hidden/203.0.113.7:8080/"),
        ("/user/ana/proxy/5000/hidden/203.0.113.7:80/x", "http://127.0.0.1:5000/hidden/203.0.113.7:80/x"),
        ("http://127.0.0.1:4000/v2/", "http://127.0.0.1:4000/v2/"),
    ],
)
def test_any_form_of_a_link_can_be_fetched_from_here(link, here):
    assert gateway_links.from_this_process(ENDPOINT, link) == here
