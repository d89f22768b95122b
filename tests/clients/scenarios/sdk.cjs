// One piece of work for each argument; what later pieces need is kept in kept.json.
const assert = require("node:assert");
const fs = require("node:fs");
const { ECS, waitUntilServicesStable, waitUntilServicesInactive, waitUntilTasksStopped, paginateListTaskDefinitions,
  ClusterNotFoundException } = require("@aws-sdk/client-ecs");
const { ECR } = require("@aws-sdk/client-ecr");
const { EC2 } = require("@aws-sdk/client-ec2");
const { IAM } = require("@aws-sdk/client-iam");
const { CloudWatchLogs } = require("@aws-sdk/client-cloudwatch-logs");
const { ElasticLoadBalancingV2, waitUntilLoadBalancerAvailable, waitUntilTargetInService } =
  require("@aws-sdk/client-elastic-load-balancing-v2");

const ecs = new ECS(), ecr = new ECR(), ec2 = new EC2(), iam = new IAM(), logs = new CloudWatchLogs();
const elb = new ElasticLoadBalancingV2();
const IMAGE = "public.ecr.aws/docker/library/httpd:2.4";
const TRUST = { Version: "2012-10-17", Statement: [
  { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }] };
const PULL = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
const kept = fs.existsSync("kept.json") ? JSON.parse(fs.readFileSync("kept.json")) : {};
const keep = (more) => fs.writeFileSync("kept.json", JSON.stringify(Object.assign(kept, more)));
const waiting = (client) => ({ client, maxWaitTime: 300, minDelay: 2, maxDelay: 5 });

const definition = (colour) => ({
  family: "shop", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512",
  executionRoleArn: kept.role, tags: [{ key: "team", value: "shop" }],
  containerDefinitions: [{
    name: "web", image: IMAGE, portMappings: [{ containerPort: 80 }], environment: [{ name: "COLOUR", value: colour }],
    logConfiguration: { logDriver: "awslogs", options: {
      "awslogs-group": "/ecs/shop", "awslogs-region": process.env.AWS_REGION, "awslogs-stream-prefix": "web" } } }],
});
const network = () => ({ awsvpcConfiguration: {
  subnets: kept.subnets, securityGroups: [kept.group], assignPublicIp: "ENABLED" } });
const service = { cluster: "shop", services: ["web"] };

const work = {
  async repository() {
    const { repository } = await ecr.createRepository({ repositoryName: "shop/web" });
    assert.match(repository.repositoryUri, /\/shop\/web$/);
    const { authorizationData } = await ecr.getAuthorizationToken({});
    assert.ok(authorizationData[0].expiresAt > new Date());
    const answer = await fetch(`http://${process.env.ECR_REGISTRY}/v2/`, {
      headers: { authorization: `Basic ${authorizationData[0].authorizationToken}` } });
    assert.equal(answer.status, 200);
  },
  async definition() {
    const { Role } = await iam.createRole({ RoleName: "shop", AssumeRolePolicyDocument: JSON.stringify(TRUST) });
    await iam.attachRolePolicy({ RoleName: "shop", PolicyArn: PULL });
    await logs.createLogGroup({ logGroupName: "/ecs/shop" });
    keep({ role: Role.Arn });
    const { taskDefinition } = await ecs.registerTaskDefinition(definition("blue"));
    assert.equal(taskDefinition.revision, 1);
    assert.ok(taskDefinition.registeredAt instanceof Date);
  },
  async service() {
    const { Subnets } = await ec2.describeSubnets({ Filters: [{ Name: "default-for-az", Values: ["true"] }] });
    const VpcId = Subnets[0].VpcId;
    const { GroupId } = await ec2.createSecurityGroup({ GroupName: "shop", Description: "shop", VpcId });
    await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [
      { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] });
    const subnets = Subnets.map((subnet) => subnet.SubnetId);
    const { LoadBalancers } = await elb.createLoadBalancer({ Name: "shop", Subnets: subnets, SecurityGroups: [GroupId] });
    const LoadBalancerArn = LoadBalancers[0].LoadBalancerArn;
    const { TargetGroups } = await elb.createTargetGroup({
      Name: "shop", Protocol: "HTTP", Port: 80, VpcId, TargetType: "ip", HealthCheckIntervalSeconds: 10 });
    const TargetGroupArn = TargetGroups[0].TargetGroupArn;
    await elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [
      { Key: "deregistration_delay.timeout_seconds", Value: "30" }] });
    await elb.createListener({ LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions: [{ Type: "forward", TargetGroupArn }] });
    keep({ subnets, group: GroupId, balancer: LoadBalancerArn, targets: TargetGroupArn });
    fs.writeFileSync("address", LoadBalancers[0].DNSName);
    await waitUntilLoadBalancerAvailable(waiting(elb), { LoadBalancerArns: [LoadBalancerArn] });
    await ecs.createCluster({ clusterName: "shop", capacityProviders: ["FARGATE", "FARGATE_SPOT"] });
    await ecs.createService({
      cluster: "shop", serviceName: "web", taskDefinition: "shop", desiredCount: 2, launchType: "FARGATE",
      networkConfiguration: network(), propagateTags: "TASK_DEFINITION", enableECSManagedTags: true,
      loadBalancers: [{ targetGroupArn: TargetGroupArn, containerName: "web", containerPort: 80 }] });
    await waitUntilServicesStable(waiting(ecs), service);
    await waitUntilTargetInService(waiting(elb), { TargetGroupArn });
  },
  async deployment() {
    await ecs.registerTaskDefinition(definition("green"));
    await ecs.updateService({ cluster: "shop", service: "web", taskDefinition: "shop" });
    await waitUntilServicesStable(waiting(ecs), service);
    const { services } = await ecs.describeServices(service);
    assert.deepEqual(services[0].deployments.map((one) => one.rolloutState), ["COMPLETED"]);
    const { serviceDeployments } = await ecs.listServiceDeployments({ cluster: "shop", service: "web" });
    assert.deepEqual(serviceDeployments.map((one) => one.status), ["SUCCESSFUL", "SUCCESSFUL"]);
  },
  async task() {
    const { tasks } = await ecs.runTask({
      cluster: "shop", taskDefinition: "shop", networkConfiguration: network(),
      capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
      overrides: { containerOverrides: [{ name: "web", command: ["sh", "-c", "echo done; exit 3"] }] } });
    const described = { cluster: "shop", tasks: [tasks[0].taskArn] };
    await waitUntilTasksStopped(waiting(ecs), described);
    const [task] = (await ecs.describeTasks(described)).tasks;
    assert.equal(task.containers[0].exitCode, 3);
    assert.ok(task.startedAt < task.stoppedAt);
    const logStreamName = `web/web/${tasks[0].taskArn.split("/").at(-1)}`;
    const { events } = await logs.getLogEvents({ logGroupName: "/ecs/shop", logStreamName, startFromHead: true });
    assert.deepEqual(events.map((event) => event.message), ["done"]);
  },
  async pages() {
    const arns = [];
    for await (const page of paginateListTaskDefinitions({ client: ecs, pageSize: 1 }, {})) arns.push(...page.taskDefinitionArns);
    assert.equal(arns.length, 2);
  },
  async refusal() {
    await assert.rejects(ecs.listServices({ cluster: "nowhere" }), (error) =>
      error instanceof ClusterNotFoundException && error.message === "Cluster not found." && error.$metadata.httpStatusCode === 400);
  },
  async capacity() {
    await ecs.createCapacityProvider({ name: "machines", autoScalingGroupProvider: { autoScalingGroupArn:
      "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0:autoScalingGroupName/machines" } });
  },
  async end() {
    await ecs.deleteService({ cluster: "shop", service: "web", force: true });
    await waitUntilServicesInactive(waiting(ecs), service);
    await elb.deleteLoadBalancer({ LoadBalancerArn: kept.balancer });
    await elb.deleteTargetGroup({ TargetGroupArn: kept.targets });
    await ecs.deleteCluster({ cluster: "shop" });
    await ecr.deleteRepository({ repositoryName: "shop/web", force: true });
    await logs.deleteLogGroup({ logGroupName: "/ecs/shop" });
    const { clusters } = await ecs.describeClusters({ clusters: ["shop"] });
    assert.equal(clusters[0].status, "INACTIVE");
  },
};

work[process.argv[2]]().catch((error) => { console.error(`${error.name}: ${error.message}`); process.exit(1); });
