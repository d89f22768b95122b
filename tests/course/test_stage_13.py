"""Stage 13: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import HTTP, PUBLIC_IMAGE, make_group, make_role, put_image, run, said, short, until_pending

import ecslab

ENDS = {"image": "busybox:latest", "command": ["sh", "-c", "exit 3"]}
GUIDE = ("my-ecs-cluster", "my-task-def", "my-ecs-service", "my-container")
WIZARD = ("node-demo-cluster", "node-demo", "node-demo-service", "node-demo")
THEIRS = "221082201013.dkr.ecr.us-east-1.amazonaws.com/my-ecr-repo:latest"
MENDED, WIZARDRY, FORCED, BY_HAND = "13.repaired", "13.wizard", "13.yours-1", "13.yours-2"
ANSWERS = "`{}` keeps 1 running, and its page answers."


def define(lab, names, image=PUBLIC_IMAGE, family=None, **more):
    container = {"name": more.pop("container", names[3]), "image": image}
    container["portMappings"] = [{"containerPort": 80}]
    if "command" in more:
        container["command"] = more.pop("command")
    request = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
    registered = lab.ecs.register_task_definition(
        family=family or names[1], containerDefinitions=[container], **request | more
    )
    return registered["taskDefinition"]["taskDefinitionArn"]


def network(lab, public_ip="ENABLED", rules=(HTTP,), group=True):
    _, subnet = ecslab.network.default_subnet(lab)
    groups = {"securityGroups": [make_group(lab, *rules, name=f"http-{len(rules)}")]} if group else {}
    return {"awsvpcConfiguration": {"subnets": [subnet.id], "assignPublicIp": public_ip} | groups}


def serve(lab, names=GUIDE, cluster=None, definition=None, count=1, wait=60, **networking):
    """The document's service, as a learner's own calls would make it; some seconds later."""
    lab.ecs.create_cluster(clusterName=cluster or names[0])
    definition = definition or define(lab, names)
    lab.ecs.create_service(
        cluster=cluster or names[0], serviceName=names[2], taskDefinition=definition, desiredCount=count,
        launchType="FARGATE", networkConfiguration=network(lab, **networking),
    )  # fmt: skip
    lab.control("advance", seconds=wait)


def newest(lab, names=GUIDE):
    """The service's task that was started last, as the console shows its id."""
    tasks = []
    for status in ("RUNNING", "STOPPED"):
        arns = lab.ecs.list_tasks(cluster=names[0], serviceName=names[2], desiredStatus=status)["taskArns"]
        tasks += lab.ecs.describe_tasks(cluster=names[0], tasks=arns)["tasks"] if arns else []
    return tasks


def failed(lab, names=GUIDE):
    ended = [task for task in newest(lab, names) if task["desiredStatus"] == "STOPPED"]
    return max(ended, key=lambda task: task["createdAt"])


def deleted(names=GUIDE, wait=0):
    def make(lab):
        serve(lab, names)
        lab.ecs.delete_service(cluster=names[0], service=names[2], force=True)
        lab.control("advance", seconds=wait)

    return make


def with_ecr_image(lab, image=THEIRS):
    serve(lab, definition=define(lab, GUIDE, image, executionRoleArn=make_role(lab)))


def without_a_role(lab):
    role = f"arn:aws:iam::{lab.account}:role/ecsTaskExecutionRole"
    serve(lab, definition=define(lab, GUIDE, executionRoleArn=role))


def nothing_listens(names):
    def make(lab):
        serve(lab, names, definition=define(lab, names, "busybox:latest", command=["sleep", "9000"]))

    return make


def balanced(lab):
    vpc = ecslab.network.default_subnet(lab)[0].id
    zones = {subnet.az: subnet.id for subnet in ecslab.network.subnets(lab, vpc)}
    group = make_group(lab, HTTP, name="balancer")
    target = lab.elbv2.create_target_group(
        Name="node-demo", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = lab.elbv2.create_load_balancer(
        Name="node-demo", Subnets=[zones["us-east-1a"], zones["us-east-1b"]], SecurityGroups=[group]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    lab.elbv2.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
    )  # fmt: skip
    lab.ecs.create_cluster(clusterName=WIZARD[0])
    lab.ecs.create_service(
        cluster=WIZARD[0], serviceName=WIZARD[2], taskDefinition=define(lab, WIZARD), desiredCount=1,
        launchType="FARGATE", networkConfiguration=network(lab),
        loadBalancers=[{"targetGroupArn": target, "containerName": "node-demo", "containerPort": 80}],
    )  # fmt: skip


def served_from_ecr(lab, **more):
    """The mended service: its image is our own, `adgu/web:latest`."""
    lab.ecr.create_repository(repositoryName="adgu/web")
    ecslab.image.push(lab, ecslab.image.build("<h1>first</h1>", lab=lab))
    image = more.pop("image", f"{lab.account}.dkr.ecr.us-east-1.amazonaws.com/adgu/web:latest")
    serve(lab, definition=define(lab, GUIDE, image, executionRoleArn=make_role(lab)), **more)


def pushed(tag="latest", **more):
    def make(lab):
        served_from_ecr(lab, **more)
        ecslab.image.push(lab, ecslab.image.build("<h1>second</h1>", lab=lab), tag=tag)

    return make


def pushed_and_forced(wait, program=True):
    def make(lab):
        served_from_ecr(lab)
        if program:
            ecslab.image.push(lab, ecslab.image.build("<h1>second</h1>", lab=lab))
        else:
            put_image(lab, "adgu/web", "latest")
        lab.ecs.update_service(cluster=GUIDE[0], service=GUIDE[2], forceNewDeployment=True)
        lab.control("advance", seconds=wait)

    return make


def pinned(lab):
    served_from_ecr(lab)
    digest = ecslab.ecr.image(lab)["imageDigest"]
    image = f"{lab.account}.dkr.ecr.us-east-1.amazonaws.com/adgu/web@{digest}"
    role = f"arn:aws:iam::{lab.account}:role/ecsTaskExecutionRole"
    lab.ecs.update_service(
        cluster=GUIDE[0], service=GUIDE[2], taskDefinition=define(lab, GUIDE, image, executionRoleArn=role)
    )


MINE = ("my-cluster", "my-app", "my-app", "my-app")


def hand(lab, cluster="my-cluster", wait="RUNNING", stop=False, group=True, image="httpd:2.4", **more):
    """A task of `my-app`, by RunTask."""
    lab.ecs.create_cluster(clusterName=cluster)
    definition = define(lab, MINE, image, **{"cpu": "512", "memory": "1024"} | more)
    groups = [make_group(lab, HTTP)] if group else None
    task = run(lab, definition, groups=groups, cluster=cluster, wait=wait)
    if stop:
        lab.ecs.stop_task(cluster=cluster, task=task["taskArn"], reason="lunch")


def bare(lab, status="RUNNING"):
    arns = lab.ecs.list_tasks(cluster="my-cluster", family="my-app", desiredStatus=status)["taskArns"]
    return short(lab.ecs.describe_tasks(cluster="my-cluster", tasks=arns)["tasks"][0])


def as_a_service(lab):
    serve(lab, MINE, definition=define(lab, MINE, cpu="512", memory="1024"))


CLOSED = "`http-{}`, the security group of `{}`, does not admit port 80 from anywhere."
SHUT_IN = (
    "`{}` gives its tasks no public IP (assignPublicIp is DISABLED unless one says otherwise): they find no "
    "way out to fetch their image."
)
SHUT_OUT = (
    "`{}` was given no security group, so its tasks have the VPC's default group, which admits only itself."
)
EMPTY = "`{}` has the desired count 0: it keeps nothing running."
SILENT = "Task {} is RUNNING, but nobody answers at its port 80."
ENDED = (
    "Tasks of `{}` keep failing; the last was {}: Essential container in task exited. Its program ended with "
    "exit code 3, and with it the task."
)
WRONG = {
    "004's service with desired count 0": (
        MENDED, lambda lab: serve(lab, count=0), EMPTY.format(GUIDE[2]),
    ),
    "004's service runs another family": (
        MENDED, lambda lab: serve(lab, definition=define(lab, GUIDE, family="other")),
        "`my-ecs-service` runs `other`; the document's definition is `my-task-def`.",
    ),
    "004's container by another name": (
        MENDED, lambda lab: serve(lab, definition=define(lab, GUIDE, container="web")),
        "The container of `my-task-def` is called `web`, in the document `my-container`.",
    ),
    "004's service in the cluster default": (
        MENDED, lambda lab: serve(lab, cluster="default"),
        "The service `my-ecs-service` is in the cluster `default`, not in `my-ecs-cluster`.",
    ),
    "004's service without a public IP": (
        MENDED, lambda lab: serve(lab, public_ip="DISABLED"), SHUT_IN.format(GUIDE[2]),
    ),
    "004's service with its author's image": (
        MENDED, with_ecr_image,
        "`my-task-def:1` takes its image from account 221082201013, which is somebody else's; yours is "
        "123456789012.",
    ),
    "004's service in the default group": (
        MENDED, lambda lab: serve(lab, group=False), SHUT_OUT.format(GUIDE[2]),
    ),
    "004's service behind a closed group": (
        MENDED, lambda lab: serve(lab, rules=()), CLOSED.format(0, GUIDE[2]),
    ),
    "004's role is not there": (
        MENDED, without_a_role,
        "`my-ecs-service` starts no task: nobody can assume the execution role that its definition names.",
    ),
    "004's program ends": (
        MENDED,
        lambda lab: serve(lab, definition=define(lab, GUIDE, **ENDS)),
        lambda lab: ENDED.format(GUIDE[2], short(failed(lab))),
    ),
    "004's program listens nowhere": (
        MENDED, nothing_listens(GUIDE), lambda lab: SILENT.format(short(newest(lab)[0])),
    ),
    "004's service is being deleted": (
        MENDED, deleted(), "`my-ecs-service` is DRAINING: it was deleted, and its last tasks are stopping.",
    ),
    "004's service was deleted": (
        MENDED, deleted(wait=300),
        "`my-ecs-service` is INACTIVE: it was deleted, and nothing is kept running.",
    ),
    "002's service with desired count 0": (
        WIZARDRY, lambda lab: serve(lab, WIZARD, count=0), EMPTY.format(WIZARD[2]),
    ),
    "002's service in another cluster": (
        WIZARDRY, lambda lab: serve(lab, WIZARD, cluster="adgu-cluster"),
        "The service `node-demo-service` is in the cluster `adgu-cluster`, not in `node-demo-cluster`.",
    ),
    "002's container by another name": (
        WIZARDRY, lambda lab: serve(lab, WIZARD, definition=define(lab, WIZARD, container="web")),
        "The container of `node-demo` is called `web`, in the document `node-demo`.",
    ),
    "002's image misspelt": (
        WIZARDRY, lambda lab: serve(lab, WIZARD, definition=define(lab, WIZARD, "yourname/node-exmaple-1")),
        lambda lab: f"Tasks of `node-demo-service` keep failing; the last was {short(failed(lab, WIZARD))}: "
        f"{failed(lab, WIZARD)['stoppedReason']}. Its image could not be fetched: see the image's name and "
        "tag.",
    ),
    "002's service without a public IP": (
        WIZARDRY, lambda lab: serve(lab, WIZARD, public_ip="DISABLED"), SHUT_IN.format(WIZARD[2]),
    ),
    "002's service behind a closed group": (
        WIZARDRY, lambda lab: serve(lab, WIZARD, rules=()), CLOSED.format(0, WIZARD[2]),
    ),
    "002's service behind a load balancer": (
        WIZARDRY, balanced,
        "`node-demo-service` is behind a load balancer; the document runs it without one.",
    ),
    "002's service is being deleted": (
        WIZARDRY, deleted(WIZARD),
        "`node-demo-service` is DRAINING: it was deleted, and its last tasks are stopping.",
    ),
    "pushed again, and nobody told the service": (
        FORCED, pushed(),
        lambda lab: f"`adgu/web:latest` was pushed again, but task {short(newest(lab)[0])} runs what it "
        "fetched when it started.",
    ),
    "pushed again under another tag": (
        FORCED, pushed("v2"), "Pushed since: the tag `v2`. But `my-ecs-service` runs `latest`.",
    ),
    "the image is named by its digest": (
        FORCED, pinned, "`my-ecs-service` names its image by digest: whatever is pushed, it stays the same.",
    ),
    "pushed again for a service that runs nothing": (
        FORCED, pushed(count=0), EMPTY.format(GUIDE[2]),
    ),
    "pushed again behind a closed group": (
        FORCED, pushed(rules=()), CLOSED.format(0, GUIDE[2]),
    ),
    "003's task with 0.25 vCPU": (
        BY_HAND, lambda lab: hand(lab, cpu="256"),
        lambda lab: f"Task {bare(lab)} has 0.25 vCPU; the document's has 0.5.",
    ),
    "003's task as a service": (
        BY_HAND, as_a_service, "`my-app` runs as a service; in the document the application type is Task.",
    ),
    "003's task in the cluster default": (
        BY_HAND, lambda lab: hand(lab, cluster="default"),
        "A task of `my-app` runs in the cluster `default`, not in `my-cluster`.",
    ),
    "003's task was stopped": (
        BY_HAND, lambda lab: hand(lab, stop=True),
        lambda lab: f"Task {bare(lab, 'STOPPED')} was stopped (lunch), and no other runs.",
    ),
    "003's task in the default group": (
        BY_HAND, lambda lab: hand(lab, group=False), lambda lab: SILENT.format(bare(lab)),
    ),
    "003's program ended": (
        BY_HAND,
        lambda lab: hand(lab, wait="STOPPED", **ENDS),
        lambda lab: f"Task {bare(lab, 'STOPPED')} is STOPPED: Essential container in task exited. Its "
        "program ended with exit code 3, and with it the task.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_state(lab, name):
    step, make, message = WRONG[name]
    make(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


NOT_YET = {
    "no cluster": (MENDED, lambda lab: None, "There is no ACTIVE cluster `my-ecs-cluster`."),
    "no definition": (
        MENDED, lambda lab: lab.ecs.create_cluster(clusterName=GUIDE[0]),
        "There is no ACTIVE task definition `my-task-def`: a service needs one.",
    ),
    "no service": (
        MENDED, lambda lab: (lab.ecs.create_cluster(clusterName=GUIDE[0]), define(lab, GUIDE)),
        "There is no service `my-ecs-service`: ECS refuses the document's command, for it says nothing of a "
        "network.",
    ),
    "on its way": (
        MENDED, lambda lab: (serve(lab, wait=0), until_pending(lab, GUIDE[0], GUIDE[2])),
        "`my-ecs-service`: desired 1, running 0, pending 1. The service is at it.",
    ),
    "no wizard": (WIZARDRY, lambda lab: None, "There is no ACTIVE cluster `node-demo-cluster`."),
    "nothing to force": (
        FORCED, lambda lab: None, "There is no ACTIVE service `my-ecs-service`: repair the guide's first.",
    ),
    "nothing was pushed": (
        FORCED, served_from_ecr, "Nothing was pushed to `adgu/web` since `my-ecs-service` was made.",
    ),
    "a new deployment": (
        FORCED, pushed_and_forced(wait=12),
        "A new deployment is under way: the new task first, then the old one stops.",
    ),
    "nothing run by hand": (BY_HAND, lambda lab: None, "No task of `my-app` was run in `my-cluster`."),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_YET)
def test_not_yet(lab, name):
    step, make, message = NOT_YET[name]
    make(lab)
    assert said(lab, step) == ("Not yet", message)


def test_the_solutions_are_accepted_and_can_be_run_twice(lab):
    lab.goto("13")
    stage = ecslab.course.STAGES["13"]
    for step in stage.exercises + stage.main_steps:
        if step.id == FORCED:
            continue
        step.solve(lab)
        step.solve(lab)
        assert said(lab, step.id)[0] == "Done", step.id
    forced = ecslab.course.catalogue.step_named(FORCED)
    forced.solve(lab)
    assert said(lab, FORCED) == (
        "Done", "Every task of `my-ecs-service` runs what was pushed last as `my-ecr-repo:latest`."
    )  # fmt: skip
    assert said(lab, MENDED) == ("Done", ANSWERS.format("my-ecs-service"))
    assert said(lab, WIZARDRY) == ("Done", ANSWERS.format("node-demo-service"))


def test_what_the_document_calls_in_its_order(lab):
    """Its three clicks, each after AWS was satisfied."""
    lab.goto("13")
    lab.record.calls.clear()
    ecslab.course.catalogue.step_named(MENDED).solve(lab)
    done = (call for call in lab.calls() if call.changes and not call.error)
    calls = iter([f"{call.service}:{call.operation}" for call in done])
    assert all(call in calls for call in ecslab.console.clicks("004").sent)


def test_the_exercise_does_not_change_the_main_line_s_image(lab):
    lab.goto("13")
    before = ecslab.ecr.image(lab)["imageDigest"]
    for step in (MENDED, FORCED):
        lab.solve(step)
        assert said(lab, step)[0] == "Done"
    assert ecslab.ecr.image(lab)["imageDigest"] == before
    arns = lab.ecs.list_tasks(cluster=GUIDE[0], serviceName=GUIDE[2])["taskArns"]
    task = lab.ecs.describe_tasks(cluster=GUIDE[0], tasks=arns)["tasks"][0]
    assert "The second version" in ecslab.verify.page(lab, task).text


def test_the_questions_are_answered_from_the_account(lab):
    group, who = lab.question("13.group"), lab.question("13.who")
    assert "do fixes 2 to 4 first" in group.answer("family:my-task-def")
    serve(lab)
    assert group.answer("family:my-task-def").startswith("Not this.")
    assert group.answer("service:my-ecs-service").startswith("Right.")
    assert who.answer("123456789012").startswith("Not this.")
    assert who.answer("root").startswith("Right.")


def test_the_tables_of_clicks_break_long_options_and_are_as_wide_as_the_page():
    for document in ("000", "002", "003", "004"):
        html = str(ecslab.console.clicks(document)._repr_html_())
        assert "width:100%;table-layout:fixed;white-space:normal;overflow-wrap:anywhere" in html
