"""A stack made with troposphere: a cluster, a task definition and a service. Prints the template."""

from troposphere import Ref, Template
from troposphere.ecs import (
    AwsvpcConfiguration,
    Cluster,
    ContainerDefinition,
    NetworkConfiguration,
    PortMapping,
    Service,
    TaskDefinition,
)

template = Template()
template.set_description("A web server on Fargate")
cluster = template.add_resource(Cluster("Cluster", ClusterName="shop"))
definition = template.add_resource(
    TaskDefinition(
        "Definition",
        Family="shop",
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        Cpu="256",
        Memory="512",
        ContainerDefinitions=[
            ContainerDefinition(
                Name="web",
                Image="public.ecr.aws/docker/library/httpd:2.4",
                PortMappings=[PortMapping(ContainerPort=80)],
            )
        ],
    )
)
network = NetworkConfiguration(AwsvpcConfiguration=AwsvpcConfiguration(Subnets=["subnet-1"]))
template.add_resource(
    Service(
        "Web",
        Cluster=Ref(cluster),
        TaskDefinition=Ref(definition),
        LaunchType="FARGATE",
        DesiredCount=1,
        NetworkConfiguration=network,
        DependsOn=[cluster, definition],
    )
)
print(template.to_json())  # noqa: T201
