"""Stage 08, seen in the states that learners get into: each has its own sentence."""

import pytest
from course_rig import PUBLIC_IMAGE, make_role, register, said

import ecslab
from ecslab import deployment, service
from ecslab.course import STAGES

NAME = "adgu-web"
FAMILY = "adgu-web-server-task"
NOTICE = "adgu-notice"
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
    image = lab.ecr.batch_get_image(repositoryName="adgu/web", imageIds=[{"imageTag": of}])["images"][0]
    lab.ecr.put_image(repositoryName="adgu/web", imageManifest=image["imageManifest"], imageTag=tag)


def update(lab, name=NAME, **changes):
    return lab.ecs.update_service(cluster="adgu-cluster", service=name, **changes)["service"]


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


# The exercises are done on a service of their own, which another team left with a deployment that hangs.


def third(lab, minimum=50, maximum=100, role=None, **changes):
    """The third edition is rolled out to the other team's service, within these percentages."""
    name = deployment.notice_board(lab)
    tagged(lab, "edition-3")
    zones = {"availabilityZoneRebalancing": "DISABLED"} if maximum <= 100 else {}
    update(
        lab, name, taskDefinition=edition(lab, ":edition-3", family=NOTICE, **role or {}),
        deploymentConfiguration={"minimumHealthyPercent": minimum, "maximumPercent": maximum, **changes},
        **zones,
    )  # fmt: skip
    deployment.watch(lab, name, limit=900)


def third_with_twice_the_tasks(lab):
    third(lab, 100, 200)


def third_and_the_percentages_set_afterwards(lab):
    third(lab, 100, 200)
    deployment.set_limits(lab, 50, 100, NOTICE)


def third_with_no_floor(lab):
    third(lab, 0, 100)


def third_with_no_floor_and_set_afterwards(lab):
    third(lab, 0, 100)
    deployment.set_limits(lab, 50, 100, NOTICE)


def third_and_stuck(lab):
    third(lab, 75, 125)


def third_rolled_back(lab):
    breaker_on = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    third(lab, 100, 200, {"executionRoleArn": _powerless(lab)}, **breaker_on)


def third_only_registered(lab):
    deployment.notice_board(lab)
    tagged(lab, "edition-3")
    edition(lab, ":edition-3", family=NOTICE)


def third_in_the_lessons_family(lab):
    deployment.notice_board(lab)
    tagged(lab, "edition-3")
    edition(lab, ":edition-3")


def third_scaled_to_nothing(lab):
    third(lab)
    update(lab, NOTICE, desiredCount=0)
    pass_time(lab, 60)


def _powerless(lab):
    return make_role(lab, policy=None, name="adgu-powerless")


def pinned(lab, reference, limit=400, **changes):
    """The other team's service is told to run this image, with room to do so."""
    name = deployment.notice_board(lab)
    arn = edition(lab, reference, family=NOTICE)
    configuration = {"minimumHealthyPercent": 100, "maximumPercent": 200}
    update(lab, name, **{"taskDefinition": arn, "deploymentConfiguration": configuration, **changes})
    deployment.watch(lab, name, limit=limit)


def digest_only_registered(lab):
    deployment.notice_board(lab)
    edition(lab, f"@{_digest(lab)}", family=NOTICE)


def digest_in_the_lessons_family(lab):
    deployment.notice_board(lab)
    edition(lab, f"@{_digest(lab)}")


def tag_and_digest(lab):
    pinned(lab, f":edition-2@{_digest(lab)}")


def wrong_digest(lab):
    pinned(lab, f"@sha256:{'0' * 64}", limit=5)


def somebody_elses_digest(lab):
    lab.ecr.create_repository(repositoryName="adgu/other")
    reference = image(lab, f"@{_digest(lab)}").replace("adgu/web", "adgu/other")
    name = deployment.notice_board(lab)
    update(lab, name, taskDefinition=register(lab, family=NOTICE, container_image=reference))


def digest_stuck(lab):
    name = deployment.notice_board(lab)
    update(lab, name, taskDefinition=edition(lab, f"@{_digest(lab)}", family=NOTICE))
    pass_time(lab, 60)


def digest_scaled_to_nothing(lab):
    pinned(lab, f"@{_digest(lab)}", desiredCount=0)


def _digest(lab):
    wanted = [{"imageTag": "edition-2"}]
    response = lab.ecr.describe_images(repositoryName="adgu/web", imageIds=wanted)
    return response["imageDetails"][0]["imageDigest"]


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
        f"`{FAMILY}:2` runs `adgu/web:edition-1`, which is the same image that runs now (same digest): "
        "nobody would see a difference.",
    ),
    "an image that is not the learner's": (
        "08.revision", somebody_elses_image, f"`{FAMILY}:2` runs `{PUBLIC_IMAGE}`, not the image you pushed.",
    ),
    "forceNewDeployment and nothing else": (
        "08.roll", only_forced,
        f"`{NAME}` was deployed again, but still with revision 1: `forceNewDeployment` starts new tasks, and "
        "no other revision.",
    ),
    "a bad image, and no breaker": ("08.roll", bad_without_breaker, keeps_failing),
    "given up, and not rolled back": (
        "08.roll", given_up,
        "The deployment of revision 2 FAILED (ECS deployment circuit breaker: tasks failed to start.). "
        "ECS starts no more of its tasks, and does not bring the old revision back.",
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
        "ECS starts no more of its tasks, and does not bring the old revision back.",
    ),
    "the bad revision is still in use": (
        "08.undone", rolled_back,
        "The circuit breaker brought revision 1 back, but revision 2 is still ACTIVE: a call that names "
        "the family alone gets it.",
    ),
    "a bad deployment ended by hand": (
        "08.undone", ended_by_hand,
        "Revision 3 was rolled out and failed, but you ended it yourself (STOPPED): the circuit breaker had "
        "no part in it.",
    ),
    "limits that allow no bad deployment either": ("08.undone", stuck, f"The rollout cannot move: {STUCK}."),
    "the third edition, with twice the tasks": (
        "08.yours-1", third_with_twice_the_tasks,
        f"`{NOTICE}` runs `adgu/web:edition-3`, but its events tell of 4 tasks at once: the exercise wants "
        "never more than 2. (What the percentages are now does not change that.)",
    ),
    "the third edition, and the percentages set afterwards": (
        "08.yours-1", third_and_the_percentages_set_afterwards,
        f"`{NOTICE}` runs `adgu/web:edition-3`, but its events tell of 4 tasks at once: the exercise wants "
        "never more than 2. (What the percentages are now does not change that.)",
    ),
    "the third edition, with nobody left meanwhile": (
        "08.yours-1", third_with_no_floor,
        f"`{NOTICE}` runs `adgu/web:edition-3`, but its events tell that all its tasks were stopped before a "
        "new one was started: for some time nobody answered.",
    ),
    "the third edition, with nobody left, and the percentages set afterwards": (
        "08.yours-1", third_with_no_floor_and_set_afterwards,
        f"`{NOTICE}` runs `adgu/web:edition-3`, but its events tell that all its tasks were stopped before a "
        "new one was started: for some time nobody answered.",
    ),
    "the third edition, within the percentages that the other team left": (
        "08.yours-1", third_and_stuck, f"The rollout cannot move: {STUCK}.",
    ),
    "the third edition failed": (
        "08.yours-1", third_rolled_back,
        f"`edition-3` was rolled out and failed: `{NOTICE}` runs revision 1 again.",
    ),
    "the third edition, registered only": (
        "08.yours-1", third_only_registered,
        f"`edition-3` has a revision (2), but `{NOTICE}` still runs revision 1.",
    ),
    "the third edition in the lesson's family": (
        "08.yours-1", third_in_the_lessons_family,
        f"`adgu/web:edition-3` is named by a revision of `{FAMILY}`, the lesson's family. The exercise has a "
        f"family of its own, `{NOTICE}`.",
    ),
    "the third edition, and no task": (
        "08.yours-1", third_scaled_to_nothing,
        f"The desired count of `{NOTICE}` is 0: its rollout is COMPLETED with no task at all.",
    ),
    "the digest, registered only": (
        "08.yours-2", digest_only_registered,
        f"Revision 2 names its image by digest, but `{NOTICE}` still runs revision 1.",
    ),
    "the digest in the lesson's family": (
        "08.yours-2", digest_in_the_lessons_family,
        f"The newest revision of `{FAMILY}`, the lesson's family, names its image by digest. The exercise "
        f"has a family of its own, `{NOTICE}`.",
    ),
    "a tag and a digest": (
        "08.yours-2", tag_and_digest,
        "`adgu/web:edition-2` has a tag before the digest. The digest decides, and the tag misleads whoever "
        "reads it.",
    ),
    "a digest that nobody pushed": (
        "08.yours-2", wrong_digest,
        f"`{NOTICE}` is to run sha256:000000000000…, which is not in `adgu/web`: no task of it can start.",
    ),
    "a digest of another repository": (
        "08.yours-2", somebody_elses_digest,
        f"`{NOTICE}` runs an image of `adgu/other`; the lesson's is `adgu/web`.",
    ),
    "the digest, with limits that round to a standstill": (
        "08.yours-2", digest_stuck, f"The rollout cannot move: {STUCK}.",
    ),
    "the digest, and no task": (
        "08.yours-2", digest_scaled_to_nothing,
        f"The desired count of `{NOTICE}` is 0: its rollout is COMPLETED with no task at all.",
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
        ("08.yours-1", f"There is no service `{NOTICE}`."),
        ("08.yours-2", f"There is no service `{NOTICE}`."),
    ],
)  # fmt: skip
def test_nothing_done_yet(lab, step, text):
    assert said(lab, step) == ("Not yet", text)


@pytest.mark.parametrize(
    ("running", "text"),
    [
        (0, "Revision 2 is registered, but `adgu-web` still runs revision 1: a service keeps the revision it "
            "was given."),
        (2, "The rollout of revision 2 is IN_PROGRESS; tasks that run: 0 new, of 2, and 2 old."),
        (4, "The rollout of revision 2 is IN_PROGRESS; tasks that run: 2 new, of 2, and 2 old."),
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


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("08.yours-1", "There is no image `adgu/web:edition-3` yet."),
        ("08.yours-2", f"`{NOTICE}` runs `adgu/web:latest`: a tag, and a tag can be moved to another image."),
    ],
)
def test_the_other_teams_service_as_it_was_left(lab, step, text):
    assert deployment.notice_board(lab) == deployment.notice_board(lab) == NOTICE
    assert len(service.find(lab, NOTICE)["deployments"]) == 2
    assert said(lab, step) == ("Not yet", text)


def test_the_third_edition_counts_by_its_events_whatever_the_percentages_are_now(lab):
    third(lab)
    update(lab, NOTICE, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200})
    done = f"`{NOTICE}` runs `adgu/web:edition-3`. By its events it had 1 to 2 tasks, all the time."
    assert said(lab, "08.yours-1") == ("Done", done)


def test_practice_changes_nothing_of_the_main_line(lab):
    before = [service.find(lab), ecslab.task_definition.revisions(lab)]
    third(lab)
    pinned(lab, f"@{_digest(lab)}")
    assert said(lab, "08.yours-2")[0] == "Done"
    assert [service.find(lab)["taskDefinition"], ecslab.task_definition.revisions(lab)] == [
        before[0]["taskDefinition"], before[1]
    ]  # fmt: skip
    service.delete(lab, NOTICE)
    assert [ecslab.ecr.image(lab, tag="latest")["imageDigest"]] == [
        task["containers"][0]["imageDigest"] for task in service.tasks(lab)[:1]
    ]


# What the questions ask for ---------------------------------------------------------------------------------


def answers(lab, name):
    return [str(answer) for answer in STAGES["08"].answers[name](lab)]


@pytest.mark.parametrize("name", ["running", "deployment", "threshold"])
def test_a_question_has_no_answer_while_there_is_nothing_to_ask(lab, name):
    assert answers(lab, name) == []


def test_the_answers_are_those_of_the_account(lab):
    edition(lab)
    assert answers(lab, "running")[0] == "1"
    update(lab, taskDefinition=f"{FAMILY}:2")
    deployment.watch(lab)
    assert answers(lab, "running")[:2] == ["2", f"{FAMILY}:2"]
    newest = service.find(lab)["deployments"][0]["id"]
    assert answers(lab, "deployment") == [newest, newest.removeprefix("ecs-svc/")]
    breaker(lab)
    assert answers(lab, "threshold") == ["3"]
    update(lab, desiredCount=8)
    assert answers(lab, "threshold") == ["4"]


def test_the_recorded_digest_is_the_first_one_even_after_the_tag_has_moved(lab):
    first = ecslab.ecr.image(lab, tag="latest")["imageDigest"]
    tagged(lab, "latest")
    update(lab, forceNewDeployment=True)
    deployment.watch(lab)
    assert answers(lab, "recorded")[0] == first
    assert {first.removeprefix("sha256:"), first[:19], first[7:19]} <= set(answers(lab, "recorded"))
    assert deployment.history(lab).rows[-1][1] == first[:19] != deployment.history(lab).rows[0][1]


# Two ways back, when a tag has moved ------------------------------------------------------------------------


def running_digests(lab):
    return {task["containers"][0]["imageDigest"] for task in service.tasks(lab)}


def test_a_roll_back_by_ecs_returns_to_the_recorded_digest_and_an_update_looks_the_tag_up(lab):
    recorded, moved = running_digests(lab), {_digest(lab)}
    tagged(lab, "latest")
    configure(lab, minimumHealthyPercent=0, maximumPercent=100)  # so that the old tasks are stopped first
    breaker(lab)
    update(lab, taskDefinition=edition(lab, ":edition-two"))
    assert deployment.watch(lab, limit=1800).state == "ROLLED BACK"
    assert running_digests(lab) == recorded
    update(lab, taskDefinition=f"{FAMILY}:1", forceNewDeployment=True)
    deployment.watch(lab)
    assert running_digests(lab) == moved != recorded
