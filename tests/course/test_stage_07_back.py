"""Stage 07: the guestbook's back, behind the same load balancer."""

import pytest
from course_rig import said
from test_stage_07 import arn_of, balanced, target_group

import ecslab
from ecslab import guestbook, load_balancer
from ecslab.course.catalogue import step_named
from ecslab.operations.guestbook.back import register_back

BACK = "07.back"


def listener(lab):
    return load_balancer.listener(lab)["ListenerArn"]


def rule(lab, *patterns, to="adgu-back", priority=10, host=None):
    conditions = [{"Field": "path-pattern", "Values": list(patterns)}] if patterns else []
    conditions += [{"Field": "host-header", "Values": [host]}] if host else []
    lab.elbv2.create_rule(
        ListenerArn=listener(lab), Priority=priority, Conditions=conditions,
        Actions=[{"Type": "forward", "TargetGroupArn": arn_of(lab, to)}],
    )  # fmt: skip


def ruled(*patterns, **how):
    """A maker: the front behind the load balancer, the back's target group, and a rule."""

    def make(lab):
        balanced(lab)
        target_group(lab, Name="adgu-back", HealthCheckPath="/api/health")
        rule(lab, *patterns, **how)

    return make


def served(lab, health="/api/health", family=None, groups=None, registers=True, advance=200, **change):
    """All of the step, but for what is told otherwise."""
    balanced(lab)
    arn = target_group(lab, Name="adgu-back", HealthCheckPath=health)
    rule(lab, "/api/*")
    definition = family or register_back_without_a_role(lab)
    network = ecslab.service.find(lab)["networkConfiguration"]
    network["awsvpcConfiguration"]["securityGroups"] = groups or [load_balancer.groups(lab)[1]]
    behind = [{"targetGroupArn": arn, "containerName": "back", "containerPort": 80}] if registers else []
    lab.ecs.create_service(**{
        "cluster": "adgu-cluster", "serviceName": "adgu-back", "taskDefinition": definition,
        "desiredCount": 1, "launchType": "FARGATE", "networkConfiguration": network, "loadBalancers": behind,
    } | change)  # fmt: skip
    lab.control("advance", seconds=advance)


def register_back_without_a_role(lab, **change):
    """The back's definition without logs, which need a role that is not there."""
    container = guestbook.back_container(lab)
    del container["logConfiguration"]
    return lab.ecs.register_task_definition(
        family="adgu-back", networkMode="awsvpc", requiresCompatibilities=["FARGATE"],
        cpu="256", memory="512", containerDefinitions=[{**container, **change}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip


def another_rule_first(lab):
    ruled("/api/*", priority=20)(lab)
    rule(lab, "/api/entries", to="adgu-web", priority=5)


def a_page_in_its_place(lab):
    served(lab, family="adgu-web-server-task", registers=False)


def an_image_that_is_not_there(lab):
    balanced(lab)
    missing = register_back_without_a_role(lab, image="public.ecr.aws/docker/library/no-such-image:1")
    target_group(lab, Name="adgu-back", HealthCheckPath="/api/health")
    rule(lab, "/api/*")
    network = ecslab.service.find(lab)["networkConfiguration"]
    behind = [{"targetGroupArn": arn_of(lab, "adgu-back"), "containerName": "back", "containerPort": 80}]
    lab.ecs.create_service(
        cluster="adgu-cluster", serviceName="adgu-back", taskDefinition=missing, desiredCount=1,
        launchType="FARGATE", networkConfiguration=network, loadBalancers=behind,
    )  # fmt: skip
    lab.control("advance", seconds=300)


def failing(lab):
    tasks = lab.ecs.list_tasks(cluster="adgu-cluster", desiredStatus="STOPPED", serviceName="adgu-back")
    task = lab.ecs.describe_tasks(cluster="adgu-cluster", tasks=tasks["taskArns"])["tasks"]
    newest = max(task, key=lambda each: each["createdAt"])
    return f"Tasks of `adgu-back` keep failing; the last was {ecslab.task.task_id(newest)[:8]}: "


WRONG = {
    "the back's target group has another name": (
        BACK,
        lambda lab: (balanced(lab), target_group(lab, Name="ADGU-back")),
        "There is a target group `ADGU-back`, but the back's is called `adgu-back`.",
    ),
    "the back's rule has a pattern that does not fit": (
        BACK,
        ruled("/api"),
        "A rule leads to `adgu-back`, but its pattern is `/api`, and that does not fit `/api/entries`.",
    ),
    "the back's rule looks at the host only": (
        BACK,
        ruled("/api/*", host="www.example.com"),
        "The rule holds only where host-header fits too.",
    ),
    "the back's rule leads to the front": (
        BACK,
        ruled("/api/*", to="adgu-web"),
        "The rule with priority 10 takes the requests for `/api/entries`, and sends them to `adgu-web`, not "
        "to `adgu-back`.",
    ),
    "another rule comes before the back's": (
        BACK,
        another_rule_first,
        "The rule with priority 5 takes the requests for `/api/entries`, and sends them to `adgu-web`, not "
        "to `adgu-back`.",
    ),
    "the back's rule takes every path": (
        BACK,
        ruled("/*"),
        "The rule with priority 10 fits every path: `adgu-back` gets the requests for the page too, and has "
        "no page.",
    ),
    "the back runs the front's definition": (
        BACK,
        a_page_in_its_place,
        "`adgu-back` runs `adgu-web-server-task`; the back's definition is `adgu-back`.",
    ),
    "the back is not behind the load balancer": (
        BACK,
        lambda lab: served(lab, registers=False),
        "`adgu-back` does not register its tasks in the target group `adgu-back`: the requests find nobody "
        "there.",
    ),
    "the back is scaled to 0": (
        BACK,
        lambda lab: served(lab, desiredCount=0),
        "The desired count of `adgu-back` is 0: the load balancer has no target, and answers 503 by itself.",
    ),
    "the back's tasks are open to the world": (
        BACK,
        lambda lab: served(lab, groups=[load_balancer.groups(lab)[0]]),
        "The tasks of `adgu-back` are in `adgu-alb-http`, which admits port 80 from anywhere: visitors can "
        "bypass the load balancer and reach a task directly.",
    ),
    "the back's health checks ask for a page": (
        BACK,
        lambda lab: served(lab, health="/", healthCheckGracePeriodSeconds=600),
        "The health checks of `adgu-back` ask for `/`. The back has no such page, so it answers 404, and its "
        "task counts as unhealthy.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message)


def test_an_image_that_is_not_there_is_named(lab):
    an_image_that_is_not_there(lab)
    outcome, text = said(lab, BACK)
    assert outcome == "Look again"
    assert text.startswith(failing(lab))


def test_on_its_way(lab):
    assert said(lab, BACK) == ("Not yet", "`adgu-alb` has no listener on port 80 that could have a rule.")
    balanced(lab)
    assert said(lab, BACK) == ("Not yet", "There is no target group `adgu-back`.")
    target_group(lab, Name="adgu-back", HealthCheckPath="/api/health")
    assert said(lab, BACK) == (
        "Not yet",
        "The target group `adgu-back` is there. No rule of the listener looks for `/api/*` yet, so the front "
        "gets these requests.",
    )
    rule(lab, "/api/*")
    assert said(lab, BACK) == (
        "Not yet", "The rule for `/api/*` is there. There is no service `adgu-back` yet."
    )  # fmt: skip


def test_a_new_task_is_not_healthy_yet(lab):
    served(lab, advance=20)
    assert said(lab, BACK) == (
        "Not yet",
        "`adgu-back` has no healthy target yet: a new target needs one health check that passes.",
    )


@pytest.fixture
def open_book(lab):
    """The whole application, as the solutions make it."""
    lab.goto("08")
    return lab


def test_the_book_is_signed_and_read_through_the_load_balancer(open_book):
    lab = open_book
    assert said(lab, BACK) == (
        "Done",
        "Requests for `/api/*` go to `adgu-back`, which has a healthy target; all others go to `adgu-web`.",
    )  # fmt: skip
    assert guestbook.sign(lab, "Ana", "I was here")["entry"] == {"name": "Ana", "text": "I was here"}
    assert guestbook.entries(lab).rows == (("Ana", "I was here"),)
    assert load_balancer.page(lab).headers["server"].startswith("Apache")
    with pytest.raises(ecslab.EcslabError, match=r"api/entries answers 400"):
        guestbook.sign(lab, "", "x")


def test_the_book_ends_with_its_task(open_book):
    lab = open_book
    guestbook.sign(lab, "Ana", "I was here")
    for task in ecslab.service.tasks(lab, "adgu-back"):
        lab.ecs.stop_task(cluster="adgu-cluster", task=task["taskArn"], reason="to see what is left")
    ecslab.service.wait_until_stable(lab, "adgu-back")
    guestbook.wait_until_open(lab)
    assert guestbook.entries(lab).rows == ()


def test_making_it_again_changes_nothing(open_book):
    lab = open_book
    before = ecslab.service.find(lab, "adgu-back")["deployments"]
    rules = lab.elbv2.describe_rules(ListenerArn=listener(lab))["Rules"]
    guestbook.create_back(lab)
    step_named(BACK).solve(lab)
    assert ecslab.service.find(lab, "adgu-back")["deployments"] == before
    assert lab.elbv2.describe_rules(ListenerArn=listener(lab))["Rules"] == rules
    assert len(ecslab.task_definition.revisions(lab, "adgu-back")) == 1
    assert register_back(lab)["revision"] == 1


def test_the_exercises_leave_the_back_s_rule(open_book):
    lab = open_book
    load_balancer.practice_service(lab)
    rule(lab, "/old", to="adgu-practice", priority=40)
    load_balancer.delete_practice(lab)
    rules = lab.elbv2.describe_rules(ListenerArn=listener(lab))["Rules"]
    assert [rule["Priority"] for rule in rules] == ["10", "default"]
    assert said(lab, BACK)[0] == "Done"


def test_without_a_back_it_says_so(lab):
    balanced(lab)
    with pytest.raises(ecslab.EcslabError) as error:
        guestbook.entries(lab)
    assert str(error.value).startswith("the guestbook cannot be opened: /api/entries answers 404.")


def test_one_of_one_is_said_in_the_singular(lab):
    balanced(lab, advance=0, desiredCount=1)
    outcome, text = said(lab, "07.service")
    assert outcome == "Not yet"
    assert text.startswith("0 of 1 target is healthy")
