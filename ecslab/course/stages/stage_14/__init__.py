"""Stage 14: broken applications, each found out in three parts: cause, evidence, fix."""

from collections.abc import Callable

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.course.stages.stage_14 import answers
from ecslab.display.verdict import Verdict, done, not_yet

EXAMPLE, STAYS, ANSWERS = 14, 42, 17  # seeds that the notebook names
NAMED = (EXAMPLE, STAYS, ANSWERS)


def of_seed(seed: int) -> Callable[[Connection], Verdict]:
    """A check whether the fault of one seed was solved."""

    def check(lab: Connection) -> Verdict:
        if seed in ecslab.fault_lab.solved(lab):
            return done(f"Fault {seed} is solved: cause, evidence and fix.")
        return _at_hand(lab, seed)

    return check


def another(lab: Connection) -> Verdict:
    """Exercise: a fault that the notebook does not name."""
    own = [seed for seed in ecslab.fault_lab.solved(lab) if seed not in NAMED]
    if own:
        return done(f"Fault {own[-1]}, which nobody had chosen for you, is solved.")
    progress = ecslab.fault_lab.progress(lab)
    if progress and progress.seed in NAMED:
        return verdicts.not_yet("14.the-notebooks", seed=progress.seed)
    return _at_hand(lab, progress.seed) if progress else _nothing("ecslab.fault(lab)")


def _nothing(call: str) -> Verdict:
    return not_yet(f"No fault is open. `{call}` arranges one.")


def _at_hand(lab: Connection, seed: int) -> Verdict:
    """How far the fault has come that is open."""
    progress = ecslab.fault_lab.progress(lab)
    if progress is None or (progress.seed != seed and progress.solved):
        return _nothing(f"ecslab.fault(lab, seed={seed})")
    if progress.seed != seed:
        return verdicts.wrong("14.another-open", other=progress.seed, seed=seed)
    if progress.gone:
        return verdicts.wrong("14.no-longer-there", seed=seed)
    if progress.shown:
        return verdicts.wrong("14.answer-shown", seed=seed)
    return _parts(progress)


def _parts(progress: "ecslab.fault_lab.Progress") -> Verdict:
    left = " and ".join(progress.left)
    if progress.wrong:
        return verdicts.wrong(
            "14.not-right-yet",
            seed=progress.seed,
            parts=" and the ".join(progress.wrong),
            are=_are(progress.wrong),
            left=left,
        )
    return not_yet(f"Fault {progress.seed} is open; left: {left}.")


def _are(parts: tuple[str, ...]) -> str:
    return "is" if len(parts) == 1 else "are"


def _solve_example(lab: Connection) -> None:
    fault = ecslab.fault(lab, seed=14).again()
    fault.name_cause("b")
    fault.evidence("ecs describe-services", "assignPublicIp")
    place = fault.network() | {"assignPublicIp": "ENABLED"}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})
    fault.wait()
    fault.check()
    fault.undo()


def _solve_stays(lab: Connection) -> None:
    fault = ecslab.fault(lab, seed=42).again()
    fault.name_cause("f")
    fault.evidence("ecs describe-tasks", "exitCode")
    definition = fault.definition()
    del definition["containerDefinitions"][0]["command"]
    fault.deploy(definition)
    fault.wait()
    fault.check()
    fault.undo()


def _solve_answers(lab: Connection) -> None:
    fault = ecslab.fault(lab, seed=17).again()
    fault.name_cause("c")
    fault.evidence("elbv2 describe-target-health", "Description")
    definition = fault.definition()
    definition["containerDefinitions"][0]["portMappings"] = [{"containerPort": 80}]
    balancer = lab.ecs.describe_services(cluster=fault.names.cluster, services=[fault.names.service])
    entry = balancer["services"][0]["loadBalancers"][0] | {"containerPort": 80}
    fault.deploy(definition, loadBalancers=[entry])
    fault.wait()
    fault.check()
    fault.undo()


def _solve_another(lab: Connection) -> None:
    fault = ecslab.fault(lab, seed=1).again()
    fault.name_cause("b")
    fault.evidence("ecs describe-tasks", "stoppedReason")
    definition = fault.definition()
    web = definition["containerDefinitions"][0]
    image = lab.ecr.describe_images(repositoryName=fault.names.service)["imageDetails"][0]
    web["image"] = web["image"].rpartition(":")[0] + ":" + image["imageTags"][0]
    fault.deploy(definition)
    fault.wait()
    fault.check()
    fault.undo()


STAGE = Stage(
    notebook="14-fault-lab.ipynb",
    needs=("00",),
    minutes=Minutes(reading=39, waiting=0),
    part="tools",
    steps=(
        Step("14.example", 12, of_seed(EXAMPLE), _solve_example, facts={"seed": EXAMPLE}),
        Step("14.yours-1", 12, of_seed(STAYS), _solve_stays, facts={"seed": STAYS}),
        Step("14.yours-2", 12, of_seed(ANSWERS), _solve_answers, facts={"seed": ANSWERS}),
        Step("14.yours-3", 12, another, _solve_another),
    ),
    answers={
        "public-ip": answers.public_ip,
        "exit-code": answers.exit_codes,
        "reason": answers.target_reasons,
    },
)
