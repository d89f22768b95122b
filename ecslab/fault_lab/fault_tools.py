"""What helps to mend a fault's application: its definition and network, a deployment, and time."""

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from ecslab.display.progress_line import Progress
from ecslab.display.tables import minutes
from ecslab.fault_lab.engine import views
from ecslab.fault_lab.engine.arrangement import FaultGone
from ecslab.fault_lab.fault_in_account import FaultInAccount
from ecslab.resources import metrics, scaling

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationOutputTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
        UpdateServiceRequestTypeDef,
    )

_STEP, _PATIENCE = 20.0, 30 * 60.0  # seconds


class FaultTools(FaultInAccount):
    """What the learner may do with the application of a fault."""

    def definition(self) -> "RegisterTaskDefinitionRequestTypeDef":
        """The definition in use, as RegisterTaskDefinition takes it: change it, and give it to `deploy`."""
        self._at_hand()
        request = self._lab.ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape
        known = request.members if request else {}
        described = self._application().task_definition.items()
        settable = {name: value for name, value in described if name in known}
        return cast("RegisterTaskDefinitionRequestTypeDef", settable)

    def network(self) -> "AwsVpcConfigurationOutputTypeDef":
        """The `awsvpcConfiguration` in use: subnets, securityGroups, assignPublicIp."""
        self._at_hand()
        return self._application().vpc_configuration

    def deploy(
        self, definition: "RegisterTaskDefinitionRequestTypeDef | None" = None, **settings: object
    ) -> views.Text:
        """Register a revision, if one is given, and let the service use it.

        Args:
            definition: as RegisterTaskDefinition takes it.
            settings: other parameters of UpdateService, as boto3 spells them.
        """
        self._at_hand()
        sent = f"UpdateService {self.names.service}"
        if definition is not None:
            registered = self._lab.ecs.register_task_definition(**definition)["taskDefinition"]
            settings["taskDefinition"] = registered["taskDefinitionArn"]
            sent = f"RegisterTaskDefinition {registered['family']}:{registered['revision']}, then {sent}"
        request = {"cluster": self.names.cluster, "service": self.names.service, **settings}
        self._lab.ecs.update_service(**cast("UpdateServiceRequestTypeDef", request))
        return views.Text(f"{sent}: accepted. fault.wait() lets time pass.")

    def wait(self) -> views.Text:
        """Let virtual time pass until the application works, or has failed again, or half an hour is over."""
        self._at_hand()
        before, passed, lacking = self._application(), 0.0, ""
        known = {task["taskArn"] for task in before.failed_tasks} if before.service else set()
        with Progress("the application to settle", shown=not self._lab.stepped) as line:
            while passed < _PATIENCE:
                self._lab.control("advance", seconds=_STEP)
                line.tick(f"waiting for the application to settle … {minutes(passed)} of AWS time")
                passed += _STEP
                app = self._application()
                lacking = self._case.lacking(app)
                failed = {task["taskArn"] for task in app.failed_tasks} if app.service else set()
                if not lacking or len(failed - known) >= 2 or not app.desired_count:
                    break
        spoken = f"{passed:.0f} s" if passed < 180 else f"{passed / 60:.0f} min"
        return views.Text(f"{spoken} later: {lacking or 'the application works.'}")

    def run(self, minutes: float = 2) -> scaling.Run:
        """How it did from its service's beginning until now: its tasks, and the requests of its visitors.

        `ecslab.visitors(lab, 5, load_balancer=fault.names.balancer)` lets visitors come.

        Args:
            minutes: so many pass first, and what is left of the last one: metrics come once a minute.

        Raises:
            FaultGone: it is not the fault at hand, or its service was deleted.
        """
        self._at_hand()
        service = self._application().service
        if service is None:
            raise FaultGone(
                f"the service {self.names.service} of fault {self.seed} is not there any more.\n"
                "  next: fault.again() starts over"
            )
        end = scaling.until_whole(self._lab, metrics.now(self._lab) + timedelta(minutes=minutes))
        return scaling.run(
            self._unrecorded, service["createdAt"], end, self.names.service,
            cluster=self.names.cluster, cpu=False,
        )  # fmt: skip
