import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from ecslab.course import STAGES
from ecslab.sandbox.honesty import LINES, rows
from ecslab.sandbox.wire.carried import CARRIED
from ecslab.sandbox.wire.fields.table import sections
from ecslab.sandbox.world.time.durations import steps


def test_every_stage_says_something_and_no_line_is_lost():
    assert {stage for line in LINES for stage in line.stages} == set(STAGES)
    assert all(line.text.endswith(".") and line.topic for line in LINES)
    assert len({line.topic for line in LINES}) == len(LINES)


def test_a_stage_shows_its_lines(lab):
    lines = lab.honesty("02")
    assert [row["topic"] for row in lines.rows] == [
        "Clusters", "Container Insights", "Container instances", "EC2 and external capacity"
    ]  # fmt: skip
    assert repr(lines).splitlines()[1].startswith(
        "simplified  Container Insights: A cluster with the setting tells of its services: CPU, memory"
    )
    assert ">simplified</td>" in lines._repr_html_()


def test_the_verb_serves_the_whole_table(lab):
    assert [row["topic"] for row in lab.control("honesty")["rows"]] == [row["topic"] for row in rows()]


def test_the_whole_page_says_what_is_carried_and_what_becomes_of_each_field(lab):
    page = lab.honesty()
    assert [row["service"] for row in page.carried] == [service.name for service in CARRIED]
    for row in page.carried:
        for kind in ("acts", "refused", "kept"):
            named = [f"{name}.{field}" for name, section in sections(row["service"]).items()
                     for field, own in section.kinds.items() if own == kind]  # fmt: skip
            assert row[kind] == named
            assert kind != "kept" or ", ".join(named) in page._repr_html_()
    ecs = page.carried[0]
    numbers = [len(ecs[kind]) for kind in ("operations", "acts", "refused", "kept")]
    lines = [line.split() for line in repr(page).splitlines()]
    assert ["ecs", *map(str, numbers)] in lines and lines[-1][0] == "together"
    assert lab.honesty("02").carried == ()


def sample(shape):
    """The least that a client lets through as an argument of this shape."""
    if shape.type_name == "structure":
        wanted = shape.required_members or list(shape.members)[: shape.is_tagged_union]
        return {name: sample(shape.members[name]) for name in wanted}
    if shape.type_name == "list":
        return [sample(shape.member)] * shape.metadata.get("min", 0)
    return {"string": "x" * 20, "blob": b"x", "map": {}, "boolean": True}.get(shape.type_name, 1)


def test_what_is_absent_is_refused_in_a_sentence(lab):
    # An unknown definition is refused before StartTask itself is.
    lab.ecs.register_task_definition(
        family="x" * 20, containerDefinitions=[{"name": "web", "image": "httpd:2.4", "memory": 64}]
    )
    for service, name in (each.split(":") for line in LINES for each in line.refused):
        client = lab.client(service)
        input_shape = client.meta.service_model.operation_model(name).input_shape
        with pytest.raises(ClientError) as refusal:
            getattr(client, xform_name(name))(**(sample(input_shape) if input_shape else {}))
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500, name
        assert "This sandbox does not carry" in refusal.value.response["Error"]["Message"], name


def test_durations_are_those_that_tasks_run_by():
    text = next(line.text for line in LINES if line.topic == "Durations")
    assert f"PENDING after {steps()['pull_started'].spoken} s" in text
    assert f"PENDING for {steps()['unreachable'].spoken} s" in text


def test_every_other_operation_of_the_course_is_carried(lab):
    """What is called the same as on AWS must at least answer: each read of the lesson's services."""
    lab.ecs.describe_clusters()
    lab.ecr.describe_repositories()
    lab.logs.describe_log_groups()
    assert lab.ecs.list_task_definitions()["taskDefinitionArns"] == []


def test_it_says_whether_changes_are_seen_late(lab):
    assert "Changes are seen at once" in lab.honesty("14").text
    assert "Changes are seen late" not in lab.honesty("02").text
    lab.control("eventual", on=True)
    assert "Changes are seen late: Reads show a change after 0 to 4 seconds" in lab.honesty("02").text
    assert "Changes are seen at once" not in lab.honesty("14").text
