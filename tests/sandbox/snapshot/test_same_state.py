"""A snapshot and what followed it come to the same as the whole journal, whatever happened."""

import json
from pathlib import Path

import pytest
from snapshot_rig import Inside, copied, difference, furnished, live, opened, state_of

from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.gateway.gateway import NotIn
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.runtime.programs import guestbook, guestbook_front
from ecslab.sandbox.snapshot import folder


@pytest.mark.parametrize("seed", range(5))
def test_a_snapshot_and_the_rest_of_the_journal_come_to_the_whole_journal(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home = tmp_path / "home"
    sandbox = opened(home)
    client = Inside(sandbox, seed)
    ground = furnished(client)
    live(client, ground, 25)
    sandbox.close()  # here a snapshot is written
    monkeypatch.setattr(snapshots, "AT_STOP", 1_000_000)
    sandbox = opened(home)
    assert sandbox.account.replay.position > 30
    client = Inside(sandbox, f"{seed} again")
    live(client, ground, 15)
    sandbox.close()
    states, positions = [], []
    for name, with_snapshots in (("short", True), ("whole", False)):
        again = opened(copied(home, name, snapshots=with_snapshots))
        positions.append(again.account.replay.happened)
        states.append(state_of(again))
        again.close()
    assert positions[0] < positions[1]
    assert difference(*states) == ""


def serving(client, ground, program, **environment):
    """A task that runs a program of the guestbook: its public address, and its security group, closed."""
    container = {"name": "web", "image": "public.ecr.aws/docker/library/python:3.13-slim",
                 "command": ["python", "-c", Path(program.__file__).read_text("utf-8")],
                 "environment": [{"name": key, "value": environment[key]} for key in environment],
    }  # fmt: skip
    client.ecs.register_task_definition(
        family="served", networkMode="awsvpc", cpu="256", memory="512",
        requiresCompatibilities=["FARGATE"], containerDefinitions=[container],
    )  # fmt: skip
    subnets = {"subnets": ground.subnets[:1], "assignPublicIp": "ENABLED"}
    client.ecs.run_task(cluster="soak-a", taskDefinition="served", launchType="FARGATE",
                        networkConfiguration={"awsvpcConfiguration": subnets})  # fmt: skip
    client.aws.endpoint.control("advance", seconds=120)
    [interface] = client.aws.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return interface["Association"]["PublicIp"], interface["Groups"][0]["GroupId"]


def let_in(client, group):
    client.aws.client("ec2").authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
    )


def has_snapshot(home):
    """Whether there is a snapshot."""
    return any((home / "sandbox" / name).exists() for name in folder.NAMES)


def test_the_guestbook_s_entries_are_held(tmp_path, monkeypatch):
    """What visitors wrote is in the program's memory; a snapshot has that too."""
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    sandbox = opened(tmp_path / "home")
    client = Inside(sandbox, 0)
    address, group = serving(client, furnished(client), guestbook)
    ask = HttpRequest("POST", "/api/entries", "", {}, b'{"name": "Ana", "text": "I was here"}')
    with pytest.raises(NotIn):
        sandbox.visit(address, 80, ask)
    let_in(client, group)
    assert sandbox.visit(address, 80, ask).status == 201
    sandbox.close()
    assert has_snapshot(tmp_path / "home")
    again = opened(tmp_path / "home")
    answer = again.visit(address, 80, HttpRequest("GET", "/api/entries", "", {}, b""))
    assert json.loads(answer.body)["entries"] == [{"name": "Ana", "text": "I was here"}]
    again.close()


def test_the_guestbook_s_front_is_held(tmp_path, monkeypatch):
    """It asks through its task's network, before the snapshot and after."""
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    sandbox = opened(tmp_path / "home")
    client = Inside(sandbox, 0)
    address, group = serving(client, furnished(client), guestbook_front, BACK_DNS="http://nobody.internal")
    let_in(client, group)
    ask = HttpRequest("GET", "/api/ask", "", {}, b"")
    answer = sandbox.visit(address, 80, ask)
    assert json.loads(answer.body)["answers"]["dns"]["error"] == "no such name"
    sandbox.close()
    assert has_snapshot(tmp_path / "home")
    again = opened(tmp_path / "home")
    assert again.visit(address, 80, ask).body == answer.body
    again.close()
