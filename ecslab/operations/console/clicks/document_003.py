"""Document 003, "Deploying container to Fargate Cluster": its steps 1 to 7."""

from typing import Final

from ecslab.operations.console.clicks.click import Click, fills

_CLUSTER, _DEFINE, _RUN = "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"
_VPC = "networkConfiguration.awsvpcConfiguration"

CLICKS: Final = (
    Click("1. Go to Elastic Container Service", "search for Elastic Container Service"),
    Click(
        "2. Go to clusters on left and create cluster", "Clusters → Create cluster",
        ("ecs:ListClusters",), "aws ecs list-clusters",
    ),
    fills("2.1 Enter your name", "Cluster name", _CLUSTER, "clusterName", "--cluster-name my-cluster"),
    Click(
        "2.2 Select your VPC or use the default",
        "no longer asked here: a cluster has no VPC; the task is given one in step 6",
    ),
    fills(
        "2.3 Fargate infra should already be selected", "Infrastructure: AWS Fargate",
        _CLUSTER, "capacityProviders", "--capacity-providers FARGATE FARGATE_SPOT",
    ),
    Click("2.4 Create", "Create", (_CLUSTER,), "aws ecs create-cluster --cluster-name my-cluster"),
    Click(
        "3. Go to task definitions and create a new one", "Task definitions → Create new task definition",
        ("ecs:ListTaskDefinitionFamilies",), "aws ecs list-task-definition-families",
    ),
    fills("3.1 Put the name", "Task definition family", _DEFINE, "family", "--family my-app"),
    fills(
        "3.2 Set the container details", "Container: Name, Container port 80",
        _DEFINE, "containerDefinitions.portMappings.containerPort",
        """--container-definitions '[{"name": "my-app", "portMappings": [{"containerPort": 80}], …}]'""",
    ),
    fills(
        "3.3 Input the docker image for this container", "Container: Image URI",
        _DEFINE, "containerDefinitions.image", """--container-definitions '[{"image": "httpd:2.4", …}]'""",
    ),
    Click("3.4 Go next", "no longer there: it is one page"),
    fills(
        "3.5 Choose the OS (Linux/X86_64)", "Operating system/Architecture",
        _DEFINE, "runtimePlatform.operatingSystemFamily",
        "--runtime-platform operatingSystemFamily=LINUX,cpuArchitecture=X86_64",
    ),
    fills("3.6 Choose CPU (.5 vCPU)", "CPU; Memory at least 1 GB", _DEFINE, "cpu", "--cpu 512 --memory 1024"),
    fills(
        "3.7 Uncheck use log collection if not needed", "Use log collection",
        _DEFINE, "containerDefinitions.logConfiguration", "no logConfiguration in --container-definitions",
    ),
    Click("3.8 Go next", "no longer there: it is one page"),
    Click(
        "3.9 Create after overview", "Create", (_DEFINE,),
        "aws ecs register-task-definition --family my-app --requires-compatibilities FARGATE "
        "--network-mode awsvpc --cpu 512 --memory 1024 --container-definitions file://container.json",
    ),
    Click("4. Go to clusters", "Clusters", ("ecs:ListClusters",), "aws ecs list-clusters"),
    Click(
        "5. Select your cluster and go to tasks tab", "my-cluster → Tasks",
        ("ecs:ListTasks",), "aws ecs list-tasks --cluster my-cluster",
    ),
    Click("6. Run new task", "Run new task"),
    fills(
        "6.1 Select launch type under environment", "Compute options: Launch type",
        _RUN, "launchType", "--launch-type …",
    ),
    fills(
        "6.2 Ensure Fargate is selected", "Launch type: FARGATE",
        _RUN, "launchType", "--launch-type FARGATE",
    ),
    Click("6.3 Application type is Task", "Application type: Task (Service would send CreateService)"),
    fills(
        "6.4 Under family select your container", "Task definition family, and its revision",
        _RUN, "taskDefinition", "--task-definition my-app",
    ),
    fills(
        "6.5 Under networking ensure your vpc and subnets", "Networking: VPC, Subnets",
        _RUN, f"{_VPC}.subnets", "--network-configuration 'awsvpcConfiguration={subnets=[subnet-…],…}'",
    ),
    Click(
        "6.6 Create new security group", "Security group: Create a new security group",
        ("ec2:CreateSecurityGroup",),
        "aws ec2 create-security-group --group-name my-app-http --description HTTP --vpc-id vpc-…",
    ),
    fills(
        "6.6.1 Select type HTTP", "Inbound rules: Type HTTP",
        "ec2:AuthorizeSecurityGroupIngress", "IpPermissions.FromPort", "--protocol tcp --port 80",
    ),
    Click(
        "6.6.2 Source as anywhere", "Inbound rules: Source Anywhere", ("ec2:AuthorizeSecurityGroupIngress",),
        "aws ec2 authorize-security-group-ingress --group-id sg-… --protocol tcp --port 80 --cidr 0.0.0.0/0",
    ),
    fills(
        "6.7 Turn on public IP", "Public IP: Turned on", _RUN, f"{_VPC}.assignPublicIp",
        "--network-configuration 'awsvpcConfiguration={…,assignPublicIp=ENABLED}'",
    ),
    Click(
        "6.8 Click create", "Create", (_RUN,),
        "aws ecs run-task --cluster my-cluster --task-definition my-app --launch-type FARGATE "
        "--network-configuration 'awsvpcConfiguration={subnets=[subnet-…],securityGroups=[sg-…],"
        "assignPublicIp=ENABLED}'",
    ),
    Click(
        "7. To remove stop the container", "my-cluster → Tasks → Stop → Stop selected", ("ecs:StopTask",),
        "aws ecs stop-task --cluster my-cluster --task …",
    ),
    Click(
        "7.1 Go to task definitions and actions to deregister",
        "Task definitions → my-app → the revision → Actions → Deregister", ("ecs:DeregisterTaskDefinition",),
        "aws ecs deregister-task-definition --task-definition my-app:1",
    ),
    Click(
        "7.2 Go to clusters and your cluster and delete", "Clusters → my-cluster → Delete cluster",
        ("ecs:DeleteCluster",), "aws ecs delete-cluster --cluster my-cluster",
    ),
)  # fmt: skip
