"""From a page to an image: valid by its digests, the same each time, clear about what it cannot use."""

import gzip as stdlib_gzip
import io
import json
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecslab
from ecslab.errors import BadName, CannotBeDone, NotThere
from ecslab.resources.image import BadPage, Site, UnknownFolder, build, site
from ecslab.resources.image.layer import gzip, tar
from ecslab.resources.image.names import parse
from ecslab.resources.image.types import GZIP, MANIFEST, SYNTHETIC, digest_of
from ecslab.sandbox.runtime import image as runtime_image
from ecslab.sandbox.runtime.root_fs import RootFS

HTDOCS = "usr/local/apache2/htdocs"
PAGE = "<h1>Grüß Gott</h1>"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Building changes nothing in the account, so one lab serves all."""
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


def top(image) -> dict[str, bytes]:
    """The files of the topmost layer."""
    blob = image.layers[-1].read()
    with tarfile.open(fileobj=io.BytesIO(stdlib_gzip.decompress(blob))) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}


def rootfs(image):
    """All layers laid over one another, as the sandbox's runtime does it."""
    files = RootFS()
    for layer in image.layers:
        files.lay(layer.read())
    return files


# The image --------------------------------------------------------------------------------------------------


def test_the_page_lies_where_the_web_server_looks(lab):
    image = build(PAGE, lab=lab)
    assert top(image) == {f"{HTDOCS}/index.html": PAGE.encode()}
    assert rootfs(image)[f"/{HTDOCS}/index.html"] == PAGE.encode()  # over the base's own page
    assert image.config["config"]["Cmd"] == ["httpd-foreground"]


def test_every_digest_and_diff_id_is_that_of_its_bytes(lab):
    image = build(site(PAGE), lab=lab)
    manifest = json.loads(image.manifest)
    assert (manifest["schemaVersion"], manifest["mediaType"]) == (2, MANIFEST)
    assert manifest["config"]["digest"] == digest_of(image.config_blob.read())
    assert manifest["config"]["size"] == len(image.config_blob.read())
    for entry, layer, diff_id in zip(
        manifest["layers"], image.layers, image.config["rootfs"]["diff_ids"], strict=True
    ):
        blob = layer.read()
        assert (entry["digest"], entry["size"]) == (digest_of(blob), len(blob))
        assert diff_id == digest_of(stdlib_gzip.decompress(blob) if entry["mediaType"] == GZIP else blob)
    assert len(image.config["history"]) == len(image.layers)
    assert image.digest == digest_of(image.manifest)
    assert image.size == manifest["config"]["size"] + sum(entry["size"] for entry in manifest["layers"])


def test_the_same_page_gives_the_same_image_and_another_page_another(lab):
    first, again, other = (build(page, lab=lab) for page in (PAGE, PAGE, PAGE + "!"))
    assert (first.digest, first) == (again.digest, again)
    assert other.digest != first.digest
    assert other.layers[:-1] == first.layers[:-1]


def test_the_image_is_the_same_on_every_machine(lab):
    """Held by value: another zlib, tar or Python must not change what the learner pushes."""
    layer = build("<h1>Hello</h1>", lab=lab).layers[-1]
    assert layer.digest == "sha256:0c59583a7727679c5d3ba061ff470091fae849b0391507f7938899f418851f66"


def test_for_the_other_processor(lab):
    assert build(PAGE, lab=lab, architecture="arm64").platform == "linux/arm64"
    assert build(PAGE, lab=lab).platform == "linux/amd64"


@pytest.mark.parametrize(
    ("base", "folder"),
    [("httpd:2.4", HTDOCS), ("nginx", "usr/share/nginx/html"),
     ("public.ecr.aws/nginx/nginx:stable", "usr/share/nginx/html")],
)  # fmt: skip
def test_the_folder_of_well_known_bases(lab, base, folder):
    assert top(build(PAGE, base, lab=lab)) == {f"{folder}/index.html": PAGE.encode()}


def test_the_folder_of_another_base_is_asked_for(lab):
    assert top(build(PAGE, "busybox", lab=lab, folder="/www")) == {"www/index.html": PAGE.encode()}
    with pytest.raises(UnknownFolder) as caught:
        build(PAGE, "busybox", lab=lab)
    assert str(caught.value) == (
        "where busybox looks for pages is not known.\n  next: say it: build(page, base, lab=lab, folder='/…')"
    )


def test_an_image_of_ones_own_is_a_base(lab):
    ecslab.ecr.create_repository(lab)
    pushed = ecslab.image.push(lab, build(site(PAGE), lab=lab))
    again = build("<p>two</p>", pushed.uri, lab=lab)
    files = rootfs(again)
    assert files[f"/{HTDOCS}/index.html"] == b"<p>two</p>"
    assert f"/{HTDOCS}/style.css" in files
    with pytest.raises(CannotBeDone) as caught:
        build(PAGE, pushed.uri, lab=lab, architecture="arm64")
    assert str(caught.value).startswith(f"{pushed.uri} is not made for linux/arm64.\n  seen: linux/amd64\n")


def test_what_is_built_on_a_stand_in_is_one(lab):
    assert build(PAGE, lab=lab).synthetic
    assert SYNTHETIC == runtime_image.SYNTHETIC


def test_an_image_shows_its_layers_from_the_top(lab):
    image = build(site(PAGE), lab=lab)
    title, head, page, apache, debian, starts, note = repr(image).splitlines()
    assert title == f"Image {image.digest[:19]}… for linux/amd64, on {ecslab.image.BASE}"
    assert head.split() == ["layer", "digest", "bytes", "what", "it", "holds"]
    assert page.startswith("3 ")
    assert page.endswith("your page: container.svg, index.html, style.css")
    assert apache.endswith("stand-in for the Apache web server")
    assert debian.endswith("stand-in for Debian GNU/Linux")
    assert starts == "It starts: httpd-foreground"
    assert note == "The base is a small stand-in made by the sandbox; it is never sent to a real account."
    assert "<td" in image._repr_html_()
    assert "<script>" not in build(PAGE, lab=lab, folder="/<script>")._repr_html_()


# The page ---------------------------------------------------------------------------------------------------


def test_a_site_has_style_and_picture_beside_the_page(lab):
    built = site(PAGE)
    assert sorted(built.files) == ["container.svg", "index.html", "style.css"]
    assert built.files["container.svg"].startswith(b"<svg ")
    assert b"http" not in built.files["style.css"]  # nothing is fetched from elsewhere
    size = sum(map(len, built.files.values()))
    assert repr(built) == f"Site of container.svg, index.html, style.css ({size} bytes)"


def test_a_folder_with_all_that_is_in_it_but_hidden_names(lab, tmp_path):
    (tmp_path / "img" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("index.html", "img/deep/a.png", ".git/config", "img/.DS_Store"):
        (tmp_path / name).write_text(name)
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    expected = {f"{HTDOCS}/index.html": b"index.html", f"{HTDOCS}/img/deep/a.png": b"img/deep/a.png"}
    assert top(build(tmp_path, lab=lab)) == top(build(str(tmp_path), lab=lab)) == expected


def test_a_file_is_the_page_whatever_its_name(lab, tmp_path):
    (tmp_path / "home.html").write_text("hi")
    assert top(build(tmp_path / "home.html", lab=lab)) == {f"{HTDOCS}/index.html": b"hi"}


def test_a_page_that_is_not_there(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotThere) as caught:
        build("my-page", lab=lab)
    assert str(caught.value) == (
        "there is no file or folder 'my-page' here.\n"
        f"  looked in: {tmp_path}\n"
        "  next:      give the page itself (text with HTML tags), or a folder that has an index.html"
    )


def test_a_folder_without_a_page(lab, tmp_path):
    (tmp_path / "home.htm").write_text("hi")
    with pytest.raises(BadPage) as caught:
        build(tmp_path, lab=lab)
    assert str(caught.value) == (
        f"there is no index.html in {tmp_path}.\n  seen: home.htm\n"
        "  next: name the page that opens first index.html"
    )


def test_a_folder_that_is_too_large(lab, tmp_path, monkeypatch):
    monkeypatch.setattr("ecslab.resources.image.site_files.MOST_FILES", 1)
    for name in ("index.html", "more.html"):
        (tmp_path / name).write_text("hi")
    with pytest.raises(BadPage) as caught:
        build(tmp_path, lab=lab)
    assert str(caught.value) == (
        f"{tmp_path} holds more than 1 files or 100 MB.\n"
        "  next: point at the folder that holds nothing but the website"
    )


# Layers and names -------------------------------------------------------------------------------------------

names = st.from_regex(r"[a-zé][a-z0-9]{0,120}(/[a-z][a-z0-9é ]{0,90}){0,3}", fullmatch=True)


@given(st.dictionaries(names, st.binary(max_size=200), max_size=5))
def test_a_layer_unpacks_to_what_went_in(files):
    files = {n: c for n, c in files.items() if not any(o.startswith(f"{n}/") for o in files)}
    filesystem = RootFS()
    filesystem.lay(gzip(tar(files, "/srv/www")))
    assert {path.removeprefix("/srv/www/"): filesystem[path] for path in filesystem} == files
    assert tar(dict(reversed(files.items())), "/srv/www") == tar(files, "/srv/www")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 200_000])
def test_gzip_holds_the_bytes(size):
    assert stdlib_gzip.decompress(gzip(b"x" * size)) == b"x" * size


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("httpd", "docker.io/library/httpd:latest"),
        ("yourname/node-example-1", "docker.io/yourname/node-example-1:latest"),
        ("ghcr.io/a/b:1.0-X", "ghcr.io/a/b:1.0-X"),
        ("localhost:5000/web", "localhost:5000/web:latest"),
        (f"httpd:2.4@sha256:{'0' * 64}", f"docker.io/library/httpd@sha256:{'0' * 64}"),
    ],
)
def test_names_are_completed(name, full):
    assert str(parse(name)) == full


@pytest.mark.parametrize(
    "name", ["", "Httpd", "a b", "httpd:", "httpd@sha256:12", "a//b", "https://x.y/z", "x:y:z"]
)
def test_names_that_no_registry_takes(name):
    with pytest.raises(BadName) as caught:
        parse(name)
    assert str(caught.value) == (
        f"{name!r} is no name of an image.\n"
        "  expected: REGISTRY/REPOSITORY:TAG, in lower case but for the tag\n"
        "  next:     for example public.ecr.aws/docker/library/httpd:2.4"
    )


def test_a_site_can_be_made_by_hand(lab):
    assert top(build(Site({"index.html": b"1", "a/b.txt": b"2"}), lab=lab))[f"{HTDOCS}/a/b.txt"] == b"2"
