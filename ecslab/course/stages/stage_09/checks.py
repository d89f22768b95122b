"""Stage 09: several containers in one task, a secret, and the two roles told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stages.stage_09 import guestbook
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import role as roles
from ecslab.resources import task_definition
from ecslab.resources.secret import names as secret_names
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef


def secret_there(lab: Connection) -> Verdict:
    """The secret is there, and the execution role may read it, and no more than it."""
    name, role = lab.names.secret, lab.names.execution_role
    secret = ecslab.secret.find(lab, name)
    if not secret:
        if other := similar_name(lab, name, secret_names(lab)):
            return wrong(f"There is a secret `{other}`, but the lesson's is called `{name}`.")
        return not_yet(f"There is no secret `{name}`.")
    if "DeletedDate" in secret:
        return verdicts.wrong("09.secret-deleted", name=name)
    if not roles.find(lab, role):
        return wrong(f"There is no role `{role}`, which Fargate would read the secret with.")
    granted = roles.allowed_resources(lab, role, ecslab.secret.READ)
    if "*" in granted:
        return verdicts.wrong("09.every-secret", role=role)
    if roles.covers(granted, secret["ARN"]):
        return done(f"`{name}` is kept, and `{role}` may read it.")
    return _unread(lab, secret, granted)


def _unread(lab: Connection, secret: DescribeSecretResponseTypeDef, granted: list[str]) -> Verdict:
    name, role = lab.names.secret, lab.names.execution_role
    if granted:
        return wrong(f"`{role}` may read {granted[0]}, and that is not `{name}`.")
    if others := roles.allowed_actions(lab, role, secret["ARN"]):
        return verdicts.wrong(
            "09.other-actions", role=role, others=", ".join(others), name=name, read=ecslab.secret.READ
        )
    if roles.covers(roles.allowed_resources(lab, lab.names.task_role, ecslab.secret.READ), secret["ARN"]):
        return verdicts.wrong("09.task-role-reads", task_role=lab.names.task_role, name=name, role=role)
    return verdicts.not_yet("09.not-readable", name=name, role=role)


def together(lab: Connection) -> Verdict:
    """A guestbook task is RUNNING: its web container waited until the database was healthy."""
    family = lab.names.guestbook
    ours = [t for t in task_reader.of_cluster(lab, lab.names.cluster) if task_family(t) == family]
    alive = [task for task in ours if task["desiredStatus"] == "RUNNING"]
    if not ours:
        return _no_guestbook(lab)
    task = next((t for t in alive if t["lastStatus"] == "RUNNING"), (alive or ours)[0])
    definition = task_definition.find(lab, str(task["taskDefinitionArn"])) or {}
    if flaw := guestbook.flaw(definition):
        return wrong(f"Task {short_id(task)} runs {guestbook.revision(task)}: {flaw}")
    if not alive:
        return guestbook.over(task)
    if task["lastStatus"] != "RUNNING":
        return not_yet(f"Task {short_id(task)} is {task['lastStatus']}: {guestbook.waiting(task)}.")
    sick = [c["name"] for c in task["containers"] if c.get("healthStatus") == "UNHEALTHY"]
    if sick:
        return verdicts.wrong("09.container-unhealthy", task=short_id(task), container=sick[0])
    return done(f"Task {short_id(task)} is RUNNING: `web` started when `database` was HEALTHY.")


def _no_guestbook(lab: Connection) -> Verdict:
    family = lab.names.guestbook
    registered = task_definition.find(lab, family)
    if not registered:
        return not_yet(f"There is no task definition `{family}`.")
    if flaw := guestbook.flaw(registered):
        return wrong(f"`{family}:{registered['revision']}` is registered, and: {flaw}")
    return not_yet(f"`{family}` is registered, but no task of it was run in `{lab.names.cluster}`.")


def asked(lab: Connection) -> Verdict:
    """The reader's last task read the secret by its own call, under a task role that allows just that."""
    family = lab.names.reader
    ours = [t for t in task_reader.of_cluster(lab, lab.names.cluster) if task_family(t) == family]
    if not ours:
        return not_yet(f"No task of `{family}` was run in `{lab.names.cluster}`.")
    task = max(ours, key=lambda each: str(each["createdAt"]))
    definition = task_definition.find(lab, str(task["taskDefinitionArn"])) or {}
    role = str(definition.get("taskRoleArn", "")).rsplit("/", 1)[-1]
    if role == lab.names.execution_role:
        return verdicts.wrong(
            "09.execution-role-as-task-role", revision=guestbook.revision(task), task_role=lab.names.task_role
        )
    if task["lastStatus"] != "STOPPED":
        return not_yet(f"Task {short_id(task)} is {task['lastStatus']}: it has not ended yet.")
    code = next((c["exitCode"] for c in task["containers"] if "exitCode" in c), None)
    return _ended(lab, task, role, code)


def _ended(lab: Connection, task: TaskTypeDef, role: str, code: int | None) -> Verdict:
    short = short_id(task)
    if code is None:
        reason, meaning = stopped_task.why(task)
        return wrong(f"Task {short} never started: {reason}. {meaning}".strip())
    if code == 253 or not role:
        return verdicts.wrong("09.no-task-role", short=short, code=code)
    if code == 254:
        return verdicts.wrong("09.refused", short=short, role=role)
    if code != 0:
        return wrong(f"Task {short} ended with exit code {code}. Its log says why.")
    if "*" in roles.allowed_resources(lab, role, ecslab.secret.READ):
        return verdicts.wrong("09.reads-every-secret", short=short, role=role)
    return done(f"Task {short} read the secret by itself, under the task role `{role}`.")
