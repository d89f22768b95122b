"""Stage 08, seen in the states that learners get into: each has its own sentence."""

import pytest
from course_rig import PUBLIC_IMAGE, make_role, register, said

import ecslab
from ecslab import deployment, service

NAME = "adgu-web"
FAMILY = "adgu-web-server-task"
STUCK = (
    "2 desired, 75 % to 125 %: at least 2 healthy, at most 2 in all: no task may be stopped and none "
    "started, it is stuck"
)


@pytest.fixture(scope="module")
def begun(shared_lab):
    """Where the journal stands when the service runs revision 1, and `edition-2` is pushed besides."""
    shared_lab.control("reset")
    shared_lab.goto("04")
    service.create(shared_lab)
    service.wait_until_stable(shared_lab)
    page = ecslab.image.site("<h1>Edition 2</h1>")
    ecslab.image.push(shared_lab, ecslab.image.build(page, lab=shared_lab), tag="edition-2")
    return shared_lab.control("status")["position"]


@pytest.fixture
def lab(shared_lab, begun):
    """The lab as it was then."""
    shared_lab.control("cut", position=begun)
    return shared_lab


# How a learner gets there, by boto3 -------------------------------------------------------------------------


def image(lab, reference=":edition-2"):
    return f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/adgu/web{reference}"


def edition(lab, reference=":edition-2", **changes):
    """A revision of the lesson's family that names this image."""
    return register(lab, container_image=image(lab, reference), **changes)


def tagged(lab, tag, of="edition-2"):
    """The image `of` under another tag too."""
    found = lab.ecr.batch_get_image(repositoryName="adgu/web", imageIds=[{"imageTag": of}])["images"][0]
    lab.ecr.put_image(repositoryName="adgu/web", imageManifest=found["imageManifest"], imageTag=tag)


def update(lab, **changes):
    return lab.ecs.update_service(cluster="adgu-cluster", service=NAME, **changes)["service"]


def configure(lab, **changes):
    zones = {"availabilityZoneRebalancing": "DISABLED"} if changes.get("maximumPercent", 200) <= 100 else {}
    return update(lab, deploymentConfiguration=changes, **zones)


def breaker(lab, enable=True, rollback=True, **more):
    configure(lab, deploymentCircuitBreaker={"enable": enable, "rollback": rollback, **more})


def pass_time(lab, seconds):
    lab.control("advance", seconds=seconds)


def roll(lab, *arguments, **changes):
    """Register a revision, have the service run it, and wait until that is over."""
    update(lab, taskDefinition=edition(lab, *arguments, **changes))
    return deployment.watch(lab, limit=400)


# The wrong states -------------------------------------------------------------------------------------------


def a_tag_that_is_not_pushed(lab):
    edition(lab, ":edition-two")


def a_digest_that_is_not_there(lab):
    edition(lab, f"@sha256:{'0' * 64}")


def another_container(lab):
    edition(lab, container_name="web")


def another_port(lab):
    edition(lab, container_portMappings=[{"containerPort": 8080}])


def another_family(lab):
    edition(lab, family="adgu-edition-2")


def deregistered(lab):
    lab.ecs.deregister_task_definition(taskDefinition=edition(lab))


def the_same_page(lab):
    tagged(lab, "edition-1", of="latest")
    edition(lab, ":edition-1")


def somebody_elses_image(lab):
    register(lab, container_image=PUBLIC_IMAGE)


def only_forced(lab):
    edition(lab)
    pass_time(lab, 5)
    update(lab, forceNewDeployment=True)


def bad_without_breaker(lab):
    update(lab, taskDefinition=edition(lab, ":edition-two"))
    lab.wait(lambda: ecslab.service.find(lab)["deployments"][0]["failedTasks"] == 2, "two failures")


def given_up(lab):
    breaker(lab, rollback=False)
    roll(lab, ":edition-two")


def rolled_back(lab):
    breaker(lab)
    roll(lab, ":edition-two")


def stuck(lab):
    configure(lab, minimumHealthyPercent=75, maximumPercent=125)
    update(lab, taskDefinition=edition(lab))
    pass_time(lab, 60)


def scaled_to_nothing(lab):
    update(lab, taskDefinition=edition(lab), desiredCount=0)
    deployment.watch(lab)


def another_familys_task(lab):
    roll(lab, family="adgu-hello")


def gives_up_only(lab):
    breaker(lab, rollback=False)


def on_another_service(lab):
    """The lesson's service again under another name, with the breaker."""
    like = lab.ecs.describe_services(cluster="adgu-cluster", services=[NAME])["services"][0]
    wanted = ("taskDefinition", "launchType", "networkConfiguration")
    lab.ecs.create_service(
        cluster="adgu-cluster", serviceName="adgu-second", desiredCount=0,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        **{key: like[key] for key in wanted},
    )  # fmt: skip


def endless_patience(lab):
    breaker(lab, thresholdConfiguration={"type": "COUNT", "value": 100})


def endless_patience_in_percent(lab):
    update(lab, desiredCount=15)
    breaker(lab, thresholdConfiguration={"type": "UNBOUNDED_PERCENT", "value": 100})


def breaker_on_and_stuck(lab):
    breaker(lab)
    configure(lab, minimumHealthyPercent=75, maximumPercent=125)


def ended_by_hand(lab):
    roll(lab)
    bad_without_breaker(lab)
    update(lab, taskDefinition=f"{FAMILY}:2")
    deployment.watch(lab)


def wide_limits(lab):
    tagged(lab, "edition-3")
    roll(lab, ":edition-3")


def third_and_stuck(lab):
    wide_limits(lab)
    configure(lab, minimumHealthyPercent=51, maximumPercent=100)


def third_with_no_floor(lab):
    wide_limits(lab)
    configure(lab, minimumHealthyPercent=0, maximumPercent=100)


def third_rolled_back(lab):
    tagged(lab, "edition-3")
    breaker(lab)
    update(lab, taskDefinition=edition(lab, ":edition-3", executionRoleArn=_powerless(lab)))
    deployment.watch(lab, limit=900)


def third_only_registered(lab):
    tagged(lab, "edition-3")
    edition(lab, ":edition-3")


def third_scaled_to_nothing(lab):
    wide_limits(lab)
    configure(lab, minimumHealthyPercent=50, maximumPercent=100)
    update(lab, desiredCount=0)
    pass_time(lab, 60)


def _powerless(lab):
    return make_role(lab, policy=None, name="adgu-powerless")


def digest_only_registered(lab):
    roll(lab)
    edition(lab, f"@{_digest(lab)}")


def tag_and_digest(lab):
    roll(lab, f":edition-2@{_digest(lab)}")


def wrong_digest(lab):
    update(lab, taskDefinition=edition(lab, f"@sha256:{'0' * 64}"))


def somebody_elses_digest(lab):
    lab.ecr.create_repository(repositoryName="adgu/other")
    reference = image(lab, f"@{_digest(lab)}").replace("adgu/web", "adgu/other")
    update(lab, taskDefinition=register(lab, container_image=reference))


def digest_stuck(lab):
    configure(lab, minimumHealthyPercent=75, maximumPercent=125)
    update(lab, taskDefinition=edition(lab, f"@{_digest(lab)}"))
    pass_time(lab, 60)


def digest_scaled_to_nothing(lab):
    update(lab, taskDefinition=edition(lab, f"@{_digest(lab)}"), desiredCount=0)
    deployment.watch(lab)


def _digest(lab):
    wanted = [{"imageTag": "edition-2"}]
    found = lab.ecr.describe_images(repositoryName="adgu/web", imageIds=wanted)
    return found["imageDetails"][0]["imageDigest"]


def missing_image(lab, tag="edition-two"):
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{image(lab)}: {image(lab)}: not found".replace("edition-2", tag)
    )


def keeps_failing(lab):
    return (
        f"Tasks of revision 2 keep failing, 2 by now: {missing_image(lab)}. Its image could not be fetched: "
        "see the image's name and tag. Nothing ends this: the circuit breaker is off."
    )


WRONG = {
    "the tag is not pushed": (
        "08.revision", a_tag_that_is_not_pushed,
        f"`{FAMILY}:2` names the tag `edition-two`, which is not in the repository `adgu/web` (its tags: "
        "`edition-2`, `latest`).",
    ),
    "the digest is not there": (
        "08.revision", a_digest_that_is_not_there,
        f"`{FAMILY}:2` names the image `sha256:{'0' * 64}`, which is not in the repository `adgu/web` (its "
        "tags: `edition-2`, `latest`).",
    ),
    "the container has another name": (
        "08.revision", another_container, f"`{FAMILY}:2` names its container `web`, not `adgu-container`.",
    ),
    "the port is another one": (
        "08.revision", another_port,
        f"`{FAMILY}:2` maps container port 8080, but the web server in your image listens on 80.",
    ),
    "registered as another family": (
        "08.revision", another_family,
        f"`adgu/web:edition-2` is named by the family `adgu-edition-2`; the service runs revisions of "
        f"`{FAMILY}`.",
    ),
    "registered and deregistered": (
        "08.revision", deregistered,
        f"`{FAMILY}:2` runs `adgu/web:edition-2`, but was deregistered: it is INACTIVE.",
    ),
    "the same page under another tag": (
        "08.revision", the_same_page,
        f"`{FAMILY}:2` runs `adgu/web:edition-1`, which is the very image that runs now (same digest): "
        "nobody would see a difference.",
    ),
    "an image that is not the learner's": (
        "08.revision", somebody_elses_image, f"`{FAMILY}:2` runs `{PUBLIC_IMAGE}`, not the image you pushed.",
    ),
    "forceNewDeployment and nothing else": (
        "08.roll", only_forced,
        f"`{NAME}` was deployed anew, but with revision 1 again: `forceNewDeployment` starts new tasks, and "
        "no other revision.",
    ),
    "a bad image, and no breaker": ("08.roll", bad_without_breaker, keeps_failing),
    "given up, and not rolled back": (
        "08.roll", given_up,
        "The deployment of revision 2 FAILED (ECS deployment circuit breaker: tasks failed to start.). "
        "Nobody starts more of its tasks, and nobody brings the old revision back.",
    ),
    "rolled back": (
        "08.roll", rolled_back,
        f"Revision 2 was rolled out, and failed: `{NAME}` runs revision 1 again.",
    ),
    "limits that round to a standstill": ("08.roll", stuck, f"The rollout cannot move: {STUCK}."),
    "rolled out to no task at all": (
        "08.roll", scaled_to_nothing,
        f"The desired count of `{NAME}` is 0: its rollout is COMPLETED with no task at all.",
    ),
    "another family's revision": (
        "08.roll", another_familys_task,
        f"`{NAME}` runs `adgu-hello:1`; the lesson's family is `{FAMILY}`.",
    ),
    "the breaker gives up and does not roll back": (
        "08.breaker", gives_up_only,
        f"The circuit breaker of `{NAME}` gives up, but does not roll back: the service would stay with a "
        "FAILED deployment.",
    ),
    "the breaker of another service": (
        "08.breaker", on_another_service,
        f"The circuit breaker is on for `adgu-second`, not for `{NAME}`: each service has its own.",
    ),
    "a breaker that waits for a hundred failures": (
        "08.breaker", endless_patience,
        f"The circuit breaker of `{NAME}` gives up after 100 failures in a row: with 2 tasks that takes "
        "hours.",
    ),
    "a breaker that waits for as many failures as tasks": (
        "08.breaker", endless_patience_in_percent,
        f"The circuit breaker of `{NAME}` gives up after 15 failures in a row: with 15 tasks that takes "
        "hours.",
    ),
    "a breaker over limits that allow nothing": (
        "08.breaker", breaker_on_and_stuck,
        f"The circuit breaker is on, but `{NAME}` cannot be deployed at all: {STUCK}.",
    ),
    "a bad deployment that nothing ends": ("08.undone", bad_without_breaker, keeps_failing),
    "a bad deployment given up and left there": (
        "08.undone", given_up,
        "The deployment of revision 2 FAILED (ECS deployment circuit breaker: tasks failed to start.). "
        "Nobody starts more of its tasks, and nobody brings the old revision back.",
    ),
    "the bad revision is still in use": (
        "08.undone", rolled_back,
        "The circuit breaker brought revision 1 back, but revision 2 is still ACTIVE: whoever names the "
        "family alone gets it.",
    ),
    "a bad deployment ended by hand": (
        "08.undone", ended_by_hand,
        "Revision 3 was rolled out and failed, but it was you who ended it (STOPPED): the circuit breaker "
        "had no part in it.",
    ),
    "limits that allow no bad deployment either": ("08.undone", stuck, f"The rollout cannot move: {STUCK}."),
    "the third edition, with twice the tasks": (
        "08.yours-1", wide_limits,
        f"`{NAME}` runs `adgu/web:edition-3`, but its deployments may have 4 tasks at once (200 %): the "
        "exercise wants never more than 2.",
    ),
    "the third edition, and no way to a fourth": (
        "08.yours-1", third_and_stuck,
        f"`{NAME}` runs `adgu/web:edition-3`, but could not be deployed again: 2 desired, 51 % to 100 %: at "
        "least 2 healthy, at most 2 in all: no task may be stopped and none started, it is stuck.",
    ),
    "the third edition, with nobody left meanwhile": (
        "08.yours-1", third_with_no_floor,
        f"With a minimum of 0 % all tasks of `{NAME}` may be stopped at once: while the new ones come up, "
        "nobody answers.",
    ),
    "the third edition failed": (
        "08.yours-1", third_rolled_back,
        f"`edition-3` was rolled out and failed: `{NAME}` runs revision 1 again.",
    ),
    "the third edition, registered only": (
        "08.yours-1", third_only_registered,
        f"`edition-3` has a revision (2), but `{NAME}` still runs revision 1.",
    ),
    "the third edition, and no task": (
        "08.yours-1", third_scaled_to_nothing,
        f"The desired count of `{NAME}` is 0: its rollout is COMPLETED with no task at all.",
    ),
    "the digest, registered only": (
        "08.yours-2", digest_only_registered,
        f"Revision 3 names its image by digest, but `{NAME}` still runs revision 2.",
    ),
    "a tag and a digest": (
        "08.yours-2", tag_and_digest,
        "`adgu/web:edition-2` has a tag before the digest: then the digest decides, and the tag only "
        "misleads whoever reads it.",
    ),
    "a digest that nobody pushed": (
        "08.yours-2", wrong_digest,
        f"`{NAME}` is to run sha256:000000000000…, which is not in `adgu/web`: no task of it can start.",
    ),
    "a digest of another repository": (
        "08.yours-2", somebody_elses_digest,
        f"`{NAME}` runs an image of `adgu/other`; the lesson's is `adgu/web`.",
    ),
    "the digest, with limits that round to a standstill": (
        "08.yours-2", digest_stuck, f"The rollout cannot move: {STUCK}.",
    ),
    "the digest, and no task": (
        "08.yours-2", digest_scaled_to_nothing,
        f"The desired count of `{NAME}` is 0: its rollout is COMPLETED with no task at all.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_state_has_its_own_sentence(lab, name):
    step, make, message = WRONG[name]
    make(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("08.revision", f"The newest revision, `{FAMILY}:1`, runs `adgu/web:latest`: a second edition needs "
                        "a revision of its own."),
        ("08.roll", f"`{NAME}` runs revision 1, the first edition."),
        ("08.breaker", f"The circuit breaker of `{NAME}` is off: a bad deployment would be tried for ever."),
        ("08.undone", f"No deployment of `{NAME}` has failed and been rolled back."),
        ("08.yours-1", "There is no image `adgu/web:edition-3` yet."),
        ("08.yours-2", f"`{NAME}` runs `adgu/web:latest`: a tag, and a tag can be moved to another image."),
    ],
)  # fmt: skip
def test_nothing_done_yet(lab, step, text):
    assert said(lab, step) == ("Not yet", text)


@pytest.mark.parametrize(
    ("running", "text"),
    [
        (0, "Revision 2 is registered, but `adgu-web` still runs revision 1: a service keeps the revision it "
            "was given."),
        (2, "The rollout of revision 2 is IN_PROGRESS: 0 of 2 new tasks run, and 2 old."),
        (4, "The rollout of revision 2 is IN_PROGRESS: 2 of 2 new tasks run, and 2 old."),
    ],
)  # fmt: skip
def test_on_its_way(lab, running, text):
    arn = edition(lab)
    if running:
        update(lab, taskDefinition=arn)
        lab.wait(lambda: ecslab.service.find(lab)["runningCount"] == running, "so many tasks")
    assert said(lab, "08.roll") == ("Not yet", text)


def test_the_breaker_counts(lab):
    breaker(lab)
    bad_without_breaker(lab)
    outcome, text = said(lab, "08.undone")
    assert outcome == "Not yet"
    assert text.startswith("Tasks of revision 2 keep failing, 2 by now: CannotPullContainerError: ")
    assert text.endswith("see the image's name and tag. The circuit breaker counts.")


def test_any_image_and_any_count_will_do(lab):
    tagged(lab, "v2.1")
    update(lab, desiredCount=3)
    roll(lab, ":v2.1")
    assert said(lab, "08.roll") == (
        "Done", f"`{NAME}` runs revision 2, `adgu/web:v2.1`: 3 of 3 tasks, rollout COMPLETED."
    )  # fmt: skip
    assert said(lab, "08.revision") == ("Done", f"`{FAMILY}:2` runs `adgu/web:v2.1`.")
