"""What the tests of faults share: a fault at its beginning, attempts at it, and what is said of them."""

import json

import pytest

import ecslab

FIXED = ("Done", "Fixed: the application does again what it is there for.")


class Bay:
    """Holds one fault at a time; asked for the same kind again, goes back to how it was arranged."""

    def __init__(self, lab):
        self.lab = lab
        self.fault = self.end = None

    def __call__(self, kind):
        fault = ecslab.fault(self.lab, kind=kind)
        if self.fault is None or fault.seed != self.fault.seed:
            self.fault, self.end = fault, self.lab.control("status")["position"]
        elif self.lab.control("status")["position"] > self.end:
            self.lab.control("cut", position=self.end)
        return self.fault


def words(verdict):
    """Outcome and words of a verdict, without the score."""
    return verdict.outcome.value, verdict.text.rpartition("\nScore: ")[0]


def table(fixed, refused):
    """Attempts by name, for parametrize: those that fix, and those that are refused, with the words."""
    right = [pytest.param(attempt, None, id=name) for name, attempt in fixed.items()]
    wrong = [pytest.param(attempt, text, id=name) for name, (attempt, text) in refused.items()]
    return pytest.mark.parametrize(("attempt", "text"), right + wrong)


def judged(fault, attempt, text):
    """Try it, let time pass, and hold the verdict against what is expected (None: fixed)."""
    attempt(fault._lab, fault)
    if text is None:
        fault.wait()
        assert words(fault.check()) == FIXED
    else:
        fault._lab.control("advance", seconds=150)
        assert words(fault.check()) == ("Look again", text(fault) if callable(text) else text)


def reasons(fault):
    """The reasons of the tasks that stopped, each once."""
    return {task["stoppedReason"] for task in fault._application().stopped_tasks}


def event(fault, text):
    """Whether the service has said this."""
    return f"(service {fault.names.service}) {text}" in fault._application().events


# Attempts --------------------------------------------------------------------------------------------------


def changed(revision=None, **changes):
    """A revision whose first container is changed so, and the definition by `revision`; None takes away."""

    def attempt(lab, fault):
        fault.deploy(edited(fault, revision, **changes))

    return attempt


def edited(fault, revision=None, container=0, **changes):
    definition = fault.definition()
    for where, what in (
        (definition["containerDefinitions"][container], changes),
        (definition, revision or {}),
    ):
        for key, value in what.items():
            where.pop(key, None)
            if value is not None:
                where[key] = value
    return definition


def deployed(**settings):
    """UpdateService with these settings."""
    return lambda _lab, fault: fault.deploy(**settings)


def moved(**changes):
    """UpdateService with a changed network configuration."""

    def attempt(_lab, fault):
        fault.deploy(networkConfiguration={"awsvpcConfiguration": fault.network() | changes})

    return attempt


again = deployed(forceNewDeployment=True)


def admitting(port, source="0.0.0.0/0", protocol="tcp"):
    """A rule for the tasks' security group."""

    def attempt(lab, fault):
        rule = {"IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}
        group = fault.network()["securityGroups"][0]
        lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    return attempt


def allowed(role, action, resource="*"):
    """An inline policy for one of the fault's roles, and a new deployment."""

    def attempt(lab, fault):
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        lab.iam.put_role_policy(
            RoleName=getattr(fault.names, role),
            PolicyName="more",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        fault.deploy(forceNewDeployment=True)

    return attempt


def role(lab, name, service="ecs-tasks.amazonaws.com"):
    """A role without rights that a service may put on; its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    created = lab.iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    return created["Role"]["Arn"]


def workshop(lab, public):
    """The subnets of the VPC `workshop`."""
    vpc = next(vpc.id for vpc in ecslab.network.vpcs(lab) if vpc.name == "workshop")
    return vpc, [subnet.id for subnet in ecslab.network.subnets(lab, vpc) if subnet.public is public]
