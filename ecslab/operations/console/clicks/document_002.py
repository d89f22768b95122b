"""Document 002, the wizard in four steps, which the console no longer has."""

from typing import Final

from ecslab.operations.console.clicks.click import Click, fills

_DEFINE, _SERVE = "ecs:RegisterTaskDefinition", "ecs:CreateService"

CLICKS: Final = (
    Click("Click “Get Started”", "gone; nearest to it is Express Mode, which adds a load balancer"),
    Click("Select Custom container", "Task definitions → Create new task definition"),
    fills(
        "Enter container name (e.g., node-demo)", "Container: Name",
        _DEFINE, "containerDefinitions.name", """--container-definitions '[{"name": "node-demo", …}]'""",
    ),
    fills(
        "Enter image from Docker Hub", "Container: Image URI; a name without a host means Docker Hub",
        _DEFINE, "containerDefinitions.image",
        """--container-definitions '[{"image": "yourname/node-example-1", …}]'""",
    ),
    fills(
        "Port mapping → expose port 80", "Container: Container port",
        _DEFINE, "containerDefinitions.portMappings.containerPort",
        """--container-definitions '[{"portMappings": [{"containerPort": 80}], …}]'""",
    ),
    fills(
        "Env vars", "Container: Environment variables", _DEFINE, "containerDefinitions.environment",
        """--container-definitions '[{"environment": [{"name": "…", "value": "…"}], …}]'""",
    ),
    fills(
        "Logging (CloudWatch optional)", "Container: Use log collection",
        _DEFINE, "containerDefinitions.logConfiguration",
        """--container-definitions '[{"logConfiguration": {"logDriver": "awslogs", …}, …}]'""",
    ),
    fills(
        "Storage (volumes)", "Storage: Volumes", _DEFINE, "volumes", """--volumes '[{"name": "…"}]'"""
    ),
    fills("Memory & CPU for the task", "Task size", _DEFINE, "memory", "--cpu 256 --memory 512"),
    fills(
        "Network mode", "awsvpc: on Fargate there is no other",
        _DEFINE, "networkMode", "--network-mode awsvpc",
    ),
    fills(
        "Desired number of copies (1 task, 2 tasks, etc.)", "Create service → Desired tasks",
        _SERVE, "desiredCount", "--desired-count 1",
    ),
    fills(
        "Load balancers (not used yet here)", "Create service → Load balancing: leave it out",
        _SERVE, "loadBalancers", "no --load-balancers",
    ),
    fills(
        "Deployment settings", "Create service → Deployment options", _SERVE, "deploymentConfiguration",
        "--deployment-configuration minimumHealthyPercent=100,maximumPercent=200",
    ),
    Click(
        "AWS auto-creates required networking (VPC, subnets, …)",
        "no longer: choose the default VPC, or make one with VPC → Create VPC → VPC and more",
        (
            "ec2:CreateVpc", "ec2:CreateInternetGateway", "ec2:AttachInternetGateway", "ec2:CreateSubnet",
            "ec2:CreateRouteTable", "ec2:CreateRoute", "ec2:AssociateRouteTable",
        ),
        "aws ec2 create-vpc --cidr-block 10.0.0.0/16\n"
        "aws ec2 create-internet-gateway\n"
        "aws ec2 attach-internet-gateway --internet-gateway-id igw-… --vpc-id vpc-…\n"
        "aws ec2 create-subnet --vpc-id vpc-… --cidr-block 10.0.0.0/24\n"
        "aws ec2 create-route-table --vpc-id vpc-…\n"
        "aws ec2 create-route --route-table-id rtb-… --destination-cidr-block 0.0.0.0/0 --gateway-id igw-…\n"
        "aws ec2 associate-route-table --route-table-id rtb-… --subnet-id subnet-…",
    ),
    Click(
        "(… security groups)", "Create service → Security group: Create a new security group",
        ("ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress"),
        "aws ec2 create-security-group --group-name node-demo-http --description HTTP --vpc-id vpc-…\n"
        "aws ec2 authorize-security-group-ingress --group-id sg-… --protocol tcp --port 80 --cidr 0.0.0.0/0",
    ),
    Click("Click Next → Create", "Create, once for each of the three pages that follow"),
    Click(
        "Creates the cluster", "Clusters → Create cluster", ("ecs:CreateCluster",),
        "aws ecs create-cluster --cluster-name node-demo-cluster",
    ),
    Click(
        "(the task definition of steps 1 and 2)", "Task definitions → Create", (_DEFINE,),
        "aws ecs register-task-definition --family node-demo --requires-compatibilities FARGATE "
        "--network-mode awsvpc --cpu 256 --memory 512 --container-definitions file://node-demo.json",
    ),
    Click(
        "Creates the service", "Clusters → node-demo-cluster → Services → Create", (_SERVE,),
        "aws ecs create-service --cluster node-demo-cluster --service-name node-demo-service "
        "--task-definition node-demo --desired-count 1 --launch-type FARGATE --network-configuration "
        "'awsvpcConfiguration={subnets=[subnet-…],securityGroups=[sg-…],assignPublicIp=ENABLED}'",
    ),
    Click("Creates the task … launches the container", "nobody clicks: the service does it"),
    Click(
        "Go to Tasks", "Clusters → node-demo-cluster → Tasks", ("ecs:ListTasks",),
        "aws ecs list-tasks --cluster node-demo-cluster --service-name node-demo-service",
    ),
    Click(
        "Click the task ID (not the definition)", "the task", ("ecs:DescribeTasks",),
        "aws ecs describe-tasks --cluster node-demo-cluster --tasks …",
    ),
    Click(
        "Find the public IP", "Networking: Public IP", ("ec2:DescribeNetworkInterfaces",),
        "aws ec2 describe-network-interfaces --network-interface-ids eni-…",
    ),
    Click("Open it in your browser", "open address: no AWS call, but HTTP to the task"),
)  # fmt: skip
