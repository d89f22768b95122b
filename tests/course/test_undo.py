import ecslab
from ecslab.course._undo import together


def test_nothing_to_undo(lab):
    assert repr(lab.undo()) == "There is nothing to take back: nothing was changed yet."


def test_a_step_of_several_calls_is_taken_back_as_one(lab):
    lab.goto("04")
    assert repr(lab.undo()) == "Taken back: RegisterTaskDefinition. The account is as it was before."
    assert repr(lab.undo()).startswith("Taken back: CreateLogGroup, PutRetentionPolicy.")
    assert repr(lab.undo()) == "Taken back: CreateRole, AttachRolePolicy. The account is as it was before."
    assert ecslab.execution_role.find(lab) is None
    assert repr(lab.undo()) == "Taken back: CreateCluster. The account is as it was before."
    assert repr(lab.undo()).startswith(
        "Taken back: InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload, "
    )
    assert lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"] == []
    assert repr(lab.undo()) == "Taken back: CreateRepository. The account is as it was before."


def entries(*operations):
    return [{"position": at, "operation": name} for at, name in enumerate(operations)]


def last(*operations):
    return [entry["operation"] for entry in together(entries(*operations))]


def test_two_pushes_are_two_steps():
    push = ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"]
    assert last(*push, *push) == push
    assert last(*push, "InitiateLayerUpload") == ["InitiateLayerUpload"]
    assert last(*push, *push[:2]) == push[:2]


def test_a_lone_call_is_a_step():
    assert last("CreateCluster", "CreateCluster") == ["CreateCluster"]
    assert last() == []


def test_what_was_undone_can_be_done_again(lab):
    lab.goto("03")
    before = lab.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"]
    lab.undo()
    ecslab.cluster.create(lab)
    assert lab.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"] == before
