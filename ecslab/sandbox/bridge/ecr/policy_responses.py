"""ECR's answers about what rules a repository: its policies, previews of them, and scans."""

from moto.core.responses import ActionResult
from moto.ecr.responses import ECRResponse

from ecslab.sandbox.bridge.ecr import access, lifecycle_policy, repository_policy, scans
from ecslab.sandbox.bridge.ecr.errors import refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage, image_id
from ecslab.sandbox.bridge.ecr.paging import page
from ecslab.sandbox.bridge.ecr.repository import StoredRepository

Shape = dict[str, object]


class PolicyResponse(ECRResponse):  # type: ignore[misc]  # moto ships no types
    """One request, if it is about these."""

    def _repository(self) -> StoredRepository:
        repository: StoredRepository = self.ecr_backend.repository(
            self._get_param("repositoryName"), self._get_param("registryId")
        )
        return repository

    def set_repository_policy(self) -> ActionResult:
        """A policy that would keep its author from changing it is only taken with `force`."""
        repository = self._repository()
        text = repository_policy.canonical(self._get_param("policyText") or "")
        author = access.principal(self.access_key)
        if not self._get_param("force") and access.is_denied(text, author, "ecr:SetRepositoryPolicy"):
            raise refusal("locks_out")
        repository.policy = text
        return ActionResult({**_about(repository), "policyText": repository.policy})

    # Lifecycle policies -------------------------------------------------------------------------------------

    def put_lifecycle_policy(self) -> ActionResult:
        repository = self._repository()
        repository.set_lifecycle_policy(lifecycle_policy.compact(self._get_param("lifecyclePolicyText")))
        return ActionResult(_lifecycle(repository))

    def get_lifecycle_policy(self) -> ActionResult:
        repository = self._with_lifecycle_policy()
        evaluated = repository.evaluated()
        return ActionResult({**_lifecycle(repository), "lastEvaluatedAt": evaluated})

    def delete_lifecycle_policy(self) -> ActionResult:
        repository = self._with_lifecycle_policy()
        answer = {**_lifecycle(repository), "lastEvaluatedAt": repository.evaluated()}
        repository.set_lifecycle_policy(None)
        return ActionResult(answer)

    def start_lifecycle_policy_preview(self) -> ActionResult:
        repository, given = self._repository(), self._get_param("lifecyclePolicyText")
        text = lifecycle_policy.compact(given) if given else repository.lifecycle_policy
        if not text:
            raise refusal("lifecycle_missing", repository=repository)
        if repository.preview and not repository.preview.is_complete:
            raise refusal("preview_in_progress")
        preview = repository.start_preview(text)
        return ActionResult({**_about(repository), "lifecyclePolicyText": text, "status": preview.status})

    def get_lifecycle_policy_preview(self) -> ActionResult:
        repository = self._repository()
        preview = repository.preview
        if preview is None:
            raise refusal("preview_missing", repository=repository)
        results = preview.results()
        answer: Shape = {"lifecyclePolicyText": preview.text, "status": preview.status}
        if preview.is_complete:
            answer["summary"] = {"expiringImageTotalCount": len(results)}
        status = (self._get_param("filter") or {}).get("tagStatus", "ANY")
        shown = [row for row in results if status == "ANY" or (status == "TAGGED") == bool(row["imageTags"])]
        wanted = self._get_param("imageIds")
        if wanted:
            shown = [row for row in shown if any(_is_meant(each, row) for each in wanted)]
        return ActionResult({**_about(repository), **answer, **page(self, "previewResults", shown)})

    def _with_lifecycle_policy(self) -> StoredRepository:
        repository = self._repository()
        if not repository.lifecycle_policy:
            raise refusal("lifecycle_missing", repository=repository)
        return repository

    # Scans --------------------------------------------------------------------------------------------------

    def start_image_scan(self) -> ActionResult:
        repository = self._repository()
        image = self._image(repository)
        scans.start(image)
        return ActionResult(self._scan(repository, image))

    def describe_image_scan_findings(self) -> ActionResult:
        """There are no findings: AWS leaves them out of the answer for an image that it cannot scan."""
        repository = self._repository()
        image = self._image(repository)
        if image.scanned_at is None:
            raise refusal("scan_unknown", image=_wanted(self._get_param("imageId")), repository=repository)
        return ActionResult(self._scan(repository, image))

    def _image(self, repository: StoredRepository) -> StoredImage:
        wanted = self._get_param("imageId") or {}
        image: StoredImage = repository._get_image(wanted.get("imageTag"), wanted.get("imageDigest"))
        return image

    def _scan(self, repository: StoredRepository, image: StoredImage) -> Shape:
        named = image_id(image.image_digest, (self._get_param("imageId") or {}).get("imageTag"))
        return {**_about(repository), "imageId": named, "imageScanStatus": scans.status(image)}


def _about(repository: StoredRepository) -> Shape:
    return {"registryId": repository.registry_id, "repositoryName": repository.name}


def _lifecycle(repository: StoredRepository) -> Shape:
    return {**_about(repository), "lifecyclePolicyText": repository.lifecycle_policy}


def _is_meant(wanted: dict[str, str], row: Shape) -> bool:
    tags = row["imageTags"]
    assert isinstance(tags, list)
    return wanted.get("imageDigest", row["imageDigest"]) == row["imageDigest"] and (
        "imageTag" not in wanted or wanted["imageTag"] in tags
    )


def _wanted(given: dict[str, str]) -> str:
    digest, tag = given.get("imageDigest", "null"), given.get("imageTag", "null")
    return f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"
