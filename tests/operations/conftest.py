"""A lab whose service stands behind a load balancer, shared by the modules of this folder."""

import pytest

import ecslab
from ecslab import cluster, execution_role, load_balancer, log_group, service, task_definition

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture(scope="package")
def balanced(tmp_path_factory):
    """The lesson's service behind its load balancer; who changes it puts it right again."""
    home = tmp_path_factory.mktemp("home")
    lab = ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7)
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, HTTPD)
    service.create(lab)
    load_balancer.create(lab)
    load_balancer.attach(lab)
    load_balancer.wait_until_healthy(lab)
    yield lab
    lab.close()
