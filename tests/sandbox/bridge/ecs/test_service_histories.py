"""Properties of services over random histories of calls, crashes and time.

The invariants: the scheduler never starts a task above `maximumPercent` and never stops a healthy one below
`minimumHealthyPercent`; an interface is held by one task, and freed; every container that was started ends;
events, deployments and tasks tell the same story; the targets of a group are the tasks that serve behind it,
and one that drains goes; looking changes nothing; the same history gives the same world, ids included; and a
service that can come to rest does.
"""

import copy
import re

from account_rig import ACCOUNT, REGION, rig
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from moto.elbv2.models import elbv2_backends
from service_account import Services

from ecslab.sandbox.bridge import determinism, late_installation
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.world.errors import AwsError

DEFINITIONS = {
    "serves": {"image": "httpd:2.4"},
    "ends": {"image": "busybox", "command": ["exit-after", "70", "3"]},
    "exits": {"image": "busybox", "command": ["false"]},
    "stays": {"image": "busybox", "command": ["sleep", "infinity"], "stopTimeout": 40},
    "fails": {"image": "no-such-image"},
}
SECONDS = st.sampled_from([0.4, 3.0, 9.0, 25.0, 60.0, 200.0])
GROUPS = st.sampled_from([(), (), ("quick",), ("slow",), ("quick", "slow")])
PORT = {"portMappings": [{"containerPort": 80}]}
NAMES = st.sampled_from(["one", "two"])
KINDS = st.sampled_from(sorted(DEFINITIONS))
COUNTS = st.integers(0, 4)
PERCENTS = st.sampled_from([(100, 200), (50, 100), (0, 100), (100, 150), (50, 200)])
BREAKERS = st.sampled_from([(False, False), (True, False), (True, True)])
DELAYS = {"quick": "5", "slow": "60"}
"""Target groups, and for how many seconds their targets drain."""
STARTED = re.compile(r"\(task ([0-9a-f]{32})\)")


def configuration(percents, breaker=(False, False)):
    least, most = percents
    guard = dict(zip(("enable", "rollback"), breaker, strict=True))
    percents = {"minimumHealthyPercent": least, "maximumPercent": most}
    return {
        "deploymentConfiguration": {**percents, "deploymentCircuitBreaker": guard},
        "availabilityZoneRebalancing": "ENABLED" if most > 100 else "DISABLED",
    }


class World:
    """An account that keeps its history, and looks at services after every single event."""

    def __init__(self, account):
        self.lab = Services(account)
        for family, container in DEFINITIONS.items():
            account.define({"name": "web", **PORT, **container}, family=family)
        self.clock = account.clock
        self.groups = balanced(account)
        self.history = []

    @property
    def services(self):
        return state.of(REGION).clusters["lab"].services

    def call(self, operation, **parameters):
        self.history.append((self.clock.now, operation, parameters))
        try:
            return self.lab(operation, **parameters)
        except AwsError as refusal:
            return refusal.code

    def ask(self, operation, **parameters):
        """The answer, or the code of the refusal; a service that is INACTIVE has no deployments any more."""
        try:
            return self.lab.account.ecs(operation, **parameters)
        except AwsError as refusal:
            return refusal.code

    def run(self, seconds):
        until = self.clock.now + seconds
        while (due := self.clock.next_at()) is not None and due <= until:
            before = {name: counts(service) for name, service in self.services.items()}
            self.clock.step()
            for name, service in self.services.items():
                if name in before:
                    keeps_within_its_percents(service, before[name])
        self.clock.run(until=until)

    def everything(self):
        """All that the API shows."""
        names = sorted(self.services)
        services = self.lab("DescribeServices", services=names)["services"] if names else []
        arns = [task.arn for task in state.of(REGION).tasks.values()][:100]
        tasks = self.lab("DescribeTasks", tasks=arns) if arns else None
        rollouts = [self.lab("ListServiceDeployments", service=name) for name in names]
        arns = [
            [deployment["serviceDeploymentArn"] for deployment in each["serviceDeployments"]]
            for each in rollouts
        ]
        about = [self.ask("DescribeServiceDeployments", serviceDeploymentArns=each[:20]) for each in arns]
        listed = self.lab("ListServices"), self.lab("ListTasks")
        cluster = self.lab.account.ecs("DescribeClusters", clusters=["lab"], include=["STATISTICS"])
        targets = {
            arn: [(target.ip, target.port, target.health) for target in pool] for arn, pool in pools().items()
        }
        interfaces = self.lab.account.enis()
        enis = {eni_id: (eni.private_ip_address, eni.public_ip) for eni_id, eni in interfaces.items()}
        due = self.clock.next_at()
        return copy.deepcopy((services, tasks, rollouts, about, listed, cluster, targets, enis, due))


def balanced(account):
    """A load balancer before the default VPC, and its target groups by name."""
    late_installation.fetch("elasticloadbalancing")
    determinism.reseed("test", "balancers")
    backend = elbv2_backends[ACCOUNT][REGION]
    subnets = [account.subnet(zone=zone) for zone in ("us-east-1a", "us-east-1b")]
    balancer = backend.create_load_balancer("lab", [], subnets)
    groups = {}
    for port, (name, delay) in enumerate(DELAYS.items(), 80):
        group = backend.create_target_group(
            name, vpc_id=balancer.vpc_id, protocol="HTTP", port=80, target_type="ip",
            healthcheck_interval_seconds=10,
        )  # fmt: skip
        attribute = {"deregistration_delay.timeout_seconds": delay}
        backend.modify_target_group_attributes(group.arn, attribute)
        forward = {"Type": "forward", "TargetGroupArn": group.arn}
        backend.create_listener(balancer.arn, "HTTP", str(port), None, None, [forward])
        groups[name] = group.arn
    return groups


def pools():
    return elbv2_backends[ACCOUNT][REGION].pools


def counts(service):
    """Tasks that count towards the maximum, and the healthy ones."""
    members = [member for deployment in service.deployments for member in deployment.members.values()]
    used = sum(member.phase in ("pending", "running") for member in members)
    return used, {member for member in members if member.live and member.healthy}


def keeps_within_its_percents(service, before):
    used, healthy = counts(service)
    if used > before[0]:
        assert used <= service.maximum
    dropped = [member for member in before[1] - healthy if member.stopped_by_scheduler]
    if dropped and service.status == "ACTIVE":
        assert len(healthy) >= service.minimum
    for deployment in service.deployments:
        members = deployment.members.values()
        assert deployment.running == sum(member.phase == "running" for member in members)
        assert deployment.pending == sum(member.phase == "pending" for member in members)
        assert deployment.live == sum(member.live for member in members)


class Histories(RuleBasedStateMachine):
    @initialize(count=COUNTS, percents=PERCENTS, groups=GROUPS, seconds=SECONDS)
    def begin(self, count, percents, groups, seconds):
        self.context = rig()
        self.world = World(self.context.__enter__())
        self.create("one", "serves", count, percents, (False, False), groups)
        self.world.run(seconds)

    @rule(name=NAMES, kind=KINDS, count=COUNTS, percents=PERCENTS, breaker=BREAKERS, groups=GROUPS)
    def create(self, name, kind, count, percents, breaker, groups):
        self.world.call(
            "CreateService", serviceName=name, taskDefinition=kind, desiredCount=count, launchType="FARGATE",
            networkConfiguration=self.world.lab.account.network(self.world.lab.subnets),
            **configuration(percents, breaker), loadBalancers=self.behind(groups),
        )  # fmt: skip

    @rule(name=NAMES, count=COUNTS)
    def scale(self, name, count):
        self.world.call("UpdateService", service=name, desiredCount=count)

    @rule(name=NAMES, kind=KINDS)
    def deploy(self, name, kind):
        self.world.call("UpdateService", service=name, taskDefinition=kind)

    @rule(name=NAMES, groups=GROUPS)
    def move(self, name, groups):
        """Serve behind other target groups from here on."""
        self.world.call("UpdateService", service=name, loadBalancers=self.behind(groups))

    def behind(self, groups):
        entry = {"containerName": "web", "containerPort": 80}
        return [{"targetGroupArn": self.world.groups[name], **entry} for name in groups]

    @rule(name=NAMES)
    def force(self, name):
        self.world.call("UpdateService", service=name, forceNewDeployment=True)

    @rule(name=NAMES, percents=PERCENTS)
    def configure(self, name, percents):
        self.world.call("UpdateService", service=name, **configuration(percents))

    @rule(name=NAMES, force=st.booleans())
    def delete(self, name, force):
        self.world.call("DeleteService", service=name, force=force)

    @rule(which=st.integers(0, 20))
    def stop_one(self, which):
        tasks = list(state.of(REGION).tasks.values())
        if tasks:
            self.world.call("StopTask", task=tasks[which % len(tasks)].arn)

    @rule(which=st.integers(0, 20), on=st.booleans())
    def protect_one(self, which, on):
        tasks = list(state.of(REGION).tasks.values())
        if tasks:
            arns = [tasks[which % len(tasks)].arn]
            self.world.call("UpdateTaskProtection", tasks=arns, protectionEnabled=on, expiresInMinutes=3)

    @rule(seconds=SECONDS)
    def let_pass(self, seconds):
        self.world.run(seconds)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def interfaces_are_held_by_one_task(self):
        tasks = state.of(REGION).tasks.values()
        holding = [task.attachment.interface.eni_id for task in tasks
                   if task.attachment.interface and task.attachment.status != "DELETED"]  # fmt: skip
        assert sorted(holding) == sorted(self.world.lab.account.enis())

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def targets_are_the_tasks_that_serve(self):
        tasks = state.of(REGION).tasks
        serving = {
            (balancer.target_group, tasks[member.id].attachment.interface.private_ip, balancer.port)
            for service in self.world.services.values()
            for deployment in service.deployments
            for member in deployment.members.values()
            if member.registered_at is not None and tasks[member.id].last_status == "RUNNING"
            for balancer in deployment.revision.load_balancers
        }
        registered = {
            (arn, target.ip, target.port) for arn, pool in pools().items() for target in pool
            if target.state != "draining"
        }  # fmt: skip
        assert registered == serving

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def events_and_deployments_tell_one_story(self):
        tasks = state.of(REGION).tasks
        for service in self.world.services.values():
            events = service.log.events
            assert len({event.created_at for event in events}) == len(events)
            started = {
                task_id for event in events if " has started " in event.message
                for task_id in STARTED.findall(event.message)
            }  # fmt: skip
            assert started <= tasks.keys()
            mine = {task for deployment in service.deployments for task in deployment.members}
            assert len(events) == 100 or mine <= started
            completed = sum("deployment completed." in event.message for event in events)
            good = ("SUCCESSFUL", "ROLLBACK_SUCCESSFUL")
            finished = sum(rollout.status in good for rollout in service.rollouts)
            assert completed == finished or service.status == "INACTIVE"  # which has lost its events
            given_up = sum("deployment failed:" in event.message for event in events)
            assert given_up == sum(rollout.triggered for rollout in service.rollouts)

    def teardown(self):
        if not hasattr(self, "world"):
            return
        try:
            world, now, history = self.world, self.world.clock.now, list(self.world.history)
            before = world.everything()
            assert world.everything() == before  # looking changes nothing
            self.comes_to_rest()
            self.leaves_nothing()
        finally:
            self.context.__exit__(None, None, None)
        with rig() as account:
            again = World(account)
            for at, operation, parameters in history:
                again.clock.run(until=at)
                again.call(operation, **parameters)
            again.clock.run(until=now)
            assert again.everything() == before

    def comes_to_rest(self):
        world = self.world
        for name, service in list(world.services.items()):
            if service.status == "ACTIVE":
                answer = world.call(
                    "UpdateService", service=name, taskDefinition="serves", forceNewDeployment=True,
                    **configuration((100, 200)),
                )  # fmt: skip
                assert isinstance(answer, dict)
        world.run(1200)
        for service in world.services.values():
            if service.status == "ACTIVE":
                assert service.running == service.desired and service.steady, service.log.events[0]
                assert len(service.deployments) == 1
            else:
                assert service.status == "INACTIVE"

    def leaves_nothing(self):
        world = self.world
        for name in list(world.services):
            world.call("DeleteService", service=name, force=True)
        world.run(600)
        tasks = state.of(REGION).tasks.values()
        assert all(task.last_status == "STOPPED" for task in tasks)
        containers = [container for task in tasks for container in task.containers]
        assert all(
            container.last_status == "STOPPED" and container.program is None for container in containers
        )
        assert (world.lab.account.enis(), world.clock.next_at()) == ({}, None)
        assert [target for pool in pools().values() for target in pool] == []
        assert all(service.status == "INACTIVE" for service in world.services.values())


Histories.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
test_histories = Histories.TestCase
