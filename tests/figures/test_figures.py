import xml.etree.ElementTree as ElementTree

import pytest
from _gallery import GALLERY
from _geometry import NS, faults, read


@pytest.fixture(params=sorted(GALLERY))
def figure(request):
    return GALLERY[request.param]()


def test_nothing_overlaps_overflows_or_fades(figure):
    assert list(faults(read(figure.svg))) == []


def test_no_text_is_smaller_than_the_notebooks(figure):
    layout = read(figure.svg)
    assert layout.width <= 900
    assert min(layout.sizes) >= 14


def test_it_can_be_heard_as_well_as_seen(figure):
    root = ElementTree.fromstring(figure.svg)
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{NS}title") == figure.title
    assert len(root.findtext(f"{NS}desc") or "") > 60
    bundle = figure._repr_mimebundle_()
    assert bundle["text/plain"] == f"{figure.title}\n{figure.description}"
    assert f'<img alt="{figure.title}.'[:30] in bundle["text/html"]
    assert bundle["image/svg+xml"] == figure.svg


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_it_is_drawn_the_same_each_time(name):
    assert GALLERY[name]().svg == GALLERY[name]().svg


def test_it_asks_nothing_of_the_network(figure):
    assert "href" not in figure.svg
    assert "url(" not in figure.svg
