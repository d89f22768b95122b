"""A plugin beside `plugin.py`: what nbval has run once is run again, and leaves the same in the account.

The kernels of both runs are forks of one process (`forked_kernels`).
"""

import pytest

import ecslab
from tests.notebooks import forked_kernels
from tests.notebooks.rig import read, run


def pytest_configure() -> None:
    forked_kernels.take()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A second run behind the last cell of each notebook."""
    last = {item.parent: place for place, item in enumerate(items) if hasattr(item.parent, "nb")}
    for file, place in sorted(last.items(), key=lambda each: -each[1]):
        items.insert(place + 1, SecondRun.from_parent(file, name="second run"))


class SecondRun(pytest.Item):
    """All cells of a notebook once more, in another kernel."""

    def runtest(self) -> None:
        once = state()
        run(read(self.path.stem, self.path.parent))
        assert state() == once


def state() -> dict[str, object]:
    """What a learner has in the account, without ids: what must be the same after a second run."""
    with ecslab.connect() as lab:
        clusters = lab.ecs.describe_clusters(clusters=lab.ecs.list_clusters()["clusterArns"])["clusters"]
        repositories = [r["repositoryName"] for r in lab.ecr.describe_repositories()["repositories"]]
        balancers = lab.elbv2.describe_load_balancers()["LoadBalancers"]
        targets = lab.elbv2.describe_target_groups()["TargetGroups"]
        return {
            "images": {name: images(lab, name) for name in repositories},
            "clusters": sorted((c["clusterName"], c["status"], c["runningTasksCount"]) for c in clusters),
            "services": sorted(services(lab, c["clusterName"]) for c in clusters),
            "balancers": sorted(b["LoadBalancerName"] for b in balancers),
            "target groups": sorted(g["TargetGroupName"] for g in targets),
            "definitions": sorted(lab.ecs.list_task_definitions()["taskDefinitionArns"]),
            "roles": sorted(role["RoleName"] for role in lab.iam.list_roles()["Roles"]),
            "groups": sorted(g["GroupName"] for g in lab.ec2.describe_security_groups()["SecurityGroups"]),
            "logs": sorted(g["logGroupName"] for g in lab.logs.describe_log_groups()["logGroups"]),
        }


def services(lab: ecslab.Lab, cluster: str) -> list[tuple[str, int]]:
    """Name and desired count of each service in a cluster."""
    arns = lab.ecs.list_services(cluster=cluster)["serviceArns"]
    described = lab.ecs.describe_services(cluster=cluster, services=arns)["services"] if arns else []
    return sorted((service["serviceName"], service["desiredCount"]) for service in described)


def images(lab: ecslab.Lab, repository: str) -> list[tuple[str, ...]]:
    """Digest and tags of each image in a repository."""
    details = lab.ecr.describe_images(repositoryName=repository)["imageDetails"]
    return sorted((image["imageDigest"], *image.get("imageTags", [])) for image in details)
