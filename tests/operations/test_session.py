"""A session as one file: what is in it, what comes back, and what is refused."""

import io
import json
import warnings
import zipfile

import pytest
from click.testing import CliRunner

import ecslab
from ecslab import cli
from ecslab.course import progress_store as store
from ecslab.errors import CannotBeDone
from ecslab.operations.session import file as session_file
from ecslab.sandbox.journal.record import FIRST, checksum_of


@pytest.fixture
def file(tmp_path):
    return tmp_path / "my-lab.ecslab"


@pytest.fixture
def saved(lab, file):
    """A lab up to its task definition, in a file."""
    lab.goto("04")
    lab.save(file)
    return file


def facts(lab):
    """All that somebody could compare before and after."""
    return (
        lab.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"],
        lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"],
        lab.ecs.list_task_definitions()["taskDefinitionArns"],
        lab.iam.list_roles()["Roles"],
    )


def elsewhere(tmp_path):
    """A sandbox on another machine."""
    return ecslab.connect("sandbox", home=tmp_path / "other", clock="stepped", in_process=True, seed=7)


def test_what_was_saved_comes_back_on_another_machine(lab, saved, tmp_path):
    lab.predict("03.collide", lab.predict("03.collide").options[0])
    lab.save(saved)
    before, ledger = facts(lab), len(lab.ledger.entries())
    entered, answered = store.memory(lab).entered, store.memory(lab).predicted
    with elsewhere(tmp_path) as other:
        text = repr(other.load(saved))
        assert text.startswith("Loaded: ")
        assert "could not be made again" not in text
        assert facts(other) == before
        assert other.check("03").outcome.value == "Done"
        assert len(other.ledger.entries()) == ledger
        memory = store.memory(other)
        assert (memory.entered, memory.predicted) == (entered, answered)
        task = ecslab.task.wait_until_running(other, ecslab.task.run(other))
        assert ecslab.verify.page(other, task).status == 200


def test_it_says_what_it_did(lab, file):
    lab.ecs.create_cluster(clusterName="one")
    text = repr(lab.save(file))
    assert text.startswith(f"Saved: `{file}`, 1 change, ")
    assert text.endswith(
        '`lab.load("my-lab.ecslab")` brings it all back, here or on another machine. What you put into the '
        "sandbox is in it, secrets included; its keys are not."
    )
    assert repr(lab.load(file)).startswith("Loaded: 1 change, saved on ")


def test_what_was_there_before_a_load_can_be_had_back(lab, saved):
    lab.ecs.create_cluster(clusterName="later")
    lab.load(saved)
    assert len(lab.ecs.list_clusters()["clusterArns"]) == 1
    lab.load(lab.home / "lab" / "before-load.ecslab")
    assert len(lab.ecs.list_clusters()["clusterArns"]) == 2


def test_no_credentials_are_in_it(lab, saved):
    endpoint = lab.place.endpoint
    with zipfile.ZipFile(saved) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (endpoint.secret_key, endpoint.gateway_secret, endpoint.access_key, "authorization"):
        assert secret.encode() not in everything
    assert saved.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_finished_replaces_nothing(lab, saved, monkeypatch):
    before = saved.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(CannotBeDone, match="seen: No space left on device"):
        lab.save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.glob(".*new")) == []


def test_a_place_that_cannot_be_written_is_named(lab, tmp_path):
    with pytest.raises(CannotBeDone, match=r"is a folder.\n  next: name a file in it"):
        lab.save(tmp_path)
    with pytest.raises(CannotBeDone, match=r"could not be written to .*\n  seen: No such file or directory"):
        lab.save(tmp_path / "nowhere" / "my-lab.ecslab")


def repacked(saved, **changes):
    """The file with some of its parts changed, added, or (None) left out."""
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts |= changes
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    saved.write_bytes(packed.getvalue())


def body_of(saved):
    with zipfile.ZipFile(saved) as archive:
        return next(name for name in archive.namelist() if name.startswith("bodies/"))


def rewritten(saved, change):
    """The file with its journal changed, and summed up anew."""
    with zipfile.ZipFile(saved) as archive:
        texts = [line.partition(" ")[2] for line in archive.read("journal").decode().splitlines()]
    lines, before = [], FIRST
    for text in map(json.dumps, change([json.loads(text) for text in texts])):
        before = checksum_of(before, text)
        lines.append(f"{before} {text}")
    repacked(saved, journal="\n".join(lines).encode())


def appended(saved, name, content, how=zipfile.ZIP_DEFLATED):
    """The file with a part more, whatever it has already."""
    with warnings.catch_warnings(), zipfile.ZipFile(saved, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, content, how)


def flagged(saved):
    """The file with its first part said to be encrypted."""
    data = bytearray(saved.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    saved.write_bytes(data)


def shrunk(saved, name):
    """The file with a directory that announces less of a part than is packed."""
    data = bytearray(saved.read_bytes())
    entry = data.index(name.encode(), data.index(b"PK\x01\x02")) - 46
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    saved.write_bytes(data)


def described(saved, /, **changes):
    with zipfile.ZipFile(saved) as archive:
        about = json.loads(archive.read("session.json"))
    repacked(saved, **{"session.json": json.dumps(about | changes).encode()})


def raw(saved, text):
    """The file with a record more, as it stands."""
    with zipfile.ZipFile(saved) as archive:
        journal = archive.read("journal").decode()
    before = journal.splitlines()[-1].partition(" ")[0]
    repacked(saved, journal=f"{journal}\n{checksum_of(before, text)} {text}".encode())


def called(saved, /, **about):
    """The file with a call more, other than the last one in this."""

    def change(records):
        call = next(record for record in reversed(records) if record["kind"] == "request")
        return [*records, call | {"now": records[-1]["now"], "about": call["about"] | about}]

    rewritten(saved, change)


DAMAGES = {
    "no archive": (lambda f: f.write_bytes(b"hello"), "File is not a zip file"),
    "cut short": (lambda f: f.write_bytes(f.read_bytes()[:-400]), "File is not a zip file"),
    "no description": (lambda f: repacked(f, **{"session.json": None}), "session.json"),
    "no journal": (lambda f: repacked(f, journal=None), "journal"),
    "a path that leads out": (lambda f: repacked(f, **{"lab/../../x.json": b""}), "which no session has"),
    "an absolute path": (lambda f: repacked(f, **{"/etc/passwd": b""}), "which no session has"),
    "another file's name": (lambda f: repacked(f, **{"lab/credentials.json": b""}), "which no session has"),
    "a damaged body": (lambda f: repacked(f, **{body_of(f): b"x"}), "is damaged"),
    "a body missing": (lambda f: repacked(f, **{body_of(f): None}), "is missing from it, or damaged"),
    "a damaged line": (lambda f: repacked(f, journal=b"0 {}"), "record 1 is of no kind"),
    "no start": (lambda f: rewritten(f, lambda r: r[1:]), "begins with its start, once"),
    "an unknown record": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"kind": "spell"}]),
        "record 22 is 'spell', which this sandbox does not know",
    ),
    "time without end": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"now": 1e308}]),
        "now must be smaller than or equal to 300000000",
    ),
    "time backwards": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"now": 9.0}, r[-1] | {"now": 1.0}]),
        "time goes backwards",
    ),
    "a clock at no speed": (
        lambda f: rewritten(f, lambda r: [r[0] | {"about": r[0]["about"] | {"speed": 0}}, *r[1:]]),
        r"record 1, a start: about\.speed must be bigger than or equal to 0\.1",
    ),
    "a request that lacks its path": (
        lambda f: rewritten(f, lambda r: [*r, {"now": r[-1]["now"], "kind": "request", "about": {}}]),
        "a request: about must contain .'headers', 'method', 'operation', 'path'",
    ),
    "an archive of another form": (
        lambda f: f.write_bytes(b"PK\x05\x06" + b"\xff" * 18),
        "no session, or it is damaged",
    ),
    "a folder": (lambda f: (f.unlink(), f.mkdir()), "it is no file"),
    "a part twice": (lambda f: appended(f, "journal", b""), "it has a part twice"),
    "packed otherwise": (
        lambda f: appended(f, "lab/progress-sandbox-1-a-b.json", b"{}", zipfile.ZIP_LZMA),
        "is packed as lab.save",
    ),
    "an encrypted part": (lambda f: flagged(f), "is encrypted"),
    "a larger part than announced": (lambda f: shrunk(f, "session.json"), "seen: "),
    "a description of megabytes": (
        lambda f: repacked(f, **{"session.json": b" " * (4 << 20)}),
        "has more than 4 KiB",
    ),
    "a description that is nested": (
        lambda f: repacked(f, **{"session.json": (b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}")}),
        "is nested too deeply",
    ),
    "a script for a date": (lambda f: described(f, saved="<b>2026</b>"), "saved must match pattern"),
    "a script for a version": (lambda f: described(f, ecslab="<b>"), "ecslab must match pattern"),
    "a script for a number": (lambda f: described(f, changes="<b>"), "changes must be integer"),
    "a description that says more": (lambda f: described(f, more=1), "must not contain {'more'} properties"),
    "a number that is none": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"now": float("nan")}]),
        "NaN is no number",
    ),
    "infinity": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"now": float("inf")}]),
        "Infinity is no number",
    ),
    "a number beyond all": (
        lambda f: raw(f, '{"now":1e999,"kind":"time","about":{}}'),
        "now must be smaller",
    ),
    "a number of digits": (
        lambda f: raw(f, '{"now":' + "9" * 5000 + ',"kind":"time","about":{}}'),
        "record 22",
    ),
    "a record that is nested": (
        lambda f: raw(f, '{"now":0,"kind":"time","about":' + "[" * 9000 + "]" * 9000 + "}"),
        "nested too deeply",
    ),
    "a record of megabytes": (lambda f: raw(f, " " * (1 << 20)), "one of more than 256 KiB"),
    "a record with a member more": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"more": 1}]),
        "must not contain {'more'} properties",
    ),
    "a member twice": (
        lambda f: raw(f, '{"now":0,"now":9,"kind":"time","about":{}}'),
        "a member is there twice",
    ),
    "a record that is a list": (lambda f: raw(f, '["kind": "time"]'), "record 22, a time: it is not JSON"),
    "a control call": (lambda f: called(f, path="/_ecslab/reset"), "about.path must match pattern"),
    "a control call's service": (lambda f: called(f, service="ecslab"), "about.service must match pattern"),
    "a path with a line end": (lambda f: called(f, path="/\r\nx: y"), "about.path must match pattern"),
    "a header of its own": (
        lambda f: called(f, headers={"authorization": "Basic eA=="}),
        "about.headers must not contain",
    ),
    "a request in pieces": (lambda f: called(f, query=["a"]), "about.query must be string"),
    "a visit to nowhere": (
        lambda f: rewritten(
            f,
            lambda r: [
                *r,
                {
                    "now": r[-1]["now"],
                    "kind": "visit",
                    "about": {
                        "host": "../x",
                        "port": 1 << 40,
                        "method": "GET",
                        "path": "/",
                        "query": "",
                        "headers": {},
                        "peer": "198.51.100.7",
                    },
                },
            ],
        ),
        "a visit: about",
    ),
    "a fault that is nested": (
        lambda f: rewritten(
            f,
            lambda r: [
                *r,
                {
                    "now": r[-1]["now"],
                    "kind": "fault",
                    "about": {"fault": "zone", "values": {"zone": {"a": {}}}},
                },
            ],
        ),
        "a fault: about",
    ),
    "an end of the wall clock": (
        lambda f: rewritten(
            f,
            lambda r: [
                *r,
                r[-1]
                | {"kind": "pace", "about": {"mode": "paced", "speed": 10, "paused": False, "wall": 1e17}},
            ],
        ),
        "about.wall must be smaller",
    ),
    "a ledger that says more": (
        lambda f: repacked(f, **{"lab/ledger-sandbox-1-a-b.jsonl": b'{"owner": "x", "then": 1}\n'}),
        "ledger-sandbox-1-a-b.jsonl: it ",
    ),
    "a ledger of numbers": (
        lambda f: repacked(
            f, **{"lab/ledger-sandbox-1-a-b.jsonl": b'{"outcome": "x", "ok": true, "ids": [1]}'}
        ),
        "ledger-sandbox-1-a-b.jsonl: it ",
    ),
    "a ledger with a control character": (
        lambda f: repacked(
            f,
            **{
                "lab/ledger-sandbox-1-a-b.jsonl": b'{"intend": "a", "kind": "b", "name": "\\u001b", "at": 1}'
            },
        ),
        "control character",
    ),
    "progress that is nested": (
        lambda f: repacked(f, **{"lab/progress-sandbox-1-a-b.json": b"[" * 90_000}),
        "nested too deeply",
    ),
    "progress by other types": (
        lambda f: repacked(
            f, **{"lab/progress-sandbox-1-a-b.json": b'{"began": 1, "done": {"01": "<b>"}, "entered": {}}'}
        ),
        "done.01 must be integer",
    ),
    "faults that are none": (
        lambda f: repacked(f, **{"lab/faults-sandbox-1-a-b.json": b"{}"}),
        "must contain",
    ),
    "notes that are bytes": (lambda f: repacked(f, **{"lab/faults-sandbox-1-a-b.json": b"\xff"}), "utf-8"),
    "a pace that is none": (
        lambda f: rewritten(f, lambda r: [*r, r[-1] | {"kind": "pace", "about": {"mode": []}}]),
        "a pace: about must contain",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_no_session_changes_nothing(lab, saved, name):
    damage, message = DAMAGES[name]
    damage(saved)
    before, journal = facts(lab), lab.control("journal")
    with pytest.raises(CannotBeDone, match=message):
        lab.load(saved)
    assert facts(lab) == before
    assert lab.control("journal") == journal


def test_more_than_a_file_may_hold_is_not_unpacked(lab, saved, monkeypatch):
    monkeypatch.setattr(session_file, "LIMIT", 2000)
    with pytest.raises(CannotBeDone, match="it has more than 0 MB"):
        lab.load(saved)
    monkeypatch.setattr(session_file, "LIMIT", saved.stat().st_size)
    with pytest.raises(CannotBeDone, match="it unpacks to more than 0 MB or 20000 parts"):
        lab.load(saved)
    monkeypatch.setattr(session_file, "LIMIT", 2000)
    with pytest.raises(CannotBeDone, match="this session holds 0 MB"):
        lab.save(saved)


def test_a_newer_version_says_so(lab, saved):
    about = {"format": 2, "ecslab": "9.1"}
    repacked(saved, **{"session.json": json.dumps(about).encode()})
    with pytest.raises(CannotBeDone, match=r"a newer ecslab, 9\.1\.\n  next: bring ecslab up to date"):
        lab.load(saved)


def test_a_file_that_is_not_there_is_named(lab, tmp_path):
    with pytest.raises(CannotBeDone, match=r"there is no file .*gone\.ecslab"):
        lab.load(tmp_path / "gone.ecslab")


def test_a_real_account_needs_neither(lab, file, monkeypatch):
    monkeypatch.setattr(lab, "where", "aws")
    assert repr(lab.save(file)).startswith("A real account needs no saving: what you made is in the account")
    assert repr(lab.load(file)).startswith("A real account needs no loading")
    assert not file.exists()


def test_pieces_come_in_order_and_are_bounded(lab):
    digest = "0" * 64
    with pytest.raises(CannotBeDone, match="a piece from byte 5 does not follow 0 bytes"):
        lab.control("accept", digest=digest, at=5, data="")
    with pytest.raises(CannotBeDone, match=r"'\.\./x' is no SHA-256 digest"):
        lab.control("blob", digest="../x")
    with pytest.raises(CannotBeDone, match="the piece is not base64"):
        lab.control("accept", digest=digest, at=0, data="?")
    with pytest.raises(CannotBeDone, match="there is no body 000000000000…; was the sandbox reset meanwhile"):
        lab.control("blob", digest=digest)


def test_the_command_line_saves_and_loads(lab, file, monkeypatch):
    monkeypatch.setattr("ecslab.cli.session.connect", lambda where: lab)
    lab.ecs.create_cluster(clusterName="one")
    run = CliRunner().invoke(cli.cli, ["save", str(file)])
    assert (run.exit_code, run.output[:7]) == (0, "Saved: ")
    lab.control("reset")
    run = CliRunner().invoke(cli.cli, ["load", str(file)])
    assert run.exit_code == 0, run.output
    assert lab.ecs.list_clusters()["clusterArns"] != []
    run = CliRunner().invoke(cli.cli, ["load", "/nowhere.ecslab"])
    assert run.exit_code == 1
    assert "Error: there is no file /nowhere.ecslab." in run.output
