"""Lifecycle policies of ECR: what they expire and when, what a preview shows, and what AWS refuses."""

import json

import pytest
from botocore.exceptions import ClientError
from ecr_rig import ACCOUNT, LIST, image, rig

from ecslab.sandbox.bridge.ecr import constraints, lifecycle, lifecycle_preview

DAY = 24 * 3600
WEB = f"the repository with name 'web' in the registry with id '{ACCOUNT}'"


@pytest.fixture
def lab():
    with rig() as ecr_rig:
        ecr_rig.ecr.create_repository(repositoryName="web")
        yield ecr_rig


def rule(priority=1, tag_status="any", count_type="imageCountMoreThan", number=1, **more):
    unit = {} if count_type == "imageCountMoreThan" else {"countUnit": "days"}
    selection = {"tagStatus": tag_status, "countType": count_type, **unit, "countNumber": number, **more}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def text(*rules) -> str:
    return json.dumps({"rules": list(rules)})


def put(lab, *rules):
    return lab.ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=text(*rules))


def refused(call, **values) -> str:
    with pytest.raises(ClientError) as caught:
        call(repositoryName="web", **values)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def pushed(lab, *tags, every=60):
    """One image for each entry: its tags parted by blanks, none for an empty one; the oldest first."""
    for number, named in enumerate(tags):
        first, *others = named.split() or [None]
        lab.push(tag=first, page=b"page %d" % number)
        for tag in others:
            lab.push(tag=tag, page=b"page %d" % number)
        lab.now += every


def left(lab) -> list[str]:
    images = lab.ecr.describe_images(repositoryName="web")["imageDetails"]
    return [" ".join(image.get("imageTags", [])) for image in images]


CASES = {
    "any, by count": (["a", "", "b", "c"], [rule(number=2)], ["b", "c"]),
    "untagged, by count": (["a", "", "", "b"], [rule(tag_status="untagged")], ["a", "", "b"]),
    "tagged by prefix": (
        ["prod-1", "beta-1", "prod-2", "x"],
        [rule(tag_status="tagged", tagPrefixList=["prod"])],
        ["beta-1", "prod-2", "x"],
    ),
    "all prefixes have to match": (
        ["prod-1 eu-1", "prod-2", "prod-3 eu-3"],
        [rule(tag_status="tagged", tagPrefixList=["prod", "eu"])],
        ["prod-2", "prod-3 eu-3"],
    ),
    "tagged by pattern": (
        ["v1-web", "v1-db", "v2-web"],
        [rule(tag_status="tagged", tagPatternList=["v*web"])],
        ["v1-db", "v2-web"],
    ),
    "a question mark is no wildcard": (
        ["v1", "v2"], [rule(tag_status="tagged", tagPatternList=["v?"])], ["v1", "v2"],
    ),
    "a rule of a higher number leaves what another is about, and counts it": (
        ["beta-1 prod-1", "beta-2 prod-2", "beta-3"],
        [rule(1, "tagged", tagPrefixList=["prod"]), rule(2, "tagged", tagPrefixList=["beta"])],
        ["beta-2 prod-2", "beta-3"],
    ),
    "as recorded: the newest is the first rule's, and counts for the second": (
        ["http-tag", "original"],
        [rule(1, "tagged", tagPrefixList=["original"]), rule(2)],
        ["original"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_images_go_within_a_day(lab, name):
    tags, rules, stay = CASES[name]
    pushed(lab, *tags)
    put(lab, *rules)
    assert left(lab) == tags, "not at once"
    lab.now += DAY
    assert left(lab) == stay


def test_days_since_the_push_and_since_the_last_pull(lab):
    pushed(lab, "old", "new", every=2 * DAY)
    put(lab, rule(count_type="sinceImagePushed", number=3))
    lab.now += DAY
    assert left(lab) == ["new"]
    put(lab, rule(count_type="sinceImagePulled", number=30))
    lab.now += 40 * DAY
    assert left(lab) == []


def test_an_image_that_an_index_names_stays(lab):
    first = lab.push(tag=None, page=b"amd64")
    lab.now += 60
    manifest, _ = image(b"amd64")
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": len(manifest),
             "digest": first["imageId"]["imageDigest"],
             "platform": {"os": "linux", "architecture": "amd64"}}  # fmt: skip
    index = json.dumps({"schemaVersion": 2, "mediaType": LIST, "manifests": [entry]})
    lab.ecr.put_image(repositoryName="web", imageManifest=index, imageTag="both")
    put(lab, rule())
    lab.now += DAY
    assert left(lab) == ["", "both"]


def test_when_it_was_last_evaluated(lab):
    put(lab, rule())
    put_at = lab.now
    raw = lab.ecr.get_lifecycle_policy(repositoryName="web")
    assert raw["lastEvaluatedAt"].timestamp() == 0, "never"
    lab.now += lifecycle.EVALUATED_EVERY * 3 + 5
    now = lab.ecr.get_lifecycle_policy(repositoryName="web")["lastEvaluatedAt"].timestamp()
    assert now == put_at + lifecycle.EVALUATED_EVERY * 3
    gone = lab.ecr.delete_lifecycle_policy(repositoryName="web")
    assert gone["lastEvaluatedAt"].timestamp() == now
    pushed(lab, "a", "b")
    lab.now += 3 * DAY
    assert left(lab) == ["a", "b"], "no policy, no evaluation"


def test_the_text_comes_back_without_blanks_and_in_order(lab):
    policy_text = json.dumps({"rules": [rule(2), rule(1, "untagged")]}, indent=2)
    answer = lab.ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=policy_text)
    compact = json.dumps({"rules": [rule(1, "untagged"), rule(2)]}, separators=(",", ":"))
    assert answer["lifecyclePolicyText"] == compact
    assert lab.ecr.get_lifecycle_policy(repositoryName="web")["lifecyclePolicyText"] == compact


# previews


def test_a_preview_shows_what_would_go_and_lets_it_stay(lab):
    pushed(lab, "a", "b", "c")
    started = lab.ecr.start_lifecycle_policy_preview(repositoryName="web", lifecyclePolicyText=text(rule(7)))
    assert started["status"] == "IN_PROGRESS"
    assert refused(lab.ecr.start_lifecycle_policy_preview, lifecyclePolicyText=text(rule())).startswith(
        "LifecyclePolicyPreviewInProgressException: "
    )
    assert lab.ecr.get_lifecycle_policy_preview(repositoryName="web")["status"] == "IN_PROGRESS"
    lab.now += lifecycle_preview.LASTS
    preview = lab.ecr.get_lifecycle_policy_preview(repositoryName="web", maxResults=1)
    assert (preview["status"], preview["summary"]) == ("COMPLETE", {"expiringImageTotalCount": 2})
    (first,) = preview["previewResults"]
    assert (first["imageTags"], first["appliedRulePriority"]) == (["a"], 7)
    assert (first["action"], first["storageClass"]) == ({"type": "EXPIRE"}, "STANDARD")
    assert "nextToken" in preview
    only = lab.ecr.get_lifecycle_policy_preview(repositoryName="web", imageIds=[{"imageTag": "b"}])
    assert [row["imageTags"] for row in only["previewResults"]] == [["b"]]
    none = lab.ecr.get_lifecycle_policy_preview(repositoryName="web", filter={"tagStatus": "UNTAGGED"})
    assert none["previewResults"] == []
    lab.now += 3 * DAY
    assert left(lab) == ["a", "b", "c"]


def test_a_preview_needs_a_policy_and_a_beginning(lab):
    missing = f"LifecyclePolicyNotFoundException: Lifecycle policy does not exist for {WEB}"
    assert refused(lab.ecr.start_lifecycle_policy_preview) == missing
    message = refused(lab.ecr.get_lifecycle_policy_preview)
    assert message.startswith("LifecyclePolicyPreviewNotFoundException: ")
    put(lab, rule())
    assert lab.ecr.start_lifecycle_policy_preview(repositoryName="web")["status"] == "IN_PROGRESS"


# refusals

AT = "InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: "
FAILURE = f"{AT}'Lifecycle policy validation failure: "
NO_ALTERNATIVE = "instance failed to match exactly one schema (matched 0 out of 2)\n"
ANY_FIRST = "Rule for tagStatus=ANY must have the lowest priority per storage class"
FILLED = rule() | {"description": "x" * 100}
INVALID = {
    "number zero": (
        [rule(number=0)], "numeric instance is lower than the required minimum (minimum: 1, found: 0)\n",
    ),
    "a unit for a count": ([rule(countUnit="days")], NO_ALTERNATIVE),
    "an age in hours": ([rule(count_type="sinceImagePushed", countUnit="hours")], NO_ALTERNATIVE),
    "an unknown count": ([rule(count_type="sinceImageSeen")], NO_ALTERNATIVE),
    "expired to somewhere": (
        [FILLED | {"action": {"type": "expire", "targetStorageClass": "archive"}}], NO_ALTERNATIVE,
    ),
    "tagged without tags": (
        [rule(tag_status="tagged")], "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
    ),
    "two for untagged": (
        [rule(1, "untagged"), rule(2, "untagged")],
        "Only one rule can select Untagged images per storage class.",
    ),
    "any before others": ([rule(1), rule(2, "untagged")], ANY_FIRST),
    "two for any": ([rule(1), rule(2)], ANY_FIRST),
    "a member more": (
        [FILLED | {"when": "now"}],
        'object instance has properties which are not allowed by the schema: (["when"])\n',
    ),
    "a member less": (
        [{"description": "x" * 100, "rulePriority": 1}],
        'object has missing required properties (["action","selection"])\n',
    ),
    "a text for a number": (
        [FILLED | {"rulePriority": "1"}],
        'instance type (string) does not match any allowed primitive type (allowed: ["integer"])\n',
    ),
    "an unknown action": (
        [FILLED | {"action": {"type": "keep"}}],
        'instance value ("keep") not found in enum (possible values: ["expire","transition"])\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INVALID)
def test_policies_that_aws_calls_invalid(lab, name):
    rules, problem = INVALID[name]
    assert refused(lab.ecr.put_lifecycle_policy, lifecyclePolicyText=text(*rules)) == f"{FAILURE}{problem}'"
    preview = lab.ecr.start_lifecycle_policy_preview
    assert refused(preview, lifecyclePolicyText=text(*rules)) == f"{FAILURE}{problem}'"


@pytest.mark.parametrize(
    "rules",
    [
        [rule(1, "tagged", tagPrefixList=["a"]), rule(1, "untagged")],
        [rule(1, "untagged", tagPrefixList=["a"])],
        [rule(1, "tagged", tagPrefixList=["a"], tagPatternList=["b"])],
        [rule(1, "tagged", tagPatternList=["a*b*c*d*e*"])],
        [rule(1, "tagged", tagPrefixList=["a"]), rule(2, "tagged", tagPrefixList=["a"])],
        [rule(number + 1, "tagged", tagPrefixList=[str(number)]) for number in range(51)],
        ["a rule"] * 20,
    ],
)
def test_policies_that_break_a_rule_of_the_user_guide(lab, rules):
    assert refused(lab.ecr.put_lifecycle_policy, lifecyclePolicyText=text(*rules)).startswith(FAILURE)


def test_a_text_that_is_short_or_no_policy(lab):
    short = constraints.broken("PutLifecyclePolicy", json.dumps({"lifecyclePolicyText": '{"rules": []}'}))
    assert short.message == (
        "Invalid parameter at 'lifecyclePolicyText' failed to satisfy constraint: "
        "'Member must have length greater than or equal to 100'"
    )
    for policy_text in ("x" * 100, json.dumps(["x" * 100]), "[" * 20_000):
        message = refused(lab.ecr.put_lifecycle_policy, lifecyclePolicyText=policy_text)
        assert message == f"{FAILURE}Could not map policyString into LifecyclePolicy.'"


def test_what_aws_takes_and_the_sandbox_does_not(lab):
    moved = FILLED | {"action": {"type": "transition", "targetStorageClass": "archive"}}
    message = refused(lab.ecr.put_lifecycle_policy, lifecyclePolicyText=text(moved))
    assert message.startswith(
        "InvalidParameterException: This sandbox does not carry the storage class archive"
    )
