"""The record: every call, nothing secret, equal calls together."""

import pytest

from ecslab import cluster
from ecslab.connection.record import HIDDEN, Blob, redacted


def test_every_call_is_kept_with_its_refusal(lab):
    lab.ecs.list_clusters()
    with pytest.raises(lab.ecr.exceptions.RepositoryNotFoundException):
        lab.ecr.describe_repositories(repositoryNames=["nope"])
    first, second = lab.calls()
    assert (first.service, first.operation, first.error) == ("ecs", "ListClusters", "")
    assert second.error.startswith("RepositoryNotFoundException: The repository with name 'nope'")
    assert [call.number for call in lab.calls()] == [1, 2]


def test_equal_calls_in_a_row_are_one_line(lab):
    for _ in range(3):
        lab.ecs.list_clusters()
    (call,) = lab.calls()
    assert call.times == 3
    assert "× 3" in repr(lab.calls())


def test_bytes_and_secrets_are_not_kept():
    sent = {
        "layerPartBlob": b"x" * 9,
        "password": "p",
        "containerDefinitions": [
            {"environment": [{"name": "DB_PASSWORD", "value": "p"}, {"name": "A", "value": "b"}]}
        ],
    }
    recorded = redacted(sent)
    assert recorded["layerPartBlob"] == Blob(9) and recorded["password"] == HIDDEN
    assert recorded["containerDefinitions"][0]["environment"] == [
        {"name": "DB_PASSWORD", "value": HIDDEN}, {"name": "A", "value": "b"},
    ]  # fmt: skip
    assert sent["password"] == "p"


def test_changes_are_told_from_looks(lab):
    cluster.create(lab)
    assert [call.operation for call in lab.calls().changes()] == ["CreateCluster"]
