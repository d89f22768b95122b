"""What the policy of a VPC endpoint says of a call that goes through it.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

import json
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.permissions import Decision, decide_at_endpoint

LAYERS: Final = "arn:aws:s3:::prod-{region}-starport-layer-bucket/*"
"""Where ECR keeps layers (Amazon ECR interface VPC endpoints, "minimum Amazon S3 bucket permissions")."""


def endpoint_problem(
    facts: vpc.Facts, service: str, action: str, resource: str | None, role_arn: str = "", task_id: str = ""
) -> str | None:
    """Why an endpoint lets a call not through, in IAM's sentence; None if it does, or the call meets none.

    Args:
        service: the endpoint's short name (`ecr.api`).
        resource: the ARN acted upon, `*`, or None if it is not known: then any that is allowed will do.
        role_arn: under which role the call is made; the service's own calls have none.
    """
    endpoint = packets.endpoint_for(facts, service)
    if endpoint is None or not endpoint.policy:
        return None
    role, account = role_arn.rpartition("/")[2], current_account().id
    session = f"arn:aws:sts::{account}:assumed-role/{role}/{task_id}"
    document = json.loads(endpoint.policy)
    decision = decide_at_endpoint(document, (role_arn, session), account, action, resource)
    why = {
        Decision.NOT_ALLOWED: f"because no VPC endpoint policy allows the {action} action",
        Decision.DENIED: "with an explicit deny in a VPC endpoint policy",
    }.get(decision)
    if why is None:
        return None
    return f"User: {session} is not authorized to perform: {action} on resource: {resource or '*'} {why}"
