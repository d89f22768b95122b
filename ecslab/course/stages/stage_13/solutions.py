"""Stage 13's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def repair(lab: Connection) -> None:
    cluster, family, service = (lab.name(n) for n in ("my-ecs-cluster", "my-task-def", "my-ecs-service"))
    vpc, subnet = ecslab.network.default_subnet(lab)
    group = ecslab.network.http_group(lab, vpc.id)
    role = ecslab.execution_role.create(lab)["Arn"]
    container = '[{"name": "my-container", "image": "IMAGE", "portMappings": [{"containerPort": 80}]}]'
    repository = lab.name("my-ecr-repo")
    ecslab.ecr.create_repository(lab, repository)
    ecslab.image.push(lab, ecslab.image.build("<h1>The first version</h1>", lab=lab), repository)
    image = f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/{repository}:latest"
    container = container.replace("IMAGE", image)
    network = f"awsvpcConfiguration={{subnets=[{subnet.id}],securityGroups=[{group}],assignPublicIp=ENABLED}}"
    for command in (
        f"aws ecs create-cluster --cluster-name {cluster}",
        f"aws ecs register-task-definition --family {family} --network-mode awsvpc "
        f"--requires-compatibilities FARGATE --cpu 256 --memory 512 --execution-role-arn {role} "
        f"--container-definitions '{container}'",
        f"aws ecs create-service --cluster {cluster} --service-name {service} --task-definition {family} "
        f"--desired-count 1 --launch-type FARGATE --network-configuration '{network}'",
        f"aws ecs update-service --cluster {cluster} --service {service} --task-definition {family} "
        f"--desired-count 1 --network-configuration '{network}'",  # for a service that was there already
        f"aws ecs wait services-stable --cluster {cluster} --services {service}",
    ):
        ecslab.terminal.run(lab, command, lines=3)


def as_the_wizard(lab: Connection) -> None:
    cluster, family, service = (lab.name(n) for n in ("node-demo-cluster", "node-demo", "node-demo-service"))
    vpc, subnet = ecslab.network.default_subnet(lab)
    group = ecslab.network.http_group(lab, vpc.id)
    # The name in the document stands for yours; on a real account any public web server will do.
    image = "yourname/node-example-1" if lab.where == "sandbox" else "public.ecr.aws/docker/library/httpd:2.4"
    container = '[{"name": "node-demo", "image": "IMAGE", "portMappings": [{"containerPort": 80}]}]'
    container = container.replace("IMAGE", image)
    network = f"awsvpcConfiguration={{subnets=[{subnet.id}],securityGroups=[{group}],assignPublicIp=ENABLED}}"
    for command in (
        f"aws ecs create-cluster --cluster-name {cluster}",
        f"aws ecs register-task-definition --family {family} --network-mode awsvpc "
        "--requires-compatibilities FARGATE --cpu 256 --memory 512 "
        f"--container-definitions '{container}'",
        f"aws ecs create-service --cluster {cluster} --service-name {service} --task-definition {family} "
        f"--desired-count 1 --launch-type FARGATE --network-configuration '{network}'",
        f"aws ecs update-service --cluster {cluster} --service {service} --task-definition {family} "
        f"--desired-count 1 --network-configuration '{network}'",
        f"aws ecs wait services-stable --cluster {cluster} --services {service}",
    ):
        ecslab.terminal.run(lab, command, lines=3)


def push_and_force(lab: Connection) -> None:
    cluster, service = lab.name("my-ecs-cluster"), lab.name("my-ecs-service")
    page = ecslab.image.build("<h1>The second version</h1>", lab=lab)
    ecslab.image.push(lab, page, lab.name("my-ecr-repo"))
    for command in (
        f"aws ecs update-service --cluster {cluster} --service {service} --force-new-deployment",
        f"aws ecs wait services-stable --cluster {cluster} --services {service}",
    ):
        ecslab.terminal.run(lab, command, lines=3)


def run_by_hand(lab: Connection) -> None:
    cluster, family = lab.name("my-cluster"), lab.name("my-app")
    vpc, subnet = ecslab.network.default_subnet(lab)
    group = ecslab.network.http_group(lab, vpc.id)
    container = '[{"name": "my-app", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}]}]'
    network = f"awsvpcConfiguration={{subnets=[{subnet.id}],securityGroups=[{group}],assignPublicIp=ENABLED}}"
    for command in (
        f"aws ecs create-cluster --cluster-name {cluster}",
        f"aws ecs register-task-definition --family {family} --network-mode awsvpc "
        f"--requires-compatibilities FARGATE --cpu 512 --memory 1024 --container-definitions '{container}'",
        f"aws ecs run-task --cluster {cluster} --task-definition {family} --launch-type FARGATE "
        f"--network-configuration '{network}'",
    ):
        result = ecslab.terminal.run(lab, command, lines=3)
    task = result.json["tasks"][0]["taskArn"]
    ecslab.terminal.run(lab, f"aws ecs wait tasks-running --cluster {cluster} --tasks {task}")
