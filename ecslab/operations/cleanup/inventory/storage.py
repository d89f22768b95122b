"""What is stored, and who may read it: log groups, repositories, secrets, roles."""

from __future__ import annotations

from collections.abc import Iterator

from ecslab.operations import prices
from ecslab.operations.cleanup.inventory import launching
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.resources import ecr, log_group, role, secret


def log_groups(survey: Survey) -> Iterator[Resource]:
    """The log groups, with what their lines cost to keep."""
    for name in survey.names("log group", survey.lab.names.log_group):
        if group := log_group.find(survey.lab, name):
            ours = survey.ours(log_group.tags(survey.lab, group))
            yield Resource("log group", name, name, hourly=prices.of_log_group(group), ours=ours)


def repositories(survey: Survey) -> Iterator[Resource]:
    """The repositories, with what their images cost to keep."""
    for name in survey.names("repository", survey.lab.names.repository):
        if repository := ecr.repository(survey.lab, name):
            arn, born = repository["repositoryArn"], repository.get("createdAt")
            ours = survey.ours(ecr.tags(survey.lab, arn), "repository", arn, born)
            hourly = prices.of_images(ecr.stored_bytes(survey.lab, name))
            yield Resource("repository", name, name, hourly=hourly, ours=ours)


def secrets(survey: Survey) -> Iterator[Resource]:
    """The secrets that are not deleted already."""
    for name in survey.names("secret", survey.lab.names.secret):
        shown = secret.find(survey.lab, name)
        if shown and "DeletedDate" not in shown:
            ours, status = survey.ours(shown.get("Tags"), "secret", shown["ARN"]), "(at once, past recovery)"
            yield Resource("secret", name, shown["ARN"], hourly=prices.SECRET_HOUR, status=status, ours=ours)


def roles(survey: Survey) -> Iterator[Resource]:
    """The roles: execution role, task role, and what else the ledger names. All Regions share them."""
    for name in survey.names("role", survey.lab.names.execution_role, survey.lab.names.task_role):
        if shown := role.find(survey.lab, name):
            ours = survey.ours(shown.get("Tags"), "role", shown["Arn"], shown["RoleId"])
            used = ", ".join(survey.lab.ledger.regions_that_use(name)) if ours else ""
            reason = (
                f"your lab in {used} still uses it: clean up there first, then here again" if used else ""
            )
            reason = reason or (_in_profile_that_stays(survey, name) if ours else "")
            yield Resource("role", name, name, ours=ours, kept=reason)


def _in_profile_that_stays(survey: Survey, name: str) -> str:
    """Why a role cannot go for now: an instance profile of the lab's that stays has it."""
    if not survey.may_have("instance profile"):
        return ""
    staying = {each.name: each.kept for each in launching.instance_profiles(survey) if each.kept}
    profiles = survey.lab.iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"]
    return next((f"instance profile {each['InstanceProfileName']} stays and has it" for each in profiles
                 if each["InstanceProfileName"] in staying), "")  # fmt: skip
