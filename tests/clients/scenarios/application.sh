# A cluster `shop` with a service `web` of two tasks behind a load balancer, stable: for clients that deploy to what is
# there. Sourced; it leaves ACCOUNT, SUBNETS, GROUP, TARGETS and BALANCER behind.
ecr_image() { echo "$ACCOUNT.dkr.ecr.$AWS_REGION.amazonaws.com/$1"; }
keep ACCOUNT $(aws sts get-caller-identity --query Account --output text)
aws iam create-role --role-name shop-execution --assume-role-policy-document '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
aws iam attach-role-policy --role-name shop-execution \
  --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
aws logs create-log-group --log-group-name /ecs/shop
keep VPC $(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)
keep SUBNETS "$(aws ec2 describe-subnets --filters Name=default-for-az,Values=true --query 'Subnets[].SubnetId' --output text | tr '\t' ' ')"
keep GROUP $(aws ec2 create-security-group --group-name shop --description shop --vpc-id $VPC --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id $GROUP --protocol tcp --port 80 --cidr 0.0.0.0/0
keep NETWORK "awsvpcConfiguration={subnets=[$(echo $SUBNETS | tr ' ' ,)],securityGroups=[$GROUP],assignPublicIp=ENABLED}"
keep BALANCER $(aws elbv2 create-load-balancer --name shop --subnets $SUBNETS --security-groups $GROUP \
  --query 'LoadBalancers[0].LoadBalancerArn' --output text)
keep TARGETS $(aws elbv2 create-target-group --name shop --protocol HTTP --port 80 --vpc-id $VPC --target-type ip \
  --health-check-interval-seconds 10 --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 modify-target-group-attributes --target-group-arn $TARGETS \
  --attributes Key=deregistration_delay.timeout_seconds,Value=30
aws elbv2 create-listener --load-balancer-arn $BALANCER --protocol HTTP --port 80 \
  --default-actions Type=forward,TargetGroupArn=$TARGETS
cat > shop.json <<JSON
{"family": "shop", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
 "executionRoleArn": "arn:aws:iam::$ACCOUNT:role/shop-execution",
 "containerDefinitions": [{"name": "web", "image": "public.ecr.aws/docker/library/httpd:2.4", "essential": true,
   "portMappings": [{"containerPort": 80}],
   "logConfiguration": {"logDriver": "awslogs", "options": {
     "awslogs-group": "/ecs/shop", "awslogs-region": "$AWS_REGION", "awslogs-stream-prefix": "web"}}}]}
JSON
aws ecs register-task-definition --cli-input-json file://shop.json
aws ecs create-cluster --cluster-name shop
aws ecs create-service --cluster shop --service-name web --task-definition shop --desired-count 2 --launch-type FARGATE \
  --network-configuration "$NETWORK" --load-balancers targetGroupArn=$TARGETS,containerName=web,containerPort=80
aws ecs wait services-stable --cluster shop --services web
