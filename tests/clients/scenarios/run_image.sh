# Runs the image $1 of the account's ECR as a task, and fetches its page: the proof that what was pushed is whole. Sourced.
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
aws iam create-role --role-name pull --assume-role-policy-document '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
aws iam attach-role-policy --role-name pull \
  --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
SUBNET=$(aws ec2 describe-subnets --query 'Subnets[0].SubnetId' --output text --filters Name=default-for-az,Values=true)
GROUP=$(aws ec2 create-security-group --group-name web --description web --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id $GROUP --protocol tcp --port 80 --cidr 0.0.0.0/0
aws ecs create-cluster --cluster-name tried
aws ecs register-task-definition --family tried --network-mode awsvpc --requires-compatibilities FARGATE --cpu 256 \
  --memory 512 --execution-role-arn arn:aws:iam::$ACCOUNT:role/pull --container-definitions "[{\"name\": \"web\",
  \"image\": \"$ACCOUNT.dkr.ecr.$AWS_REGION.amazonaws.com/$1\", \"portMappings\": [{\"containerPort\": 80}]}]"
TASK=$(aws ecs run-task --cluster tried --task-definition tried --launch-type FARGATE --query 'tasks[0].taskArn' --output text \
  --network-configuration "awsvpcConfiguration={subnets=[$SUBNET],securityGroups=[$GROUP],assignPublicIp=ENABLED}")
aws ecs wait tasks-running --cluster tried --tasks $TASK || {
  aws ecs describe-tasks --cluster tried --tasks $TASK --query 'tasks[0].stoppedReason'; exit 1; }
ENI=$(aws ecs describe-tasks --cluster tried --tasks $TASK --output text \
  --query "tasks[0].attachments[0].details[?name=='networkInterfaceId'].value")
ADDRESS=$(aws ec2 describe-network-interfaces --network-interface-ids $ENI --output text \
  --query 'NetworkInterfaces[0].Association.PublicIp')
curl -fs -x "$ECSLAB_GATEWAY" "http://$ADDRESS/"
