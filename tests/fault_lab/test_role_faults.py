"""Faults of roles and of the log."""

import re

from fault_rig import again, allowed, changed, edited, event, judged, reasons, role, table

from ecslab.resources import execution_role

DENIED = (
    "is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows "
    "the {action} action"
)


def test_a_role_that_is_gone_cannot_be_assumed(bay):
    fault = bay("no-execution-role")
    assert not fault._application().stopped_tasks
    assert event(
        fault,
        "failed to launch a task with (error ECS was unable to assume the role "
        "'arn:aws:iam::123456789012:role/fault-execution' that was provided for this task. Please verify "
        "that the role being passed has the proper trust relationship and permissions and that your IAM "
        "user has permissions to pass this role.).",
    )


def _another_role(lab, fault):
    role_arn = role(lab, "another")
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    lab.iam.attach_role_policy(RoleName="another", PolicyArn=policy)
    fault.deploy(edited(fault, {"executionRoleArn": role_arn}))


def _another_role_in_time(lab, fault):
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    role_arn = role(lab, "another")
    lab.iam.attach_role_policy(RoleName="another", PolicyArn=policy)
    lab.control("advance", seconds=15)
    fault.deploy(edited(fault, {"executionRoleArn": role_arn}))


@table(
    {"another role": _another_role},
    {
        "trusting EC2": (
            lambda lab, fault: role(lab, fault.names.execution_role, "ec2.amazonaws.com"),
            "The role `fault-execution` is there, but its trust policy does not let ecs-tasks.amazonaws.com "
            "assume it.",
        ),
        "without rights": (
            lambda lab, fault: role(lab, fault.names.execution_role),
            "The role `fault-execution` can be assumed again, but it has no policy: it may not even sign "
            "in to ECR.",
        ),
        "as the task role": (
            lambda lab, fault: fault.deploy(edited(fault, {"taskRoleArn": role(lab, fault.names.task_role)})),
            "The definition has a task role now. That is what the program in the container wears; the pull "
            "and the log need the execution role.",
        ),
        "deployed again": (
            again,
            "A new deployment tries to assume the same role, and `fault-execution` still does not exist.",
        ),
    },
)
def test_attempts_at_a_role_that_is_gone(bay, attempt, text):
    judged(bay("no-execution-role"), attempt, text)


def _unguarded(lab, fault):
    off = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    fault.deploy(forceNewDeployment=True, deploymentConfiguration=off)


def _without_role(lab, fault):
    execution_role.delete(lab, fault.names.execution_role)
    fault.deploy(forceNewDeployment=True)


@table(
    {"deployed again": again, "another role": _another_role_in_time},
    {
        "without a role": (_without_role, "The role `fault-execution` does not exist now."),
        "without a breaker": (
            _unguarded,
            "The circuit breaker is off now. The next deployment that really fails would go on for ever.",
        ),
    },
)
def test_attempts_at_a_role_that_was_too_new(bay, attempt, text):
    judged(bay("role-too-new"), attempt, text)


def test_a_secret_that_may_not_be_read_is_denied(bay):
    fault = bay("secret-denied")
    secret = fault.definition()["containerDefinitions"][0]["secrets"][0]["valueFrom"]
    for reason in reasons(fault):
        assert reason.startswith(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
            "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): "
            f"failed to fetch secret {secret} from secrets manager: operation error Secrets Manager: "
            "GetSecretValue, https response error StatusCode: 400, RequestID: "
        )
        assert re.search(
            "api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/fault-execution/",
            reason,
        )
        assert reason.endswith(DENIED.format(action="secretsmanager:GetSecretValue", resource=secret))


def _for_the_task_role(lab, fault):
    role_arn = role(lab, fault.names.task_role)
    allowed("task_role", "secretsmanager:GetSecretValue")(lab, fault)
    fault.deploy(edited(fault, {"taskRoleArn": role_arn}))


@table(
    {
        "every secret": allowed("execution_role", "secretsmanager:*"),
    },
    {
        "no secret": (
            changed(secrets=None),
            "The definition does not ask for the secret any more. The task starts, and the application has "
            "no password (or one that everybody can read in the definition).",
        ),
        "the task role": (
            _for_the_task_role,
            "The task role has a right now. But secrets are fetched before the program runs, and the task "
            "role is the program's.",
        ),
        "another action": (
            allowed("execution_role", "secretsmanager:DescribeSecret"),
            "The execution role has a further policy now, and is still refused: its action or its resource "
            "is not what the `stoppedReason` names.",
        ),
        "deployed again": (again, "A new deployment asks the same role, which still may not."),
    },
)
def test_attempts_at_a_denied_secret(bay, attempt, text):
    judged(bay("secret-denied"), attempt, text)


def test_a_task_role_without_the_right_is_refused(bay):
    fault = bay("task-role")
    [task] = fault._application().tasks
    who = f"arn:aws:sts::123456789012:assumed-role/fault-task/{task['taskArn'].rpartition('/')[2]}"
    denied = DENIED.format(
        action="ssm:GetParameter", resource="arn:aws:ssm:us-east-1:123456789012:parameter/fault-prices"
    )
    assert repr(fault.log(1)) == (
        "An error occurred (AccessDeniedException) when calling the GetParameter operation: "
        f"User: {who} {denied}"
    )
    assert event(fault, "has reached a steady state.")


@table(
    {
        "every parameter": allowed("task_role", "ssm:GetParameter*"),
    },
    {
        "the execution role": (
            allowed("execution_role", "ssm:GetParameter"),
            "The execution role may more now. The program does not wear it: its calls are made under the "
            "task role.",
        ),
        "another action": (
            allowed("task_role", "ssm:GetParameterHistory"),
            "The program is still refused: what the task role may does not cover the action and the resource "
            "that the refusal names.",
        ),
        "no role": (
            changed({"taskRoleArn": None}),
            "The definition has no task role any more: now the program has no credentials at all.",
        ),
    },
)
def test_attempts_at_a_refused_program(bay, attempt, text):
    judged(bay("task-role"), attempt, text)


def test_a_log_group_that_is_missing_is_said_to_be(bay):
    fault = bay("no-log-group")
    for reason in reasons(fault):
        assert re.fullmatch(
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 "
            "times: failed to create Cloudwatch log stream: operation error CloudWatch Logs: "
            "CreateLogStream, https response error StatusCode: 400, RequestID: [0-9a-f-]{36}, "
            "ResourceNotFoundException: The specified log group does not exist. : exit status 1",
            reason,
        )


def _options(**more):
    def attempt(_lab, fault):
        definition = fault.definition()
        definition["containerDefinitions"][0]["logConfiguration"]["options"] |= more
        fault.deploy(definition)

    return attempt


def _made_by_fargate(lab, fault):
    allowed("execution_role", "logs:CreateLogGroup")(lab, fault)
    _options(**{"awslogs-create-group": "true"})(lab, fault)


@table(
    {
        "the one that is there": lambda lab, fault: _options(**{"awslogs-group": fault.names.log_group})(
            lab, fault
        ),
        "made by Fargate": _made_by_fargate,
    },
    {
        "no log": (
            changed(logConfiguration=None),
            "The definition has no log configuration any more. The task starts, and when it next stops "
            "nobody will be able to say why.",
        ),
        "made by Fargate, without the right": (
            _options(**{"awslogs-create-group": "true"}),
            "`awslogs-create-group` lets Fargate make the group, but the execution role may not: "
            "AmazonECSTaskExecutionRolePolicy has no logs:CreateLogGroup.",
        ),
        "another name": (
            lambda lab, fault: lab.logs.create_log_group(logGroupName=fault.names.log_group[1:]),
            lambda fault: (
                f"There is a new log group `{fault.names.log_group[1:]}`, but the definition names "
                f"`{fault.definition()['containerDefinitions'][0]['logConfiguration']['options']['awslogs-group']}`."
            ),
        ),
    },
)
def test_attempts_at_a_missing_log_group(bay, attempt, text):
    judged(bay("no-log-group"), attempt, text)
