"""On a real account, what still costs money by the hour is named."""

import ecslab
from ecslab.operations import cost_reminder
from tests.connection import machine_calls as calls


def test_tasks_that_still_run_are_named_with_their_price(lab, capsys):
    ecslab.cluster.create(lab)
    httpd = "public.ecr.aws/docker/library/httpd:2.4"
    ecslab.task_definition.register(lab, image=httpd, logs=False)
    started = ecslab.task.run(lab)
    reminder = cost_reminder.Reminder(lab)
    printed = capsys.readouterr().out
    assert printed.startswith(
        "1 task of this lab is still running in account 123456789012, us-east-1: about $0.0173"
    )
    assert "next: lab.cleanup()" in printed
    ecslab.task.stop(lab, started)
    reminder.close()
    assert capsys.readouterr().out == ""


def test_what_services_keep_and_balancers_that_wait_are_named_too(lab):
    ecslab.cluster.create(lab)
    ecslab.task_definition.register(lab, image="public.ecr.aws/docker/library/httpd:2.4", logs=False)
    ecslab.service.create(lab)
    ecslab.service.wait_until_stable(lab)
    assert cost_reminder.notice(lab).startswith("2 tasks of this lab are still running in account")
    subnets = list(ecslab.service.default_choice(lab).subnet_ids)
    lab.elbv2.create_load_balancer(Name=lab.names.load_balancer, Subnets=subnets)
    assert cost_reminder.notice(lab).startswith(
        "2 tasks and 1 load balancer of this lab are still running in "
    )
    assert "about $0.0672 an hour" in cost_reminder.notice(lab)
    calls.profile(lab.iam)
    calls.launch(lab.ec2, calls.image(lab.client("ssm")), lab.names.cluster)
    lab.control("advance", seconds=60)
    assert cost_reminder.notice(lab).startswith(
        "2 tasks, 1 instance and 1 load balancer of this lab are still running in "
    )
    assert "about $0.0963 an hour" in cost_reminder.notice(lab)
    lab.ec2.terminate_instances(InstanceIds=lab.ledger.entries()[-1].ids)
    ecslab.service.delete(lab)
    assert cost_reminder.notice(lab).startswith("1 load balancer of this lab is still running in account")
    lab.cleanup()
    assert cost_reminder.notice(lab) == ""
