"""Source document 002, "Deploying with AWS ECS": the wizard's four steps, and what AWS then did in its order.

Each test is one step of the document, and stands on those before it. Steps 1 to 3 fill in forms; AWS calls
nothing until the last click.
"""

import json

import pytest
from account import changes, in_order, page, until

from ecslab import console, network, verify

FAMILY, CLUSTER, SERVICE = "node-demo", "node-demo-cluster", "node-demo-service"
IMAGE = "yourname/node-example-1"


@pytest.fixture(scope="module")
def form():
    """What has been typed so far, as the parameters that it will become."""
    return {}


def running(lab):
    arns = lab.ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
    tasks = lab.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
    return [task for task in tasks if task["lastStatus"] == "RUNNING"]


def test_step_1_choose_container(walk, form):
    """ "Effectively `docker run --name node-demo -p 80:80 yourname/node-example-1`"."""
    container = {
        "name": "node-demo",
        "image": IMAGE,
        "portMappings": [{"containerPort": 80}],
        "environment": [{"name": "NODE_ENV", "value": "production"}],
        "mountPoints": [],
    }
    form["definition"] = {"family": FAMILY, "containerDefinitions": [container]}


def test_step_2_define_task(walk, form):
    form["definition"] |= {
        "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"
    }  # fmt: skip


def test_step_3_define_service(walk, form):
    form["service"] = {"serviceName": SERVICE, "desiredCount": 1, "launchType": "FARGATE"}
    assert "loadBalancers" not in form["service"]  # "run 1 task without a load balancer"


def test_step_4_define_cluster(walk, form):
    """ "AWS auto-creates required networking (VPC, subnets, security groups)"."""
    vpc = walk.ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    gateway = walk.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    walk.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnets = [
        walk.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{i}.0/24", AvailabilityZone=f"us-east-1{z}")[
            "Subnet"
        ]["SubnetId"]
        for i, z in enumerate("ab")
    ]
    table = walk.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    walk.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for subnet in subnets:
        walk.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    group = walk.ec2.create_security_group(GroupName="node-demo-http", Description="HTTP", VpcId=vpc)[
        "GroupId"
    ]
    walk.ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
    )
    choice = network.Choice(vpc, tuple(subnets), (group,))
    assert network.problems(walk, choice) == []
    form["service"]["networkConfiguration"] = choice.configuration()


def test_next_create(walk, form):
    """ "AWS now creates the cluster, creates the service, creates the task, …"."""
    created = walk.ecs.create_cluster(clusterName=CLUSTER)["cluster"]
    assert created["status"] == "ACTIVE"
    definition = walk.ecs.register_task_definition(**form["definition"])["taskDefinition"]
    assert "executionRoleArn" not in definition  # Docker Hub, and no logs: nobody needs one
    service = walk.ecs.create_service(cluster=CLUSTER, taskDefinition=FAMILY, **form["service"])["service"]
    assert (service["desiredCount"], service["runningCount"], service["loadBalancers"]) == (1, 0, [])


def test_this_setup_takes_a_while(walk):
    before = walk.now()
    [task] = walk.wait(lambda: running(walk), "the task")
    assert walk.now() > before
    assert task["group"] == f"service:{SERVICE}"


def test_go_to_tasks_click_the_id_find_the_public_ip(walk):
    """ "Click the task ID (not the definition)": the definition knows no address."""
    definition = walk.ecs.describe_task_definition(taskDefinition=FAMILY)["taskDefinition"]
    [task] = running(walk)
    address = verify.public_ip(walk, task)
    assert address not in json.dumps([definition, task], default=str)  # nor does the task: EC2 does
    interfaces = walk.ec2.describe_network_interfaces(
        Filters=[{"Name": "association.public-ip", "Values": [address]}]
    )["NetworkInterfaces"]
    assert [interface["NetworkInterfaceId"] for interface in interfaces] == [verify.hops(walk, task).eni_id]


def test_your_node_app_is_live(walk):
    [task] = running(walk)
    assert "Node" in page(walk, task)


def test_the_container_does_not_sleep_when_nobody_visits(walk):
    """ "Container wakes up only when needed": it does not; ten hours later it is the same task, running."""
    [before] = running(walk)
    walk.control("advance", seconds=10 * 3600)
    [after] = running(walk)
    assert after["taskArn"] == before["taskArn"]
    assert after["startedAt"] == before["startedAt"]


def test_a_restart_is_another_task_with_another_address(walk):
    """ "Whether tasks should restart if they fail", and "you could also map a domain to this IP"."""
    [task] = running(walk)
    address = verify.public_ip(walk, task)
    walk.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])
    until(walk, task, "STOPPED")
    [another] = walk.wait(lambda: running(walk), "the replacement")
    assert another["taskArn"] != task["taskArn"]
    assert verify.public_ip(walk, another) != address


def test_the_clicks_of_the_wizard_send_these_calls(walk):
    assert in_order(console.clicks("002").sent, changes(walk))
