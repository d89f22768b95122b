"""Stage 10's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def balance(lab: Connection) -> object:
    name, front, back = lab.name("adgu-app"), lab.name("adgu-app-front"), lab.name("adgu-app-back")
    if not (ecslab.service.find(lab, front) and ecslab.service.find(lab, back)):
        ecslab.guestbook.by_address(lab)
    doors = ecslab.guestbook.groups(lab)
    subnets = list(ecslab.service.default_choice(lab).subnet_ids)
    group = ecslab.load_balancer.target_group(lab, name=name, health_path="/api/health", drain=5)
    targets = group["TargetGroupArn"]
    balancer = ecslab.load_balancer.find(lab, name)
    if not balancer:
        balancer = lab.elbv2.create_load_balancer(
            Name=name, Type="application", Scheme="internal", Subnets=subnets, SecurityGroups=[doors.balancer]
        )["LoadBalancers"][0]
    if not ecslab.load_balancer.listener(lab, balancer):
        lab.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
        )
    lab.ecs.update_service(
        cluster=lab.names.cluster,
        service=back,
        loadBalancers=[{"targetGroupArn": targets, "containerName": "back", "containerPort": 80}],
    )
    ecslab.service.wait_until_stable(lab, back)
    lab.wait(
        lambda: "healthy" in [target.state for target in ecslab.load_balancer.targets(lab, name)],
        "a healthy target",
    )
    return balancer


def give_a_name(lab: Connection) -> object:
    zone, back = f"{lab.name('adgu')}.internal", lab.name("adgu-app-back")
    if not ecslab.cloud_map.find_namespace(lab, zone):
        vpc, _ = ecslab.network.default_subnet(lab)
        begun = lab.servicediscovery.create_private_dns_namespace(Name=zone, Vpc=vpc.id)
        ecslab.cloud_map.wait_until_done(lab, begun)
    namespace = ecslab.cloud_map.find_namespace(lab, zone)
    if not ecslab.cloud_map.find_service(lab, "back", zone):
        records = [{"Type": "A", "TTL": 120}]
        config = {"NamespaceId": namespace["Id"], "DnsRecords": records}  # type: ignore[index]
        lab.servicediscovery.create_service(Name="back", DnsConfig=config)
    registry = ecslab.cloud_map.find_service(lab, "back", zone)["Arn"]  # type: ignore[index]
    lab.ecs.update_service(
        cluster=lab.names.cluster, service=back, serviceRegistries=[{"registryArn": registry}]
    )
    return ecslab.service.wait_until_stable(lab, back)


def connect(lab: Connection) -> object:
    front, back, mesh = lab.name("adgu-app-front"), lab.name("adgu-app-back"), lab.name("adgu-mesh")
    if not ecslab.cloud_map.find_namespace(lab, mesh):
        ecslab.cloud_map.wait_until_done(lab, lab.servicediscovery.create_http_namespace(Name=mesh))
    alias = {"port": 80, "dnsName": "back"}
    serves = {"portName": "api", "discoveryName": "back", "clientAliases": [alias]}
    server = {"enabled": True, "namespace": mesh, "services": [serves]}
    lab.ecs.update_service(
        cluster=lab.names.cluster,
        service=back,
        serviceConnectConfiguration=server,  # type: ignore[arg-type]
    )
    ecslab.service.wait_until_stable(lab, back)
    role = ecslab.task_role.create(lab, lab.name("adguAppTaskRole"))["Arn"]
    definition = ecslab.guestbook.register_front(lab, task_role=role, connect="http://back")
    lab.ecs.update_service(  # after the server: a deployment knows the endpoints that were there before
        cluster=lab.names.cluster,
        service=front,
        taskDefinition=definition["taskDefinitionArn"],
        serviceConnectConfiguration={"enabled": True, "namespace": mesh},
    )
    return ecslab.service.wait_until_stable(lab, front)


def step_in(lab: Connection) -> object:
    import json

    front, role = lab.name("adgu-app-front"), lab.name("adguAppTaskRole")
    channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
    actions = [f"ssmmessages:{channel}" for channel in channels]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    lab.iam.put_role_policy(
        RoleName=role,
        PolicyName="step-in",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    lab.ecs.update_service(
        cluster=lab.names.cluster, service=front, enableExecuteCommand=True, forceNewDeployment=True
    )
    ecslab.service.wait_until_stable(lab, front)
    return ecslab.service.tasks(lab, front)


def publish_porter(lab: Connection) -> object:
    mesh, choice = lab.name("adgu-mesh"), ecslab.service.default_choice(lab)
    porter, guest = lab.name("adgu-app-porter"), lab.name("adgu-app-guest")
    if not ecslab.cloud_map.find_namespace(lab, mesh):
        ecslab.cloud_map.wait_until_done(lab, lab.servicediscovery.create_http_namespace(Name=mesh))
    definition = ecslab.task_definition.register(
        lab, family=porter, containerDefinitions=[ecslab.guestbook.back_container(lab)]
    )
    alias = {"port": 8080, "dnsName": "porter"}
    serves = {"portName": "api", "discoveryName": "porter", "clientAliases": [alias]}
    server = {"enabled": True, "namespace": mesh, "services": [serves]}
    ecslab.service.create(
        lab, definition["taskDefinitionArn"], 1, choice, porter, serviceConnectConfiguration=server
    )
    ecslab.service.wait_until_stable(lab, porter)
    asks = ecslab.guestbook.register_front(lab, family=guest, connect="http://porter:8080")
    client = {"enabled": True, "namespace": mesh}
    ecslab.service.create(
        lab, asks["taskDefinitionArn"], 1, choice, guest, serviceConnectConfiguration=client
    )
    ecslab.service.wait_until_stable(lab, guest)
    return ecslab.guestbook.ask(lab, guest)


def close_porter(lab: Connection) -> object:
    choice = ecslab.service.default_choice(lab)
    porter, guest = lab.name("adgu-app-porter"), lab.name("adgu-app-guest")
    if not (ecslab.service.find(lab, porter) and ecslab.service.find(lab, guest)):
        lab.solve("10.yours-1")  # type: ignore[attr-defined]

    def group(name: str) -> str:
        filters = [{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [choice.vpc_id]}]
        held = lab.ec2.describe_security_groups(Filters=filters)["SecurityGroups"]  # type: ignore[arg-type]
        if held:
            return held[0]["GroupId"]
        made = lab.ec2.create_security_group(GroupName=name, Description="an exercise", VpcId=choice.vpc_id)
        return made["GroupId"]

    badge, door = group(guest), group(porter)  # one that says who the guest is, and one that admits it
    shown = lab.ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [door]}])
    if not any(group["IpPermissions"] for group in shown["SecurityGroups"]):  # a new one may be unseen yet
        pair = {"GroupId": badge}
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [pair]}
        lab.ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=[rule])  # type: ignore[list-item]
    vpc = {"subnets": list(choice.subnet_ids), "assignPublicIp": "ENABLED"}
    for name, held in ((porter, [door]), (guest, [*choice.security_group_ids, badge])):
        network = {"awsvpcConfiguration": vpc | {"securityGroups": held}}
        lab.ecs.update_service(
            cluster=lab.names.cluster,
            service=name,
            networkConfiguration=network,  # type: ignore[arg-type]
        )
        ecslab.service.wait_until_stable(lab, name)
    return ecslab.guestbook.ask(lab, guest)
