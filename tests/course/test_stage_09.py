"""Stage 09: what its checks say of a fresh account, of solutions, and of states that are wrong."""

import json

import pytest
from course_rig import make_role, run, said, short

import ecslab

SECRET, ROLE = "adgu/database-password", "ecsTaskExecutionRole"


@pytest.fixture
def lab(lab):
    lab.goto("09")
    return lab


def allow(lab, role, action, resource, name="wrong"):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    lab.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy)


def secret(lab, name=SECRET):
    return ecslab.secret.create(lab, "s3cret", name)["ARN"]


CHECKED, WATCHED = "adgu-guestbook-checked", "adgu-guestbook-watched"


def guestbook(lab, change, wait=True, family=None):
    """A guestbook whose containers were changed before they were registered, and its task."""
    containers = {container["name"]: container for container in _three(lab)}
    change(containers)
    definition = ecslab.guestbook.register(lab, *containers.values(), family=family)
    return run(lab, definition["taskDefinitionArn"], wait="RUNNING" if wait else "PENDING")


def _three(lab):
    if not ecslab.secret.find(lab):
        secret(lab)
        ecslab.secret.allow(lab)
    return [ecslab.guestbook.database(lab), ecslab.guestbook.writer(lab), ecslab.guestbook.web(lab)]


def read(lab, role=None, command=None):
    """The reader, run to its end under a task role (its name), or none."""
    secret(lab)
    reader = ecslab.guestbook.reader(lab)
    if command:
        reader["command"] = command
    more = {"taskRoleArn": f"arn:aws:iam::{lab.account}:role/{role}"} if role else {}
    definition = ecslab.guestbook.register(lab, reader, family=lab.names.reader, **more)
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    return ecslab.containers.ended(lab, task)


# The secret ---------------------------------------------------------------------------------------------


def other_name(lab):
    secret(lab, "database-password")


def deleted(lab):
    secret(lab)
    lab.client("secretsmanager").delete_secret(SecretId=SECRET)


def no_execution_role(lab):
    secret(lab)
    ecslab.execution_role.delete(lab)


def every_secret(lab):
    secret(lab)
    allow(lab, ROLE, "secretsmanager:GetSecretValue", "*")


def another_secret(lab):
    secret(lab)
    allow(lab, ROLE, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:1:secret:x-abcdef")


def another_action(lab):
    allow(lab, ROLE, "secretsmanager:DescribeSecret", secret(lab))


def task_role_instead(lab):
    ecslab.task_role.create(lab)
    secret(lab)
    ecslab.secret.allow(lab, lab.names.task_role)


# The guestbook ------------------------------------------------------------------------------------------


def alone(lab):
    def change(containers):
        del containers["writer"], containers["database"], containers["web"]["dependsOn"]

    guestbook(lab, change)


def in_the_clear(lab):
    def change(containers):
        containers["writer"]["environment"].append({"name": "DATABASE_PASSWORD", "value": "open sesame"})
        del containers["writer"]["secrets"]

    guestbook(lab, change)


def without_the_secret(lab):
    guestbook(lab, lambda containers: containers["writer"].pop("secrets"))


def not_waiting(lab):
    guestbook(lab, lambda containers: containers["web"]["dependsOn"].pop(0))


def waiting_for_the_start(lab):
    guestbook(lab, lambda containers: containers["web"]["dependsOn"][0].update(condition="START"))


def nothing_shared(lab):
    guestbook(lab, lambda containers: containers["web"].pop("mountPoints"))


def secret_denied(lab):
    secret(lab)
    run(lab, ecslab.guestbook.register(lab)["taskDefinitionArn"], wait="STOPPED")


def stopped_by_hand(lab):
    ecslab.task.stop(lab, guestbook(lab, lambda _: None))


def unhealthy(lab):
    def change(containers):
        wrong = {"command": ["CMD-SHELL", "wget -q -O - localhost:81"], "interval": 5, "retries": 1}
        containers["web"] |= {"healthCheck": wrong, "image": ecslab.guestbook.HTTPD_ALPINE}

    guestbook(lab, change)
    lab.control("advance", seconds=120)


def only_registered_wrongly(lab):
    containers = _three(lab)
    containers[2]["dependsOn"][0]["condition"] = "START"
    ecslab.guestbook.register(lab, *containers)


# The task role ------------------------------------------------------------------------------------------


def no_task_role(lab):
    read(lab)


def role_without_the_right(lab):
    ecslab.task_role.create(lab)
    read(lab, lab.names.task_role)


def execution_role_as_task_role(lab):
    secret(lab)
    ecslab.secret.allow(lab)
    read(lab, ROLE)


def role_for_every_secret(lab):
    ecslab.task_role.create(lab)
    allow(lab, lab.names.task_role, "secretsmanager:*", "*")
    read(lab, lab.names.task_role)


def misspelt_command(lab):
    ecslab.task_role.create(lab)
    read(lab, lab.names.task_role, ["secretsmanager", "get-secret-value"])


def nobody_trusts_it(lab):
    make_role(lab, service="ec2.amazonaws.com", policy=None, name=lab.names.task_role)
    secret(lab)
    reader = ecslab.guestbook.reader(lab)
    arn = f"arn:aws:iam::{lab.account}:role/{lab.names.task_role}"
    definition = ecslab.guestbook.register(lab, reader, family=lab.names.reader, taskRoleArn=arn)
    with pytest.raises(lab.ecs.exceptions.ClientException, match="unable to assume the role"):
        run(lab, definition["taskDefinitionArn"])


# The exercises ------------------------------------------------------------------------------------------


def checked_by(command, name="web", image=ecslab.guestbook.HTTPD_ALPINE):
    """A guestbook of which one container is asked by this command."""

    def change(containers):
        containers["web"]["image"] = image
        containers[name]["healthCheck"] = {"command": ["CMD-SHELL", command], "interval": 5, "retries": 1}

    def make(lab):
        guestbook(lab, change, family=CHECKED)
        lab.control("advance", seconds=120)

    return make


def asked_and_stopped(lab):
    checked_by("wget -q -O - http://localhost/")(lab)
    arns = lab.ecs.list_tasks(cluster=lab.names.cluster, family=CHECKED)["taskArns"]
    for arn in arns:
        lab.ecs.stop_task(cluster=lab.names.cluster, task=arn, reason="lunch")
    lab.control("advance", seconds=120)


def asked_in_a_definition_only(lab):
    containers = _three(lab)
    containers[2]["healthCheck"] = {"command": ["CMD-SHELL", "wget -q -O - localhost"]}
    ecslab.guestbook.register(lab, *containers, family=CHECKED)


LOOP = ("sh", "-c", "while true; do redis-cli ping; sleep 60; done")


def side(lab, command=LOOP, **changes):
    logs = {"logConfiguration": ecslab.guestbook.logs(lab)}
    return {"name": "side", "image": ecslab.guestbook.REDIS, "command": list(command)} | logs | changes


def unread(lab):
    """A sidecar that works, and whose lines go nowhere."""

    def change(containers):
        containers["side"] = side(lab, essential=False)
        del containers["side"]["logConfiguration"]

    guestbook(lab, change, family=WATCHED)


def in_the_main_family(lab):
    guestbook(lab, lambda containers: containers.update(side=side(lab, essential=False)))


def with_side(wait=True, instead=None, then=0.0, **changes):
    """A guestbook with a fourth container, or one in place of another."""

    def make(lab):
        def change(containers):
            containers["side"] = side(lab, **changes)
            if instead:
                del containers[instead]
                waits = containers["web"]["dependsOn"]
                waits[:] = [dependency for dependency in waits if dependency["containerName"] != instead]

        guestbook(lab, change, wait, WATCHED)
        lab.control("advance", seconds=then)

    return make


def side_and_stopped(lab):
    with_side(essential=False)(lab)
    lab.ecs.stop_task(
        cluster=lab.names.cluster, reason="lunch",
        task=lab.ecs.list_tasks(cluster=lab.names.cluster, family=WATCHED)["taskArns"][0],
    )  # fmt: skip
    lab.control("advance", seconds=120)


def side_in_a_definition_only(lab):
    ecslab.guestbook.register(lab, *_three(lab), side(lab, essential=False), family=WATCHED)


def newest(lab, family="adgu-guestbook"):
    tasks = []
    for status in ("RUNNING", "STOPPED"):
        arns = lab.ecs.list_tasks(cluster=lab.names.cluster, family=family, desiredStatus=status)["taskArns"]
        tasks += lab.ecs.describe_tasks(cluster=lab.names.cluster, tasks=arns)["tasks"] if arns else []
    return short(max(tasks, key=lambda task: task["createdAt"]))


def of(text, family="adgu-guestbook"):
    """The message with the newest task's short id in place of {task}."""
    return lambda lab: text.replace("{task}", newest(lab, family))


READER = "adgu-guestbook-reader"
WRONG = {
    "the secret has another name": (
        "09.secret", other_name,
        f"There is a secret `database-password`, but the lesson's is called `{SECRET}`.",
    ),
    "the secret was deleted": (
        "09.secret", deleted,
        f"`{SECRET}` is deleted: AWS keeps it for some days, and nobody can read it.",
    ),
    "there is no execution role": (
        "09.secret", no_execution_role,
        f"There is no role `{ROLE}`, which Fargate would read the secret with.",
    ),
    "the execution role may read every secret": (
        "09.secret", every_secret,
        f"`{ROLE}` may read every secret of the account; it needs this one only.",
    ),
    "the execution role may read another secret": (
        "09.secret", another_secret,
        f"`{ROLE}` may read arn:aws:secretsmanager:us-east-1:1:secret:x-abcdef, and that is not `{SECRET}`.",
    ),
    "the execution role may describe the secret, not read it": (
        "09.secret", another_action,
        f"`{ROLE}` may do secretsmanager:DescribeSecret with `{SECRET}`; to read its value it needs "
        "secretsmanager:GetSecretValue.",
    ),
    "the task role may read the secret, the execution role may not": (
        "09.secret", task_role_instead,
        f"`adguGuestbookTaskRole` may read `{SECRET}`, but `{ROLE}` may not: a secret that the definition "
        "names is fetched before your program starts, by the execution role.",
    ),
    "one container of the three": (
        "09.guestbook", alone,
        of("Task {task} runs `adgu-guestbook:1`: its containers are web; `database` is missing."),
    ),
    "the password stands in the environment": (
        "09.guestbook", in_the_clear,
        of("Task {task} runs `adgu-guestbook:1`: `DATABASE_PASSWORD` of `writer` stands in `environment`, "
           "where "
           "everybody reads it who may describe the definition. It belongs into `secrets`."),
    ),
    "nobody is given the secret": (
        "09.guestbook", without_the_secret,
        of("Task {task} runs `adgu-guestbook:1`: no container is given the secret."),
    ),
    "the web container does not wait": (
        "09.guestbook", not_waiting,
        of("Task {task} runs `adgu-guestbook:1`: `web` does not wait for `database`: it has no "
           "`dependsOn` that "
           "names it."),
    ),
    "the web container waits for the start only": (
        "09.guestbook", waiting_for_the_start,
        of("Task {task} runs `adgu-guestbook:1`: `web` waits for `database` only by START: a database "
           "that was "
           "started does not answer yet. The condition is HEALTHY."),
    ),
    "the two share no volume": (
        "09.guestbook", nothing_shared,
        of("Task {task} runs `adgu-guestbook:1`: `writer` and `web` share no volume: what the one writes, "
           "the "
           "other does not see."),
    ),
    "the execution role is refused the secret": (
        "09.guestbook", secret_denied,
        of("Task {task} never started: Fargate could not read the secret for it."),
    ),
    "the guestbook was stopped by hand": (
        "09.guestbook", stopped_by_hand,
        of("Task {task} was stopped (Task stopped by user), and no other runs."),
    ),
    "the web container is unhealthy": (
        "09.guestbook", unhealthy,
        of("Task {task} is RUNNING, but its container `web` is UNHEALTHY."),
    ),
    "registered so that the web container waits for the start only": (
        "09.guestbook", only_registered_wrongly,
        "`adgu-guestbook:1` is registered, and: `web` waits for `database` only by START: a database that "
        "was "
        "started does not answer yet. The condition is HEALTHY.",
    ),
    "the reader has no task role": (
        "09.task-role", no_task_role,
        of("Task {task} ended with exit code 253: its definition names no task role, so the program has no "
           "credentials.", READER),
    ),
    "the task role allows nothing": (
        "09.task-role", role_without_the_right,
        of("Task {task} ended with exit code 254: `adguGuestbookTaskRole` is its task role, and AWS "
           "refused its "
           "call.", READER),
    ),
    "the execution role was given as the task role": (
        "09.task-role", execution_role_as_task_role,
        f"`{READER}:1` has the execution role as its task role: now your program may do what only Fargate "
        "should.",
    ),
    "the task role may read every secret": (
        "09.task-role", role_for_every_secret,
        of("Task {task} read the secret, but `adguGuestbookTaskRole` may read every secret; it needs this "
           "one "
           "only.", READER),
    ),
    "the reader's command is not one": (
        "09.task-role", misspelt_command,
        of("Task {task} ended with exit code 252. Its log says why.", READER),
    ),
    "the web server is asked on another port": (
        "09.yours-1", checked_by("wget -q -O - http://localhost:81/"),
        "`web` is asked, and does not answer as it should: it is UNHEALTHY.",
    ),
    "the web server is asked for a page that is not there": (
        "09.yours-1", checked_by("wget -q -O - http://localhost/nothing-here"),
        "`web` is asked, and does not answer as it should: it is UNHEALTHY.",
    ),
    "the image has no curl": (
        "09.yours-1", checked_by("curl -f http://localhost/", image=ecslab.guestbook.HTTPD),
        "`web` is UNHEALTHY, but its server is well: the check runs `curl`, which the image `httpd:2.4` does "
        "not have. The shell's exit code is then 127.",
    ),
    "nor has the other": (
        "09.yours-1", checked_by("curl -f http://localhost/"),
        "`web` is UNHEALTHY, but its server is well: the check runs `curl`, which the image "
        "`httpd:2.4-alpine` does not have. The shell's exit code is then 127.",
    ),
    "the health check asks nobody": (
        "09.yours-1", checked_by("exit 0"),
        "`web`'s health check, `exit 0`, does not ask the web server: it would pass without one, too.",
    ),
    "the health check is the writer's": (
        "09.yours-1", checked_by("exit 0", "writer"),
        "`writer` has a health check, and `web` has none: the task's health says nothing about the web "
        "server.",
    ),
    "the health check was registered, and not run": (
        "09.yours-1", asked_in_a_definition_only,
        "`adgu-guestbook-checked:1` is as the exercise asks, but it was only registered: no task of it was "
        "run.",
    ),
    "the task whose web server is asked was stopped": (
        "09.yours-1", asked_and_stopped,
        of("Task {task} was as the exercise asks, but it was stopped (lunch).", CHECKED),
    ),
    "the sidecar is essential": (
        "09.yours-2", with_side(),
        "`side` is essential: if it ends, ECS stops the whole task.",
    ),
    "the sidecar has ended": (
        "09.yours-2", with_side(command=("sh", "-c", "sleep 5"), essential=False, then=60),
        "`side` has ended, with exit code 0: it does not watch any more.",
    ),
    "the sidecar runs in place of another": (
        "09.yours-2", with_side(instead="writer", essential=False),
        "`side` runs in place of `writer`: a sidecar comes in addition to the others.",
    ),
    "the sidecar only sleeps": (
        "09.yours-2", with_side(command=("sh", "-c", "sleep 3600"), essential=False, then=120),
        "`side` runs, but its log is empty, and its command does not ask the database.",
    ),
    "the sidecar only says that it watches": (
        "09.yours-2",
        with_side(command=("sh", "-c", "while true; do echo watching; sleep 60; done"), essential=False),
        "`side` runs, but the database never answered it. Its last line is: watching",
    ),
    "the sidecar asks where no database is": (
        "09.yours-2",
        with_side(
            command=("sh", "-c", "while true; do redis-cli -h 127.0.0.2 ping 2>&1; sleep 60; done"),
            essential=False,
        ),
        "`side` runs, but the database never answered it. Its last line is: Could not connect to Redis at "
        "127.0.0.2:6379: Connection refused",
    ),
    "the sidecar has no log configuration": (
        "09.yours-2", unread,
        "`side` has no `logConfiguration`: nobody can read what it prints, and nobody can see whether it "
        "asks.",
    ),
    "the sidecar's image does not exist": (
        "09.yours-2", with_side(wait=False, image="public.ecr.aws/docker/library/redis:0", then=300),
        of("Task {task} stopped: CannotPullContainerError: pull image manifest has been retried 1 time(s): "
           "failed to resolve ref public.ecr.aws/docker/library/redis:0: "
           "public.ecr.aws/docker/library/redis:0: not found. Its image could not be fetched: see the "
           "image's name and tag.", WATCHED),
    ),
    "the sidecar was registered, and not run": (
        "09.yours-2", side_in_a_definition_only,
        "`adgu-guestbook-watched:1` is as the exercise asks, but it was only registered: no task of it was "
        "run.",
    ),
    "the task with the sidecar was stopped": (
        "09.yours-2", side_and_stopped,
        of("Task {task} was as the exercise asks, but it was stopped (lunch).", WATCHED),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_state_is_named(lab, name):
    step, make, message = WRONG[name]
    make(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("09.secret", f"There is no secret `{SECRET}`."),
        ("09.guestbook", "There is no task definition `adgu-guestbook`."),
        ("09.task-role", "No task of `adgu-guestbook-reader` was run in `adgu-cluster`."),
        ("09.yours-1", f"No task of `{CHECKED}` is RUNNING."),
        ("09.yours-2", f"No task of `{WATCHED}` with a fourth container is RUNNING."),
    ],
)
def test_at_first_there_is_nothing(lab, step, text):
    assert said(lab, step) == ("Not yet", text)


def test_kept_and_not_yet_allowed(lab):
    secret(lab)
    assert said(lab, "09.secret") == ("Not yet", f"`{SECRET}` is kept, but `{ROLE}` may not read it.")


def test_who_waits_is_named_meanwhile(lab):
    task = guestbook(lab, lambda _: None, wait=False)
    lab.control("advance", seconds=16)
    words = f"Task {short(task)} is PENDING: `web`, `writer` wait."
    assert said(lab, "09.guestbook") == ("Not yet", words)


def test_a_task_role_that_no_task_can_put_on(lab):
    nobody_trusts_it(lab)
    assert said(lab, "09.task-role")[0] == "Not yet"


def test_the_history_ends_with_the_health_that_is_shown_late(lab):
    secret(lab)
    ecslab.secret.allow(lab)
    definition = ecslab.guestbook.register(lab)
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    history = ecslab.containers.watch(lab, task)
    healthy_at = history.first("database", health="HEALTHY")
    assert healthy_at is not None
    assert healthy_at > history.first("web")


def test_a_sidecar_in_the_main_line_s_family_is_not_the_exercise(lab):
    in_the_main_family(lab)
    words = f"No task of `{WATCHED}` with a fourth container is RUNNING."
    assert said(lab, "09.yours-2") == ("Not yet", words)


def test_a_sidecar_that_asks_later_has_time(lab):
    with_side(command=("sh", "-c", "while true; do sleep 600; redis-cli ping; done"), essential=False)(lab)
    assert said(lab, "09.yours-2") == ("Not yet", "`side` runs, and has printed nothing yet.")


def test_the_exercises_leave_the_main_line_as_it_is(lab):
    for step in ("09.secret", "09.guestbook"):
        lab.solve(step)
    before = lab.ecs.list_task_definitions(familyPrefix="adgu-guestbook")["taskDefinitionArns"]
    for step in ("09.yours-1", "09.yours-2"):
        lab.solve(step)
        assert said(lab, step)[0] == "Done"
    own = [arn for arn in lab.ecs.list_task_definitions()["taskDefinitionArns"] if "adgu-guestbook:" in arn]
    assert own == before
    assert said(lab, "09.guestbook")[0] == "Done"


def draft(lab):
    definition = ecslab.guestbook.register(
        lab, *ecslab.guestbook.draft(lab), family=lab.name(ecslab.guestbook.DRAFT)
    )
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    return ecslab.containers.ended(lab, task)


def test_the_questions_are_answered_from_the_account(lab):
    questions = {name: lab.question(f"09.{name}") for name in ("failed-first", "addresses", "stream")}
    for question in questions.values():
        said_of_nothing = question.answer("1")
        assert not said_of_nothing.startswith(("Right", "Not this"))
    draft(lab)
    lab.solve("09.secret")
    task = lab.solve("09.guestbook")
    wrong = {"failed-first": "database", "addresses": "3", "stream": "guestbook/writer"}
    right = {
        "failed-first": "writer", "addresses": "1",
        "stream": f"guestbook/writer/{task['taskArn'].rpartition('/')[2]}",
    }  # fmt: skip
    for name, question in questions.items():
        assert question.answer(wrong[name]).startswith("Not this.")
        assert question.answer(right[name]).startswith("Right.")


def test_each_line_of_a_log_has_its_container_and_an_unlogged_one_says_so(lab):
    unread(lab)
    arn = lab.ecs.list_tasks(cluster=lab.names.cluster, family=WATCHED)["taskArns"][0]
    task = lab.ecs.describe_tasks(cluster=lab.names.cluster, tasks=[arn])["tasks"][0]
    rows = ecslab.containers.logs(lab, task).rows
    assert ("writer", "I was given a password") in rows
    assert ("side", "(kept nowhere: the container has no logConfiguration)") in rows
    assert {name for name, _ in rows} == {"database", "writer", "web", "side"}


def test_the_end_of_the_notebook_stops_what_it_started(lab):
    draft(lab)
    for step in ("09.secret", "09.guestbook", "09.yours-1", "09.yours-2"):
        lab.solve(step)
    assert ecslab.guestbook.stop(lab) == 3
    assert lab.ecs.list_tasks(cluster=lab.names.cluster)["taskArns"] == []


def test_the_figure_and_the_prediction_say_the_same_of_a_missing_task_role(lab):
    figure = str(ecslab.figures.two_roles())
    assert "no credentials" in figure
    assert "calls are denied" not in figure
    read(lab)
    outcome = lab.predict("09.without-a-task-role", skip=True) and lab.outcome("09.without-a-task-role", 253)
    assert "no credentials" in str(outcome)
