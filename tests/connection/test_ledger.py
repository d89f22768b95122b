"""The ledger: intention before the call, outcome after it, and damage that is said."""

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from ecslab.connection.ledger import Ledger
from ecslab.errors import CannotBeDone


def outcomes(lab):
    return [(entry.kind, entry.name, entry.outcome) for entry in lab.ledger.entries()]


def test_the_intention_is_written_before_the_call(lab):
    outcomes_sent = []
    lab.ecs.meta.events.register(
        "before-send.ecs.CreateCluster", lambda **_: outcomes_sent.append(lab.ledger.entries()[-1].outcome)
    )
    lab.ecs.create_cluster(clusterName="one")
    assert outcomes_sent == ["intended"]
    assert outcomes(lab) == [("cluster", "one", "made")]
    assert lab.ledger.entries()[0].ids[0].endswith(":cluster/one")


def test_a_refused_call_is_written_as_refused(lab):
    with pytest.raises(ClientError):
        lab.ecs.create_cluster(clusterName="not a name")
    assert outcomes(lab) == [("cluster", "not a name", "refused")]


def test_a_call_that_botocore_refuses_leaves_no_entry(lab):
    with pytest.raises(ParamValidationError):
        lab.iam.create_role(AssumeRolePolicyDocument="{}")
    with pytest.raises(ParamValidationError):
        lab.ecs.run_task(taskDefinition="x", tags=7)
    assert outcomes(lab) == []


def test_two_names_of_a_prefix_do_not_share_a_ledger(tmp_path):
    ana = Ledger.at(tmp_path, "sandbox", "1", "r", "ana")
    ben = Ledger.at(tmp_path, "sandbox", "1", "r", "ben")
    assert ana.path != ben.path and ana.owner != ben.owner


def test_on_an_account_the_owner_is_drawn_once_and_written_down(tmp_path):
    first = Ledger.at(tmp_path, "aws", "111122223333", "eu-central-1", "ana")
    assert first.owner.startswith("ana-")
    assert Ledger.at(tmp_path, "aws", "111122223333", "eu-central-1", "ana").owner == first.owner
    assert Ledger.at(tmp_path, "aws", "111122223333", "us-east-1", "ana").owner != first.owner


def test_a_torn_line_is_said_and_left_out(lab, capsys):
    lab.ecs.create_cluster(clusterName="one")
    with lab.ledger.path.open("a") as file:
        file.write('{"intend": "half a li')
    lab.ecs.create_cluster(clusterName="two")
    assert outcomes(lab) == [("cluster", "one", "made"), ("cluster", "two", "made")]
    assert "1 line of" in capsys.readouterr().out


def test_what_cannot_be_written_down_is_not_sent(lab, monkeypatch):
    def full(line):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lab.ledger, "_write", full)
    with pytest.raises(CannotBeDone, match=r"CreateCluster was not sent(.|\n)*No space left on device"):
        lab.ecs.create_cluster(clusterName="one")
    assert lab.ecs.list_clusters()["clusterArns"] == []


# A ledger that was copied, or edited by hand ----------------------------------------------------------------


def real(folder, region="eu-central-1", account="111122223333", prefix=""):
    return Ledger.at(folder, "aws", account, region, prefix)


@pytest.mark.parametrize(
    "copied", [{"account": "999999999999"}, {"region": "us-east-1"}, {"prefix": "ben"}], ids=str
)
def test_a_copied_ledger_of_somewhere_else_is_set_aside_and_said(tmp_path, capsys, copied):
    theirs, mine = real(tmp_path / "theirs", **copied), real(tmp_path / "mine")
    mine.path.write_bytes(theirs.path.read_bytes())
    fresh = real(tmp_path / "mine")
    assert fresh.owner not in (theirs.owner, mine.owner) and fresh.entries() == []
    output = capsys.readouterr().out
    assert "is the ledger of another account, Region or prefix, and was set aside" in output
    set_aside = [path for path in fresh.path.parent.iterdir() if path != fresh.path]
    assert [path.read_bytes() for path in set_aside] == [theirs.path.read_bytes()]
    assert str(set_aside[0]) in output
    assert real(tmp_path / "mine").owner == fresh.owner


def write_created(ledger, arn, kind="target group", name="web", key="k", **more):
    ledger._write({"intend": key, "kind": kind, "name": name})
    ledger._write({"outcome": key, "ok": True, "ids": [arn], **more})


def test_arns_of_another_account_or_region_are_not_believed(tmp_path, capsys):
    ledger = real(tmp_path)
    arn = "arn:aws:elasticloadbalancing:{}:targetgroup/web/1".format
    write_created(ledger, arn("eu-central-1:999999999999"), key="a")
    write_created(ledger, arn("us-east-1:111122223333"), key="b")
    write_created(ledger, arn("eu-central-1:111122223333"), key="c")
    assert not ledger.knows("target group", arn("eu-central-1:999999999999"), "")
    assert not ledger.knows("target group", arn("us-east-1:111122223333"), "")
    assert ledger.knows("target group", arn("eu-central-1:111122223333"), "")
    assert not ledger.knows("secret", arn("eu-central-1:111122223333"), "")
    assert capsys.readouterr().out.count("2 ARNs in") == 1


@pytest.mark.parametrize(
    "line",
    ["7", "[]", "null", "{}", '{"intend": "x"}', '{"intend": 7, "kind": "cluster", "name": "x"}',
     '{"outcome": "x", "ok": true, "ids": "arn"}', '{"outcome": "x"}', '{"owner": 7}', "[" * 100_000],
)  # fmt: skip
def test_a_line_that_is_none_is_said_once_and_left_out(tmp_path, capsys, line):
    ledger = real(tmp_path)
    with ledger.path.open("a") as file:
        file.write(line + "\n")
    write_created(ledger, "arn:aws:iam::111122223333:role/x", "role", "x", born="AROA1")
    assert [(entry.kind, entry.born) for entry in real(tmp_path).entries()] == [("role", "AROA1")]
    assert ledger.entries() and ledger.entries()
    assert capsys.readouterr().out.count("1 line of") == 2  # once for each of the two ledgers


@pytest.mark.parametrize(
    ("kind", "arn", "written", "born", "known"),
    [
        ("service", "arn:aws:ecs:eu-central-1:111122223333:service/c/web", "10.000", "10.000", True),
        ("service", "arn:aws:ecs:eu-central-1:111122223333:service/c/web", "10.000", "20.000", False),
        ("service", "arn:aws:ecs:eu-central-1:111122223333:service/c/web", None, "10.000", False),
        ("service", "arn:aws:ecs:eu-central-1:111122223333:service/c/web", None, "", False),
        ("role", "arn:aws:iam::111122223333:role/x", "AROA1", "AROA2", False),
        ("cluster", "arn:aws:ecs:eu-central-1:111122223333:cluster/c", None, "", False),
        ("security group", "sg-1", None, "", True),
        ("task", "arn:aws:ecs:eu-central-1:111122223333:task/c/1", None, "", True),
    ],
)
def test_what_can_be_created_anew_is_known_by_what_that_changes(tmp_path, kind, arn, written, born, known):
    ledger = real(tmp_path)
    write_created(ledger, arn, kind, **({"born": written} if written else {}))
    assert ledger.knows(kind, arn, born) is known


def test_what_a_re_creation_changes_is_written_down(lab):
    lab.ecr.create_repository(repositoryName="adgu/one")
    lab.iam.create_role(RoleName="one", AssumeRolePolicyDocument="{}")
    repository, role = lab.ledger.entries()
    created = lab.ecr.describe_repositories()["repositories"][0]["createdAt"]
    assert repository.born == f"{created.timestamp():.3f}"
    assert role.born == lab.iam.get_role(RoleName="one")["Role"]["RoleId"]


def test_another_region_uses_a_role_until_a_clean_up_there_leaves_nothing(tmp_path):
    ledger, other_region = real(tmp_path), real(tmp_path, "us-east-1")
    arn = "arn:aws:ecs:us-east-1:111122223333:task-definition/web:1"
    other_region._write({"intend": "a", "kind": "task definition", "name": "web", "uses": ["theRole"]})
    other_region._write({"outcome": "a", "ok": True, "ids": [arn]})
    assert ledger.regions_that_use("theRole") == ["us-east-1"]
    assert ledger.regions_that_use("another") == [] == other_region.regions_that_use("theRole")
    other_region.note_clean()
    assert ledger.regions_that_use("theRole") == []
    other_region._write(
        {"intend": "b", "kind": "task definition", "name": "web"}
    )  # as an older version wrote it
    assert ledger.regions_that_use("another") == ["us-east-1"]
