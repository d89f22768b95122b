"""From the task to its page, its log, and the first rule in the way."""

import pytest

from ecslab import cluster, execution_role, log_group, network, task, task_definition, verify
from ecslab.display.frames import words_of
from ecslab.errors import NotThere, Unreachable
from ecslab.operations.judged_guesses import NoGuess
from ecslab.resources.task.reachability import QUESTIONS

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
ANYONE = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def start(lab, choice=None, **definition):
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    registered = task_definition.register(lab, image=HTTPD, **definition)
    started = task.run(lab, choice, definition=registered["taskDefinitionArn"])
    return task.wait_until_running(lab, started)


@pytest.mark.portable
def test_the_page_answers_at_the_public_ip_and_the_log_shows_the_visit(lab):
    running = start(lab)
    hops = verify.hops(lab, running)
    assert hops.task_id == task.task_id(running)
    assert hops.eni_id.startswith("eni-")
    assert verify.public_ip(lab, running) == hops.public_ip
    reply = lab.wait(lambda: verify.page(lab, running), "the page", limit=60)
    assert reply.status == 200 and "It works!" in reply.text
    assert reply.headers["content-type"].startswith("text/html")
    assert verify.why_not(lab, running).startswith("Nothing stands in the way: ")
    lines = lab.wait(lambda: [line for line in verify.logs(lab, running) if "GET /" in line], "the log line")
    assert "200" in lines[0]


def test_a_path_is_asked_for(lab):
    assert verify.page(lab, start(lab), "/no-such-page").status == 404


def test_the_frame_keeps_the_page_away_from_jupyter(lab):
    frame = verify.frame(lab, start(lab))
    html = frame._repr_html_()
    assert '"sandbox", "allow-scripts allow-forms allow-popups"' in html
    assert 'data-title="The page at http://' in html and 'rel: "noopener noreferrer"' in html
    assert repr(frame).startswith("http://203.0.113.")


def test_what_is_saved_of_a_frame_is_the_page_in_words_and_no_frame(lab):
    running = start(lab)
    saved, script = verify.frame(lab, running)._repr_html_().split("<script>")
    assert "status 200, when this cell ran" in saved and "It works!" in saved
    assert "<iframe" not in saved + script and "src=" not in saved
    group = network.default_choice(lab).security_group_ids[0]
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[ANYONE])
    assert "nobody answered, when this cell ran" in verify.frame(lab, running)._repr_html_()


def test_the_words_of_a_page_are_what_can_be_read_on_it():
    page = "<title>ADGU</title><style>p {}</style><h1>One\n two</h1><p>three</p><script>four()</script>"
    page += "x" * 999
    assert words_of(page).startswith("ADGU · One two · three · xxx")
    assert words_of(page).endswith("x …") and len(words_of(page)) < 310
    assert words_of("") == ""


def test_a_closed_door_is_named_and_opens_at_once(lab):
    running = start(lab)
    group = network.default_choice(lab).security_group_ids[0]
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[ANYONE])
    reason = verify.why_not(lab, running)
    assert reason.startswith(f"Security group: {group} (adgu-web-server-http) does not admit port 80.")
    with pytest.raises(Unreachable, match=f"Security group: {group}"):
        verify.page(lab, running)
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ANYONE])
    assert verify.page(lab, running).status == 200


def test_without_a_public_ip_it_says_so(lab):
    """A public IP can be done without where the image comes another way in; the visitor's way stays shut."""
    workshop = next(vpc for vpc in network.vpcs(lab) if vpc.name == "workshop")
    subnet = next(subnet for subnet in network.subnets(lab, workshop.id) if subnet.public)
    choice = network.Choice(workshop.id, (subnet.id,), (network.http_group(lab, workshop.id),), False)
    cluster.create(lab)
    definition = task_definition.register(lab, image=HTTPD, logs=False)
    waiting = task.run(lab, choice, definition=definition["taskDefinitionArn"])
    lab.wait(lambda: verify.hops(lab, task.describe(lab, waiting)) if _attached(lab, waiting) else None, "it")
    waiting = task.describe(lab, waiting)
    assert verify.hops(lab, waiting).public_ip is None
    with pytest.raises(NotThere, match="has no public IP: it was run with assignPublicIp DISABLED"):
        verify.public_ip(lab, waiting)
    assert verify.why_not(lab, waiting).splitlines()[0].endswith("so nobody answers.")


def _attached(lab, started):
    return len(task.describe(lab, started)["attachments"][0]["details"]) > 1


def test_an_acl_and_a_route_in_the_way_are_named(lab):
    running = start(lab)
    subnet = network.default_choice(lab).subnet_ids[0]
    named = [{"Name": "association.subnet-id", "Values": [subnet]}]
    acl = lab.ec2.describe_network_acls(Filters=named)["NetworkAcls"][0]["NetworkAclId"]
    lab.ec2.create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=50, Protocol="6", RuleAction="deny", Egress=False,
        CidrBlock="0.0.0.0/0", PortRange={"From": 80, "To": 80},
    )  # fmt: skip
    assert verify.why_not(lab, running).startswith(f"Network ACL: rule 50 of {acl}")
    here = [{"Name": "vpc-id", "Values": [network.vpcs(lab)[0].id]}]
    table = lab.ec2.describe_route_tables(Filters=here)["RouteTables"][0]["RouteTableId"]
    lab.ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    assert verify.why_not(lab, running).startswith(f"No route: {table}, the route table of {subnet}, sends")


def test_a_program_that_listens_elsewhere_is_told_apart_from_a_rule(lab):
    cluster.create(lab)
    sleeper = lab.ecs.register_task_definition(
        family="sleeper", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "s", "image": "public.ecr.aws/docker/library/busybox:latest",
                               "command": ["sleep", "3600"]}],
    )["taskDefinition"]  # fmt: skip
    running = task.wait_until_running(lab, task.run(lab, definition=sleeper["taskDefinitionArn"]))
    assert verify.why_not(lab, running).startswith("Nothing listens on port 80")
    with pytest.raises(NotThere, match="sends no logs to CloudWatch"):
        verify.logs(lab, running)


def test_a_stopped_task_answers_nobody_and_has_no_interface(lab):
    stopped = task.stop(lab, start(lab))
    assert "is STOPPED, so nobody answers" in verify.why_not(lab, stopped)
    with pytest.raises(NotThere, match="has no network interface: it is STOPPED"):
        verify.page(lab, stopped)


def test_no_log_lines_before_the_container_printed_any(lab):
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, image=HTTPD)
    assert verify.logs(lab, task.run(lab)) == []


def shut(lab):
    group = network.default_choice(lab).security_group_ids[0]
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[ANYONE])
    return group


ALL_WELL = dict.fromkeys(QUESTIONS, True)


def test_six_guesses_are_judged_by_the_account(lab):
    running = start(lab)
    fine = verify.why_not(lab, running, **ALL_WELL)
    assert fine.right == 6 and repr(fine).startswith("6 of 6 right. Nothing stands in the way.")
    shut(lab)
    guessed = verify.why_not(lab, running, **(ALL_WELL | {"listens": "no"}))
    assert guessed.right == 4 and guessed.seen.answers["listens"] is None
    assert repr(guessed).startswith("4 of 5 right. Security group: sg-")
    lines = {line.split("?")[0]: line.split()[-2:] for line in repr(guessed).splitlines()[2:]}
    assert lines["Does its security group admit the port"] == ["look", "again"]
    assert lines["Does the container listen on the port"] == ["seen", "yet"]
    assert repr(verify.why_not(lab, running, security_group=False)).startswith("1 of 1 right.")
    stopped = task.stop(lab, running)
    assert verify.why_not(lab, stopped, running=False, route=True).right == 1


@pytest.mark.parametrize(
    ("guess", "message"),
    [({"route": "perhaps"}, "route='perhaps' is no answer"), ({"rute": True}, "rute is none of the six"),
     ({"route": None}, "route=None is no answer"), ({"route": 1.5}, "route=1.5 is no answer")],
)  # fmt: skip
def test_a_guess_of_the_wrong_kind_is_answered_in_two_lines(lab, guess, message):
    with pytest.raises(NoGuess, match=message) as caught:
        verify.why_not(lab, start(lab), **guess)
    assert str(caught.value).count("\n  next: ") == str(caught.value).count("\n") == 1


def test_behind_a_load_balancer_nobody_is_told_to_open_the_door(lab):
    lab.goto("08")
    behind = task.find(lab)
    reason = verify.why_not(lab, behind)
    assert "only from the load balancer adgu-alb, as it should" in reason and "0.0.0.0/0" not in reason
    with pytest.raises(Unreachable, match=r"load_balancer\.page\(lab\) asks there"):
        verify.page(lab, behind)
