"""Layers add up to files as the OCI specification says, and a hostile layer is refused."""

import contextlib
import gzip
import io
import tarfile
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.runtime import root_fs
from ecslab.sandbox.runtime.image import Image, Layer
from ecslab.sandbox.runtime.layer_stream import BadLayer
from ecslab.sandbox.runtime.root_fs import RootFS


def tar(*members: tuple[str, bytes | str | None]) -> bytes:
    """A layer: (name, bytes) is a file, (name, text) a symbolic link, (name, None) a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def files(*layers: bytes) -> RootFS:
    root = RootFS()
    for layer in layers:
        root.lay(layer)
    return root


def test_a_later_layer_replaces_a_file():
    assert dict(files(tar(("a", b"1"), ("b", b"2")), tar(("a", b"3")))) == {"/a": b"3", "/b": b"2"}


def test_gzip_and_plain_layers_are_the_same():
    layer = tar(("srv/index.html", b"hi"))
    assert dict(files(gzip.compress(layer))) == dict(files(layer)) == {"/srv/index.html": b"hi"}


def test_names_may_begin_with_dot_or_slash():
    assert set(files(tar(("./a", b""), ("/b", b"")))) == {"/a", "/b"}


def test_a_whiteout_removes_what_lies_below():
    lower = tar(("etc/a", b"1"), ("etc/d/x", b"2"), ("etc/keep", b"3"))
    assert set(files(lower, tar(("etc/.wh.a", b""), ("etc/.wh.d", b"")))) == {"/etc/keep"}


@pytest.mark.parametrize("opaque_first", [True, False])
def test_an_opaque_folder_hides_the_layers_below_and_not_its_own(opaque_first):
    upper = [("srv/.wh..wh..opq", b""), ("srv/new", b"n")]
    root = files(tar(("srv/old", b"o")), tar(*(upper if opaque_first else upper[::-1])))
    assert set(root) == {"/srv/new"}


def test_a_whiteout_leaves_its_own_layer_alone():
    assert dict(files(tar(("a", b"old")), tar(("a", b"new"), (".wh.a", b"")))) == {"/a": b"new"}


def test_links_are_followed_inside_the_root_only():
    root = files(tar(("run/x", b"1"), ("var/run", "/run"), ("out", "../../../run"), ("me", "me")))
    assert root["/var/run/x"] == root["/out/x"] == b"1"
    assert "/me" not in root


def test_a_layer_writes_through_a_linked_folder():
    assert files(tar(("run", None), ("var/run", "/run")), tar(("var/run/pid", b"7")))["/run/pid"] == b"7"


def test_a_hard_link_has_the_same_content():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("bin/busybox")
        info.size, info.mode = 2, 0o755
        archive.addfile(info, io.BytesIO(b"bb"))
        link = tarfile.TarInfo("bin/sh")
        link.type, link.linkname = tarfile.LNKTYPE, "bin/busybox"
        archive.addfile(link)
    root = files(out.getvalue())
    assert root["/bin/sh"] == b"bb"
    assert root.is_executable("/bin/sh")


def test_a_file_replaces_a_folder_and_a_folder_a_file():
    assert dict(files(tar(("a/b", b"1")), tar(("a", b"2")))) == {"/a": b"2"}
    assert dict(files(tar(("a", b"2")), tar(("a/b", b"1")))) == {"/a/b": b"1"}


def test_folders_are_listed():
    root = files(tar(("srv/b", b""), ("srv/a/x", b"")))
    assert root.names("/srv") == ["a", "b"]
    assert root.names("/") == ["srv"]
    assert root.is_folder("/srv/a")
    assert not root.is_folder("/srv/b")


def test_a_name_that_climbs_out_is_refused():
    with pytest.raises(BadLayer, match=r"'\.\./etc/passwd', which leaves the root"):
        files(tar(("../etc/passwd", b"x")))


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(root_fs, "MAX_UNPACKED", 1000)
    monkeypatch.setattr(root_fs, "MAX_ENTRIES", 10)
    with pytest.raises(BadLayer, match="larger than"):
        files(gzip.compress(tar(("a", bytes(1_000_000)))))
    with pytest.raises(BadLayer, match="larger than"):
        files(tar(("a", bytes(600)), ("b", bytes(600))))
    monkeypatch.setattr(root_fs, "MAX_UNPACKED", 100_000)
    with pytest.raises(BadLayer, match="more than 10 files"):
        files(tar(*((f"{n}", b"") for n in range(11))))


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        (b"not a tar", "not a tar archive"),
        (b"\x1f\x8bnonsense", "not valid gzip"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-20], "middle of its gzip stream"),
        (b"\x28\xb5\x2f\xfd....", "zstd"),
    ],
)
def test_a_damaged_layer_says_what_is_wrong(blob, words):
    with pytest.raises(BadLayer, match=words):
        files(blob)


@given(st.binary(max_size=2000))
def test_no_bytes_do_more_than_raise_bad_layer(blob):
    with contextlib.suppress(BadLayer):
        files(blob)


def test_sizes_follow_from_layers_and_labels():
    labels = {"ecslab.synthetic": "true", "ecslab.nominal-extra": "1000"}
    layer = Layer("sha256:1", "application/vnd.oci.image.layer.v1.tar", 24, lambda: tar(("a", b"1")))
    built = Image.of("web:1", "sha256:2", {"architecture": "arm64", "config": {"Labels": labels}}, (layer,))
    assert (built.size, built.nominal_size, built.synthetic, built.architecture) == (24, 1024, True, "arm64")
    assert built.rootfs() is built.rootfs()


def header(**changes) -> bytes:
    """A tar header with a field set to bytes that no archiver writes."""
    raw = bytearray(tarfile.TarInfo("a").tobuf())
    raw[124:136] = changes["size"]
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


def whiteouts(count):
    return tar(*((f".wh.{n}", b"") for n in range(count)))


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        (header(size=b"\xff" * 11 + b"\x00") + bytes(2048), "negative size"),
        (tar(("a" * 5000, b"")), "more than 4096 characters"),
        (tar(("a", "b" * 5000)), "more than 4096 characters"),
        (tar(("a/" * 2000 + "x", b"")), "larger than"),
        (gzip.compress(b"") * 1000, "more than 40 gzip streams"),
        (whiteouts(21), "more than 20 files"),
        (tar(*((f"{n}", b"") for n in range(11))), None),
    ],
    ids=["negative", "name", "link", "deep", "streams", "whiteouts", "few"],
)
def test_a_layer_takes_neither_time_nor_memory(blob, words, monkeypatch):
    monkeypatch.setattr(root_fs, "MAX_UNPACKED", 1_000_000)
    monkeypatch.setattr(root_fs, "MAX_ENTRIES", 20)
    if words is None:
        assert len(files(blob)) == 11
        return
    with pytest.raises(BadLayer, match=words):
        files(blob)


def test_what_layers_hide_is_looked_for_within_limits(monkeypatch):
    monkeypatch.setattr(root_fs, "MAX_SEARCHED", 1000)
    lower = tar(*((f"{n}", b"") for n in range(100)))
    assert len(files(lower, whiteouts(5))) == 95
    with pytest.raises(BadLayer, match="removes more files"):
        files(lower, whiteouts(50))


def test_a_bomb_is_never_in_memory_as_a_whole(monkeypatch):
    monkeypatch.setattr(root_fs, "MAX_UNPACKED", 8 << 20)
    bomb = gzip.compress(tar(("a", bytes(64 << 20))), 1)
    tracemalloc.start()
    with pytest.raises(BadLayer, match="larger than"):
        files(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def test_several_gzip_streams_and_padding_are_one_layer():
    layer = tar(("a", b"x" * 100_000), ("b", b"2"))
    halves = gzip.compress(layer[:70_000]) + gzip.compress(layer[70_000:]) + bytes(700)
    assert dict(files(halves)) == dict(files(layer))
