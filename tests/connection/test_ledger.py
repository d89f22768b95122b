"""The ledger: intention before the call, outcome after it, and damage that is said."""

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from ecslab.connection.ledger import Ledger
from ecslab.errors import CannotBeDone


def outcomes(lab):
    return [(entry.kind, entry.name, entry.outcome) for entry in lab.ledger.entries()]


def test_the_intention_is_written_before_the_call(lab):
    seen = []
    lab.ecs.meta.events.register(
        "before-send.ecs.CreateCluster", lambda **_: seen.append(lab.ledger.entries()[-1].outcome)
    )
    lab.ecs.create_cluster(clusterName="one")
    assert seen == ["intended"]
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
    assert "1 line(s) of" in capsys.readouterr().out


def test_what_cannot_be_written_down_is_not_sent(lab, monkeypatch):
    def full(line):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lab.ledger, "_write", full)
    with pytest.raises(CannotBeDone, match=r"CreateCluster was not sent(.|\n)*No space left on device"):
        lab.ecs.create_cluster(clusterName="one")
    assert lab.ecs.list_clusters()["clusterArns"] == []
