import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from ecslab.course import STAGES
from ecslab.sandbox.honesty import LINES, rows
from ecslab.sandbox.world import timings


def test_every_stage_says_something_and_no_line_is_lost():
    assert {stage for line in LINES for stage in line.stages} == set(STAGES)
    assert all(line.text.endswith(".") and line.topic for line in LINES)
    assert len({line.topic for line in LINES}) == len(LINES)


def test_a_stage_shows_its_lines(lab):
    shown = lab.honesty("02")
    assert [row["topic"] for row in shown.rows] == [
        "Clusters", "Container Insights", "EC2 and external capacity"
    ]  # fmt: skip
    assert repr(shown).splitlines()[1] == (
        "pretended   Container Insights: The setting is kept and shown; no metrics come of it."
    )
    assert ">pretended</td>" in shown._repr_html_()


def test_the_verb_serves_the_whole_table(lab):
    assert [row["topic"] for row in lab.control("honesty")["rows"]] == [row["topic"] for row in rows()]


ARGUMENTS = {
    "ecs:CreateTaskSet": {"service": "web", "cluster": "lab", "taskDefinition": "web"},
    "ecs:RegisterContainerInstance": {},
}


@pytest.mark.parametrize("operation", [name for line in LINES for name in line.refused])
def test_what_is_absent_is_refused_in_a_sentence(lab, operation):
    service, name = operation.split(":")
    with pytest.raises(ClientError) as refusal:
        getattr(lab.client(service), xform_name(name))(**ARGUMENTS[operation])
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
    assert "sandbox" in refusal.value.response["Error"]["Message"]


def test_durations_are_those_that_tasks_run_by():
    text = next(line.text for line in LINES if line.topic == "Durations")
    assert f"PENDING after {timings.PULL_STARTED:.0f} s" in text
    assert "about 5 minutes" in text


def test_every_other_operation_of_the_course_is_carried(lab):
    """What is called the same as on AWS must at least answer: each read of the lesson's services."""
    lab.ecs.describe_clusters()
    lab.ecr.describe_repositories()
    lab.logs.describe_log_groups()
    assert lab.ecs.list_task_definitions()["taskDefinitionArns"] == []
