import re
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import pytest
from gallery import ECR, GALLERY, Hops
from geometry import NS, faults, read

from ecslab import figures
from ecslab.figures.image_layout import _parts


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


def test_a_stage_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"^at is 'ecs'; it can be one of: ecr, cluster, task-def"):
        figures.path("ecs")


def test_the_present_stage_is_said_in_words():
    assert str(figures.path(at="cluster")).endswith("You are at Cluster.")
    assert "you are here" in figures.path(at="cluster").svg
    assert "you are here" not in figures.path().svg


def test_ids_stay_readable_in_every_form_of_the_picture():
    data = figures.hops(Hops())._repr_mimebundle_()
    for form in data.values():
        assert re.search(rf"\b{Hops.eni_id}\b", form)
        assert re.search(rf"\b{Hops.task_id}\b", form)


@pytest.mark.parametrize(
    ("uri", "names"),
    [
        (f"{ECR}/adgu/web:latest", ["account", "Region", "repository", "tag"]),
        (f"{ECR}/adgu/web@sha256:{'0' * 64}", ["account", "Region", "repository", "digest"]),
        ("public.ecr.aws/docker/library/httpd:2.4", ["registry", "repository", "tag"]),
        ("localhost:5000/web", ["registry", "repository"]),
        ("yourname/node-example-1", ["repository"]),
        ("httpd:2.4", ["repository", "tag"]),
    ],
)
def test_an_address_is_taken_apart_and_nothing_is_lost(uri, names):
    parts = _parts(uri)
    assert [part.name for part in parts if part.name] == names
    assert "".join(part.text for part in parts) == uri


def test_the_layers_of_an_image_are_named_by_its_history():
    image = SimpleNamespace(
        config={"history": [{"created_by": "base"}, {"empty_layer": True}, {"comment": "page"}]},
        layers=[SimpleNamespace(size=3_000_000), SimpleNamespace(size=512), SimpleNamespace(size=10)],
    )
    assert str(figures.image_layers(image)).endswith(
        "From the top. layer 3: 10 bytes; page: 512 bytes; base: 3.0 MB."
    )


def test_a_services_name_goes_on_in_a_second_line_behind_its_hyphen():
    drawn = GALLERY["service map of names in two lines"]().svg
    words = [element.text for element in ElementTree.fromstring(drawn).iter(f"{NS}text")]
    assert words[1:3] == ["adgu-application-", "front"]
    assert words[4:6] == ["adgu-application-", "of-guestbooks"]
    assert words[8].startswith("zzz") and "…" in words[8]
