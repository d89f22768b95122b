"""The faults of services that talk: what a learner sees of them, and what does not fix them."""

from fault_rig import again, changed, edited, judged, table

from ecslab.fault_lab.engine import two_services


def last_line(fault):
    return fault._application().log(1)[-1]


def helper(lab, fault):
    names = fault.names
    return lab.ecs.describe_services(cluster=names.cluster, services=[names.helper])["services"][0]


def helper_address(lab, fault):
    """The address of the helper's task that runs now."""
    names = fault.names
    arns = lab.ecs.list_tasks(cluster=names.cluster, serviceName=names.helper)["taskArns"]
    (task,) = lab.ecs.describe_tasks(cluster=names.cluster, tasks=arns)["tasks"]
    details = task["attachments"][0]["details"]
    return next(each["value"] for each in details if each["name"] == "privateIPv4Address")


def helper_again(lab, fault, **settings):
    members = settings or {"forceNewDeployment": True}
    lab.ecs.update_service(cluster=fault.names.cluster, service=fault.names.helper, **members)


def asking(fault, address):
    """Deploy a revision that asks at this address."""
    url = two_services.url(fault._application())
    command = fault.definition()["containerDefinitions"][0]["command"]
    fault.deploy(edited(fault, command=[*command[:-1], command[-1].replace(url, address)]))


def by_address(lab, fault):
    asking(fault, f"http://{helper_address(lab, fault)}/")
    lab.control("advance", seconds=150)


def test_what_one_sees_of_a_stale_address(bay):
    fault = bay("stale-dns")
    app = fault._application()
    assert app.steady and two_services.helper(app)["runningCount"] == 1
    assert last_line(fault).endswith("Timeout was reached")
    assert any(two_services.PAGE in line for line in app.log(80)), "it worked before"


def shorter(seconds, redeploys=True):
    def attempt(lab, fault):
        cloud_map = lab.client("servicediscovery")
        (name,) = cloud_map.list_services()["Services"]
        records = {"DnsRecords": [{"Type": "A", "TTL": seconds}]}
        cloud_map.update_service(Id=name["Id"], Service={"DnsConfig": records})
        if redeploys:
            again(lab, fault)
            lab.control("advance", seconds=150)

    return attempt


def redeployed(lab, fault):
    again(lab, fault)
    lab.control("advance", seconds=150)


@table(
    {"a minute": shorter(60)},
    {
        "a TTL alone": (
            shorter(10, redeploys=False),
            "The record has a TTL of 10 s now. But the tasks that run asked before that, and were told that "
            "they may keep the address for longer.",
        ),
        "deployed again": (
            redeployed,
            lambda fault: (
                "The client's new tasks asked again, and so know the address of today. They may keep "
                f"it for {ttl(fault)} s: the next deployment of `{fault.names.helper}` leaves them alone "
                "again."
            ),
        ),
        "the helper again": (
            helper_again,
            "The helper has new tasks again, at one more address that nobody asks for.",
        ),
        "an hour": (
            shorter(3600),
            lambda fault: (
                "The client's new tasks asked again, and so know the address of today. They may keep "
                f"it for 3600 s: the next deployment of `{fault.names.helper}` leaves them alone again."
            ),
        ),
        "by address": (
            by_address,
            lambda fault: (
                f"The client asks {two_services.url(fault._application())}: by an address. With the "
                "helper's next task it is wrong again, and nothing will put it right."
            ),
        ),
    },
)
def test_attempts_at_a_stale_address(bay, attempt, text):
    judged(bay("stale-dns"), attempt, text)


def ttl(fault):
    (name,) = fault._application().lab.client("servicediscovery").list_services()["Services"]
    return name["DnsConfig"]["DnsRecords"][0]["TTL"]


def test_what_one_sees_of_a_client_that_was_first(bay):
    fault = bay("client-first")
    app = fault._application()
    assert app.steady and two_services.helper(app)["runningCount"] == 1
    assert last_line(fault) == "wget: bad address 'prices'"
    assert app.service["createdAt"] < two_services.helper(app)["createdAt"]


def stopped(lab, fault):
    (task,) = fault._application().tasks
    lab.ecs.stop_task(cluster=fault.names.cluster, task=task["taskArn"])
    lab.control("advance", seconds=120)


@table(
    {"deployed again": again, "a new revision": changed({"cpu": "512", "memory": "1024"})},
    {
        "more tasks": (
            lambda _lab, fault: fault.deploy(desiredCount=3),
            "3 tasks are wanted now. All are of the old deployment, and know what it knew when it began.",
        ),
        "a replacement": (
            stopped,
            "The task has a replacement. It belongs to the same deployment, and knows no more than the one "
            "before.",
        ),
        "the helper again": (
            helper_again,
            lambda fault: (
                "The helper was deployed again: it was known, and is. "
                f"`{fault.names.service}` still does not know it."
            ),
        ),
        "by address": (
            by_address,
            lambda fault: (
                f"The client asks {two_services.url(fault._application())}: by an address, past the "
                "proxy. With the helper's next task it is wrong."
            ),
        ),
    },
)
def test_attempts_at_a_client_that_was_first(bay, attempt, text):
    judged(bay("client-first"), attempt, text)


def alias(fault):
    return two_services.alias(fault._application())


def test_what_one_sees_of_another_alias(bay):
    fault = bay("other-alias")
    assert fault._application().steady
    assert two_services.PAGE not in last_line(fault)
    assert (alias(fault)["dnsName"], alias(fault)["port"]) != ("prices", 80)


def renamed(redeploys):
    """The helper's alias becomes what the application asks for."""

    def attempt(lab, fault):
        served = {"portName": "prices", "clientAliases": [{"port": 80, "dnsName": "prices"}]}
        helper_again(lab, fault, serviceConnectConfiguration={"enabled": True, "services": [served]})
        lab.control("advance", seconds=200)
        if redeploys:
            again(lab, fault)

    return attempt


@table(
    {
        "asks for the alias": lambda _lab, fault: asking(
            fault, f"http://{alias(fault)['dnsName']}:{alias(fault)['port']}/"
        ),
        "the alias is what is asked for": renamed(redeploys=True),
    },
    {
        "the alias alone": (
            renamed(redeploys=False),
            lambda fault: (
                f"The alias of `{fault.names.helper}` is prices:80 now, and that is what "
                f"`{fault.names.service}` asks for. But its deployment is older than this alias, and "
                "knows the one before."
            ),
        ),
        "half of it": (
            lambda _lab, fault: asking(fault, f"http://{alias(fault)['dnsName']}:81/"),
            lambda fault: (
                f"The client asks http://{alias(fault)['dnsName']}:81/ now; the alias is "
                f"{alias(fault)['dnsName']}:{alias(fault)['port']}. Both have to fit, the name and the port."
            ),
        ),
        "deployed again": (again, "New tasks ask for the same: http://prices/. Nobody has that alias."),
        "by address": (
            by_address,
            lambda fault: (
                f"The client asks {two_services.url(fault._application())}: by an address, past the "
                "proxy. With the helper's next task it is wrong."
            ),
        ),
    },
)
def test_attempts_at_another_alias(bay, attempt, text):
    judged(bay("other-alias"), attempt, text)


def test_what_one_sees_of_a_group_that_is_closed_between_them(bay):
    fault = bay("closed-between")
    assert fault._application().steady
    assert last_line(fault).endswith("Timeout was reached")


def group(lab, fault, whose):
    network = helper(lab, fault)["networkConfiguration"]["awsvpcConfiguration"]
    return (network if whose == "helper" else fault.network())["securityGroups"][0]


def admit(whose, **source):
    """A rule for port 80 in a group of the helper's or of the client's."""

    def attempt(lab, fault):
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
        peer = source or {"UserIdGroupPairs": [{"GroupId": group(lab, fault, "client")}]}
        lab.ec2.authorize_security_group_ingress(
            GroupId=group(lab, fault, whose), IpPermissions=[rule | peer]
        )

    return attempt


@table(
    {
        "its group": admit("helper"),
        "the VPC": admit("helper", IpRanges=[{"CidrIp": "172.31.0.0/16"}]),
    },
    {
        "everybody": (
            admit("helper", IpRanges=[{"CidrIp": "0.0.0.0/0"}]),
            lambda fault: (
                "Prices come. And everybody may ask for them now: port 80 of "
                f"`{fault.names.helper}` is open to 0.0.0.0/0."
            ),
        ),
        "its own side": (
            lambda lab, fault: lab.ec2.authorize_security_group_ingress(
                GroupId=group(lab, fault, "client"),
                IpPermissions=[
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 8080,
                        "ToPort": 8080,
                        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                    }
                ],
            ),
            lambda fault: (
                f"The group of `{fault.names.service}` lets more in now. But it is "
                f"`{fault.names.service}` that asks: it needs to be let in elsewhere."
            ),
        ),
        "deployed again": (
            again,
            lambda fault: (
                "There are new tasks, behind or before a door that is as closed as it was: it lets "
                f"port 80 in from {', '.join(two_services.let_in(fault._application())) or 'nowhere'}."
            ),
        ),
    },
)
def test_attempts_at_a_group_that_is_closed_between_them(bay, attempt, text):
    judged(bay("closed-between"), attempt, text)
