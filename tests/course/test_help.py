import pytest

import ecslab
from ecslab.course import STEPS, NoSuchHelper, NoSuchStep


def test_each_hint_says_more_and_the_last_stays(lab):
    lab.goto("02")
    hints = [repr(lab.hint()) for _ in range(4)]
    assert hints[0] == "Hint 1 of 3 for 02.cluster: A cluster needs one thing: a name, without spaces."
    assert hints[2] == hints[3]
    assert "`ecslab.cluster.create(lab)`" in hints[3]


def test_a_wrong_state_is_answered_first_and_a_new_one_begins_anew(lab):
    lab.goto("02")
    lab.hint()
    lab.ecs.create_cluster(clusterName="ADGU-cluster")
    hint = lab.hint()
    assert (hint.number, hint.of) == (1, 4)
    assert hint.text.startswith("`ecslab.cluster.create(lab)` uses the lesson's name.")
    assert lab.hint().text == "A cluster needs one thing: a name, without spaces."


def test_after_the_steps_come_the_exercises(lab):
    lab.goto("02")
    ecslab.cluster.create(lab)
    assert lab.hint().step == "02.yours-1"
    assert repr(lab.hint("02.cluster")) == "Make a cluster: this is done. `adgu-cluster` is ACTIVE."


def test_a_solution_is_the_tested_code(lab):
    assert repr(lab.solution("02.cluster")) == "# 02.cluster: Make a cluster\necslab.cluster.create(lab)"
    lab.goto("03")
    assert lab.solution().step == "03.role"
    assert lab.solution("02.yours-1").code.startswith("lab.ecs.create_cluster(")


def test_no_solution_shows_a_linter_s_remark():
    assert not [step.id for step in STEPS if "noqa" in step.code() or "type:" in step.code()]


def test_hints_and_solutions_show_themselves(lab):
    assert lab.hint("00.yours-1")._repr_markdown_().startswith("**Hint 1 of 3 for 00.yours-1.** A repository")
    assert "<pre>name = lab.name(&#34;adgu/scratch&#34;)" in lab.solution("00.yours-1")._repr_html_()


def test_a_step_can_be_done_for_you_and_gives_what_it_makes(lab, capsys):
    lab.goto("02")
    assert lab.solve("02.cluster")["clusterName"] == "adgu-cluster"
    assert str(lab.check("02.cluster")) == "Done. `adgu-cluster` is ACTIVE."
    assert capsys.readouterr().out.endswith(
        "Make a cluster, done for you by:\n\n    ecslab.cluster.create(lab)\n"
    )
    with pytest.raises(NoSuchStep, match=r"there is no step or stage '02.clustre'"):
        lab.solve("02.clustre")


def test_a_helper_shows_its_lines(lab):
    helper = lab.show("ecslab.task.run()")
    assert repr(helper).startswith("# ecslab.task.run\ndef run(\n    lab: Connection")
    assert '"launchType": "FARGATE",' in helper.code
    assert "<pre>def run(" in helper._repr_html_()


@pytest.mark.parametrize(
    ("wanted", "next_step"),
    [
        ("task.rn", "did you mean task.run"),
        ("boto3", "it takes a name such as task.run"),
        ("task", "did you mean task.run"),
        ("task.__doc__", "it takes a name"),
    ],
)
def test_what_is_no_helper_is_answered_with_what_is(lab, wanted, next_step):
    with pytest.raises(NoSuchHelper, match=f"there is no helper {wanted!r}.\n  next: {next_step}"):
        lab.show(wanted)
