import types

import ecslab
from ecslab.connection import step_marks
from ecslab.course.navigation.undo import together

RESTORED = "The account is as it was before."
PUSH = "InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload, PutImage"


def test_nothing_to_undo(lab):
    assert repr(lab.undo()) == "There is nothing to take back: nothing was changed yet."


def test_what_goto_filled_in_is_taken_back_step_by_step(lab):
    lab.goto("04")
    register = "Taken back: Register the task definition (RegisterTaskDefinition)"
    assert repr(lab.undo()) == f"{register}. {RESTORED}"
    assert repr(lab.undo()).startswith("Taken back: Make the log group (CreateLogGroup, PutRetentionPolicy).")
    role = "Taken back: Make the execution role (CreateRole, AttachRolePolicy)"
    assert repr(lab.undo()) == f"{role}. {RESTORED}"
    assert ecslab.execution_role.find(lab) is None
    assert repr(lab.undo()) == f"Taken back: Make a cluster (CreateCluster). {RESTORED}"
    assert repr(lab.undo()) == (
        f"Taken back: Build an image with your page, and push it ({PUSH}). {RESTORED}"
    )
    assert lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"] == []
    assert repr(lab.undo()) == f"Taken back: Make a repository (CreateRepository). {RESTORED}"


def test_all_that_one_verb_does_is_taken_back_as_one(lab):
    lab.goto("03")
    ecslab.execution_role.create(lab)
    ecslab.log_group.create(lab)
    assert repr(lab.undo()) == f"Taken back: CreateLogGroup, PutRetentionPolicy. {RESTORED}"
    assert repr(lab.undo()) == f"Taken back: CreateRole, AttachRolePolicy. {RESTORED}"


def test_the_same_verb_twice_is_two_steps(lab):
    for name in ("one", "two"):
        ecslab.cluster.create(lab, name)
    lab.undo()
    assert [arn.rsplit("/", 1)[1] for arn in lab.ecs.list_clusters()["clusterArns"]] == ["one"]


def test_a_call_of_one_s_own_is_a_step(lab):
    lab.ecs.create_cluster(clusterName="one")
    lab.ecs.create_cluster(clusterName="two")
    assert repr(lab.undo()) == f"Taken back: CreateCluster. {RESTORED}"
    assert len(lab.ecs.list_clusters()["clusterArns"]) == 1


def test_all_that_one_cell_changes_is_taken_back_as_one(lab, monkeypatch):
    cell = types.SimpleNamespace(now=lambda: 1)
    monkeypatch.setattr(step_marks, "_cells", cell)
    ecslab.cluster.create(lab)
    cell.now = lambda: 2
    ecslab.log_group.create(lab)
    lab.ecs.create_cluster(clusterName="two")
    assert repr(lab.undo()) == f"Taken back: CreateLogGroup, PutRetentionPolicy, CreateCluster. {RESTORED}"
    assert repr(lab.undo()) == f"Taken back: CreateCluster. {RESTORED}"


def test_the_cells_of_a_kernel_are_counted(monkeypatch):
    handlers = {}
    shell = types.SimpleNamespace(events=types.SimpleNamespace(register=handlers.__setitem__))
    monkeypatch.setitem(step_marks.sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    cells = step_marks._Cells()
    assert cells.now() == 0
    handlers["pre_run_cell"]("a cell")
    assert cells.now() == 1


def test_a_push_from_a_terminal_is_one_step():
    push = [("registry", "/v2/a/blobs/uploads/"), ("registry", "/v2/a/manifests/latest")]
    entries = [
        {"position": at, "service": service, "summary": path, "operation": "PUT", "step": ""}
        for at, (service, path) in enumerate([("ecs", ""), *push, *push])
    ]
    assert [entry["position"] for entry in together(entries)] == [3, 4]
    assert [entry["position"] for entry in together(entries[:-1])] == [3]
    assert [entry["position"] for entry in together(entries[:1])] == [0]
    assert together([]) == []


def test_what_was_undone_can_be_done_again(lab):
    lab.goto("03")
    before = lab.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"]
    lab.undo()
    ecslab.cluster.create(lab)
    assert lab.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"] == before


def test_what_was_done_in_a_past_that_was_taken_back_is_not_remembered(lab):
    lab.goto("03")
    lab.undo()
    for number in range(9):  # the journal grows beyond where it was
        lab.ecs.create_cluster(clusterName=f"another-{number}")
    rows = {row.step.id: row.word for row in lab.progress().rows}
    assert rows["02.cluster"] == "not yet"
