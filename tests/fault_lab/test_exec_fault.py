"""The fault of ECS Exec: what a learner sees of it, and what does not fix it."""

import pytest
from botocore.exceptions import ClientError
from fault_rig import again, allowed, changed, judged, table


def test_what_one_sees_of_it(bay):
    fault = bay("exec-cut-off")
    app = fault._application()
    [task] = app.tasks
    [agent] = task["containers"][0]["managedAgents"]
    assert agent["lastStatus"] == "RUNNING" and app.serves_page
    with pytest.raises(ClientError, match=r"TargetNotConnectedException.*due to an internal error"):
        app.lab.ecs.execute_command(
            cluster=fault.names.cluster, task=task["taskArn"], command="sh", interactive=True
        )


def _off(lab, fault):
    lab.ecs.update_service(
        cluster=fault.names.cluster, service=fault.names.service, enableExecuteCommand=False
    )


@table(
    {
        "all of ssmmessages": allowed("task_role", "ssmmessages:*"),
    },
    {
        "the execution role": (
            allowed("execution_role", "ssmmessages:*"),
            "The execution role may more now. The agent in the container does not wear it: it acts under the "
            "task role.",
        ),
        "one action": (
            allowed("task_role", "ssmmessages:OpenDataChannel"),
            "The task role may some of it now. The agent opens two channels, and lacks still: "
            "ssmmessages:CreateControlChannel, ssmmessages:CreateDataChannel, "
            "ssmmessages:OpenControlChannel.",
        ),
        "switched off": (
            _off,
            "The service has ECS Exec switched off: nobody can step into its next tasks at all.",
        ),
        "deployed again": (
            again,
            "New tasks wear the same task role, and their agents are refused as the old ones were.",
        ),
    },
)
def test_attempts_at_an_agent_that_is_cut_off(bay, attempt, text):
    judged(bay("exec-cut-off"), attempt, text)


def test_without_a_task_role_there_is_no_exec(bay):
    fault = bay("exec-cut-off")
    with pytest.raises(ClientError, match="because a valid taskRoleArn is not being used"):
        changed({"taskRoleArn": None})(fault._application().lab, fault)
