import ecslab

FIRST = """\
00  Start here       2 of 2         your turn 0 of 1       about 5 min
01  ECR              0 of 2         your turn 0 of 2       about 21 min
02  Cluster          0 of 1         your turn 0 of 2       about 9 min
03  Task definition  0 of 3         your turn 0 of 2       about 25 min
04  Run task         0 of 2         your turn 0 of 2       about 30 min
05  Verify           0 of 1         your turn 0 of 1       about 14 min
"""
NEXT = "Next: Make a repository (about 3 min), in 01-ecr.ipynb"


def test_a_fresh_course(lab):
    text = repr(lab.progress())
    assert text.startswith(FIRST)
    assert text.splitlines()[-1] == NEXT
    assert [line[:2] for line in text.splitlines()[:-1]] == list(ecslab.course.STAGES)


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
        "Next: Make a cluster (about 3 min), in 02-cluster.ipynb: Look again. There is a cluster "
        "`ADGU-cluster`, but the lesson's is called `adgu-cluster`, letter by letter."
    )


def test_it_is_a_table_with_links(lab):
    table = lab.progress()._repr_html_()
    assert "<a href='04-run-task.ipynb'>04 · Run task</a>" in table
    assert (
        "<li>Make a repository: <b>not yet</b>. There is no repository `adgu/web` in us-east-1.</li>" in table
    )


def test_all_done_in_words(lab):
    lab.goto("99")
    for step in ("99.stopped", "99.deregistered", "99.nothing-left"):
        exec(lab.solution(step).code, {"lab": lab, "ecslab": ecslab})  # noqa: S102 — the code as shown
        lab.check(step)
    assert repr(lab.progress()).endswith("All steps are done.")
