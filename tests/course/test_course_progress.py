import re

import ecslab
from ecslab.course import STAGES, STEPS
from ecslab.course import progress_store as store

FIRST = (
    "00  Start here       2 of 2                     your turn 0 of 1",
    "01  ECR              0 of 2                     your turn 0 of 2",
    "02  Cluster          0 of 1                     your turn 0 of 2",
    "03  Task definition  0 of 3                     your turn 0 of 2",
    "04  Run task         0 of 2                     your turn 0 of 2",
    "05  Verify           0 of 1                     your turn 0 of 2",
)
NEXT = "Next: Make a repository, in 01-ecr.ipynb"


def test_a_fresh_course(lab):
    *lines, last = repr(lab.progress()).splitlines()
    assert last == NEXT
    assert [line[:2] for line in lines] == list(ecslab.course.STAGES)
    for line, begin in zip(lines, FIRST, strict=False):
        assert line.startswith(begin)
    whole = STAGES["01"].minutes.here
    assert lines[1].endswith(f"about {whole} min")


def test_what_is_left_of_a_stage_is_its_share_of_the_measured_time(lab):
    ecslab.ecr.create_repository(lab)
    line = repr(lab.progress()).splitlines()[1]
    left = int(re.search(r"about (\d+) min", line)[1])
    assert 0 < left < STAGES["01"].minutes.here


def test_the_map_shows_where_one_is(lab):
    lab.goto("02")
    description = lab.progress().map().description
    assert "01 ECR: done; 02 Cluster: about " in description
    assert description.endswith("Next: 02.")


def test_what_was_done_once_counts(lab):
    lab.goto("04")
    ecslab.cleanup.run(lab)
    course = lab.progress()
    words = {row.step.id: row.word for row in course.rows}
    assert words["02.cluster"] == "done, no longer there"
    assert words["04.run"] == "not yet"
    assert words["99.nothing-left"] == "done"
    assert course.next.step.id == "04.network"


def test_a_wrong_state_is_next_with_its_reason(lab):
    lab.goto("02")
    lab.ecs.create_cluster(clusterName="ADGU-cluster")
    assert repr(lab.progress()).endswith(
        "Next: Make a cluster, in 02-cluster.ipynb: Look again. There is a cluster "
        "`ADGU-cluster`, but the lesson's is called `adgu-cluster`, letter by letter."
    )


def test_it_is_a_table_with_links(lab):
    table = lab.progress()._repr_html_()
    assert "<a href='04-run-task.ipynb'>04 · Run task</a>" in table
    assert "<li>Make a repository: <b>not yet</b>. There is no repository <code>adgu/web</code> in" in table


def test_what_the_solutions_of_the_end_do_counts(lab):
    lab.goto("99")
    for step in ("99.stopped", "99.deregistered", "99.nothing-left"):
        exec(lab.solution(step).code, {"lab": lab, "ecslab": ecslab})  # noqa: S102 — the code as shown
        lab.check(step)
    assert not [row for row in lab.progress().rows if row.step.stage == "99" and row.word == "look again"]


def test_all_done_in_words(lab):
    store.note_done(lab, *(step.id for step in STEPS))
    assert repr(lab.progress()).endswith("All steps are done.")


def test_what_was_done_for_the_learner_is_counted_apart(lab):
    lab.goto("03")
    rows = {row.step.id: row.word for row in lab.progress().rows}
    outcomes = [rows[step] for step in ("01.push", "02.cluster", "03.role")]
    assert outcomes == ["done for you", "done for you", "not yet"]
    lab.solve("03.role")
    ecslab.log_group.create(lab)
    lines = repr(lab.progress()).splitlines()
    assert "2 of 2 (2 done for you)" in lines[1]
    assert "2 of 3 (1 done for you)" in lines[3]


def test_going_back_makes_a_step_the_learner_s_own_again(lab):
    lab.goto("03")
    lab.goto("02", again=True)
    ecslab.cluster.create(lab)
    assert {row.step.id: row.word for row in lab.progress().rows}["02.cluster"] == "done"


def test_questions_and_predictions_count(lab):
    lab.predict("06.bare", 1)
    lab.predict("06.stop-one", skip=True)
    line = repr(lab.progress()).splitlines()[6]
    assert "questions 1 of " in line
