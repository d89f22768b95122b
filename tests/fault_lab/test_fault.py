"""The fault lab itself: seeds, the three parts, help, and what may happen to a fault in between."""

import json
import re

import pytest

import ecslab
from ecslab.errors import SandboxOnly
from ecslab.fault_lab import FaultGone, NoSuchFault, NotAlone
from ecslab.fault_lab.catalogue import CATALOGUE


def changes(lab):
    return [(e["operation"], e["summary"]) for e in lab.control("journal")["entries"]]


@pytest.fixture
def fault(lab):
    """A service that wants no task: the quickest to arrange and to put right."""
    return ecslab.fault(lab, kind="desired-0")


def right(fault):
    return next(letter for letter, kind in fault._choices() if kind == fault._case.kind)


def solve(fault):
    fault.name_cause(right(fault))
    fault.evidence("ecs describe-services", "desiredCount")
    fault.deploy(desiredCount=1)
    fault.wait()
    return fault.check()


def test_the_same_seed_is_the_same_fault(lab):
    first = ecslab.fault(lab, seed=42)
    story, offered, changed = repr(first), repr(first.causes()), changes(lab)
    first.undo()
    second = ecslab.fault(lab, seed=42)
    assert (repr(second), repr(second.causes()), changes(lab)) == (story, offered, changed)


def test_a_kind_has_variants(lab):
    texts = {repr(ecslab.fault(lab, kind="desired-0", variant=variant)) for variant in range(4)}
    assert len(texts) == 4
    assert ecslab.fault(lab, kind="desired-0", variant=1).seed == CATALOGUE.seed_for("desired-0", 1)


def test_nothing_gives_the_cause_away(lab):
    for kind in ("wrong-tag", "subnet-full", "short-grace"):
        fault = ecslab.fault(lab, kind=kind)
        notes = (lab.home / "lab" / "faults-sandbox-123456789012-us-east-1-lab.json").read_text()
        everything = f"{fault!r} {vars(fault)} {changes(lab)} {notes}"
        assert kind not in everything
        assert CATALOGUE[kind].texts.cause not in everything
        assert len(lab.calls()) == 0  # how it was arranged is not in the learner's record


# The three parts -------------------------------------------------------------------------------------------


def test_each_part_is_judged_by_itself(fault):
    assert repr(fault.score()) == "Score: cause open, evidence open, fix open."
    fault.evidence("ecs describe-services", "desiredCount")
    assert repr(fault.score()) == "Score: cause open, evidence right, fix open."
    assert "Score: cause right, evidence right, fix open." in fault.name_cause(right(fault)).text
    assert solve(fault).text.endswith("Score: cause right, evidence right, fix right. Solved.")
    assert ecslab.fault_lab.solved(fault._lab) == (fault.seed,)


def test_a_wrong_cause_is_explained_and_kept_apart_from_a_right_one(fault):
    wrong = next(letter for letter, kind in fault._choices() if kind == "closed-group")
    assert fault.name_cause(wrong).text == (
        "Tempting, because nobody sees the page. But there is no task whose door could be closed.\n"
        "Score: cause wrong so far, evidence open, fix open."
    )
    assert fault.name_cause(f" {right(fault).upper()}) ").outcome.value == "Done"
    assert "cause right" in repr(fault.score())
    assert fault.name_cause("z").text == "There is no cause 'z'; there are: a, b, c, d, e, f."


@pytest.mark.parametrize(
    "call",
    ["ecs describe-services", "aws ecs describe-services --cluster x", "lab.ecs.describe_services(…)",
     "DescribeServices", "ecs:DescribeServices"],
)  # fmt: skip
def test_a_call_may_be_spelled_as_the_cli_boto3_and_the_api_do(fault, call):
    assert fault.evidence(call, "services[0].desiredCount").outcome.value == "Done"


@pytest.mark.parametrize(
    ("call", "field", "text"),
    [
        ("ecs describe-services", "runningCount",
         "`runningCount` in `aws ecs describe-services` is true, but not telling: 0 run: that is the "
         "complaint. How many should?"),
        ("ecs describe-services", "platformVersion",
         "`platformVersion` in `aws ecs describe-services` is there to read, but it does not tell this cause "
         "from the others."),
        ("ecs describe-services", "desiredCuont",
         "The answer of `aws ecs describe-services` has no field 'desiredCuont'.\n  it has, for example: "
         "desiredCount"),
        ("ecs descirbe-services", "desiredCount",
         "There is no call 'ecs descirbe-services' that looks at something.\n  for example: "
         "'ecs describe-services'"),
        ("curl", "exitCode", "Of a visit one sees: answer, body, headers, status, timeout"),
        ("", "", "There is no call '' that looks at something.\n  for example: 'ecs describe-tasks'"),
    ],
)  # fmt: skip
def test_evidence_that_is_none(fault, call, field, text):
    verdict = fault.evidence(call, field)
    assert verdict.outcome.value == "Look again"
    assert verdict.text.startswith(text)


# Help ------------------------------------------------------------------------------------------------------


def test_hints_see_the_present_state_and_grow(fault):
    assert repr(fault.hint()).startswith("Hint 1 of 3: The service says that it has reached a steady state.")
    assert repr(fault.hint()) == (
        "Hint 2 of 3: desiredCount 0, runningCount 0: the service has what it wants."
    )
    fault.deploy(forceNewDeployment=True)
    assert repr(fault.hint()) == "Tell the service how many it should want."
    fault.deploy(desiredCount=1)
    fault.wait()
    assert repr(fault.hint()) == (
        "It works again. Left: cause and evidence. What did you change, and what had told you to?"
    )


def test_the_answer_is_shown_when_asked_for_and_then_it_is_not_solved(fault):
    assert repr(fault.answer()) == (
        f"Cause {right(fault)}: Nobody wants a task: the service's desired count is 0.\n"
        "Evidence: `desiredCount` in `describe-services`: 0: the service has all the tasks that it wants.\n"
        "Fix: update the service with desiredCount 1 (or more).\n\nfault.deploy(desiredCount=1)"
    )
    assert solve(fault).text.endswith("fix right. The answer was shown: try another one.")
    assert ecslab.fault_lab.solved(fault._lab) == ()


def test_what_the_tools_send_is_in_the_record(fault):
    fault.deploy(fault.definition(), desiredCount=1)
    assert [call.operation for call in fault._lab.calls()] == ["RegisterTaskDefinition", "UpdateService"]


# What may happen in between --------------------------------------------------------------------------------


def test_undo_restores_the_state_from_before(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    before, clock = changes(lab), lab.now()
    fault = ecslab.fault(lab, kind="subnet-full")
    fault._case.repair(lab, fault)
    assert repr(fault.undo()) == f"Taken back: fault {fault.seed}. The account is as it was before."
    assert (changes(lab), lab.now()) == (before, clock)
    assert lab.ecs.list_clusters()["clusterArns"][0].endswith("/adgu-cluster")
    with pytest.raises(FaultGone, match="none is open"):
        fault.check()


def test_work_of_the_lesson_is_not_taken_back_unasked(fault):
    lab = fault._lab
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    with pytest.raises(NotAlone, match="seen: CreateCluster adgu-cluster, since the fault was arranged"):
        ecslab.fault(lab, seed=42)
    with pytest.raises(NotAlone):
        fault.undo()
    fault.undo(everything=True)
    assert changes(lab) == []


def test_a_fault_survives_its_kernel(fault, tmp_path_factory):
    fault.name_cause(right(fault))
    lab = fault._lab
    again = ecslab.Lab(lab.place, lab.home, lab.names, lab.prefix, lab.record)  # as another kernel has it
    same_fault = ecslab.fault(again)
    assert same_fault.seed == fault.seed
    assert repr(same_fault.score()) == "Score: cause right, evidence open, fix open."
    assert solve(same_fault).outcome.value == "Done"


def test_running_the_cell_again_finds_the_same_fault(fault):
    lab = fault._lab
    before = changes(lab)
    assert ecslab.fault(lab, seed=fault.seed).seed == fault.seed
    assert lab.fault().seed == fault.seed
    assert changes(lab) == before


def test_another_seed_takes_the_first_one_back(fault):
    other = ecslab.fault(fault._lab, kind="command-exits")
    assert repr(other).startswith(f"Fault {fault.seed} was taken back first.\nFault {other.seed}. ")
    with pytest.raises(FaultGone, match=f"fault {other.seed} is"):
        fault.symptoms()


@pytest.mark.parametrize("how", ["reset", "cut"])
def test_a_fault_that_is_gone_says_so_and_can_be_had_again(fault, how):
    lab = fault._lab
    if how == "reset":
        lab.control("reset", seed=7)
    else:
        lab.control("cut", position=lab.control("journal")["entries"][-1]["position"])
    with pytest.raises(FaultGone, match=r"it was reset, or what made\s+the fault was taken back"):
        fault.check()
    again = ecslab.fault(lab)
    assert again.seed == fault.seed
    assert repr(again).startswith(f"Fault {fault.seed} is no longer in the sandbox: it was reset, or taken")
    assert solve(again).outcome.value == "Done"


def test_a_service_deleted_behind_its_back(fault):
    fault._lab.ecs.delete_service(cluster=fault.names.cluster, service=fault.names.service, force=True)
    assert fault.check().text.startswith(
        f"The service `{fault.names.service}` is not there any more: it was deleted, or its cluster was."
    )
    assert repr(fault.hint()) == ("Create it again under the same name, or start over with fault.again().")
    assert repr(fault.wait()).startswith("20 s later: ")
    assert fault.again().symptoms().tables[0].rows


def test_a_thing_deleted_behind_its_back(lab):
    fault = ecslab.fault(lab, kind="secret-denied")
    fault.deploy(forceNewDeployment=True)
    ecslab.execution_role.delete(lab, fault.names.execution_role)
    text = fault.check().text
    assert re.match(
        r"Something that the application needs is not there: The role with name .*fault-execution", text
    )
    assert "fault.again()" in repr(fault.hint())


def test_a_damaged_note_counts_as_none(fault):
    path = fault._lab.home / "lab" / "faults-sandbox-123456789012-us-east-1-lab.json"
    path.write_text(json.dumps({"open": {"seed": 1}}))
    with pytest.raises(FaultGone, match="none is open"):
        fault.score()


def test_a_real_account_is_not_touched(lab):
    class Real:
        where = "aws"

    with pytest.raises(
        SandboxOnly, match=r"The fault lab works in the sandbox only.*\n.*nothing was touched"
    ):
        ecslab.fault(Real())


def test_no_such_kind(lab):
    with pytest.raises(NoSuchFault, match=r"there is no fault .gremlins.\.\n  there are: "):
        ecslab.fault(lab, kind="gremlins")


def test_no_such_variant(lab):
    with pytest.raises(ValueError, match="variant is -1; it can be 0 to 999"):
        ecslab.fault(lab, kind="desired-0", variant=-1)


def test_no_such_seed_and_the_open_fault_stays(fault):
    with pytest.raises(NoSuchFault, match="no fault has the seed 1000000"):
        ecslab.fault(fault._lab, seed=1_000_000)
    assert ecslab.fault(fault._lab).seed == fault.seed


# What it shows ---------------------------------------------------------------------------------------------


def test_symptoms_are_tables_under_the_calls_that_give_them(lab):
    fault = ecslab.fault(lab, kind="wrong-path")
    symptoms = fault.symptoms()
    assert [table.title for table in symptoms.tables] == [
        "aws ecs describe-services: deployments",
        "aws ecs describe-tasks (the newest)",
        "aws ecs describe-services: events, the newest first",
        "aws elbv2 describe-target-health",
        "A visitor",
    ]
    assert symptoms._repr_html_().count("<table>") == 5
    assert fault.causes()._repr_html_().count("<li>") == 6
    assert fault._repr_markdown_().count("  \n") == 2


def test_the_panel_judges_as_the_calls_do(fault):
    panel = fault.panel()
    assert CATALOGUE["desired-0"].texts.cause in panel.text()
    panel.choice = "abcdef".index(right(fault))
    panel.asked = {"part": "cause"}
    assert panel.verdict["text"] == "Done. That is the cause.\nScore: cause right, evidence open, fix open."
    panel.call, panel.field = "ecs describe-services", "desiredCount"
    panel.asked = {"part": "evidence"}
    assert panel.verdict["right"]
    fault.undo()
    panel.asked = {"part": "fix"}
    assert panel.verdict["text"].startswith(f"fault {fault.seed} is not the one at hand.")
