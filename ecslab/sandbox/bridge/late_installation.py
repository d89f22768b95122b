"""Our backends of services that most lessons never use, put in the place of moto's when first called."""

from ecslab.sandbox.bridge import late_backends


def fetch(service: str) -> None:
    """Before a service is used (by its signing name), put what is ours of it in moto's place."""
    if service == "elasticloadbalancing":
        from ecslab.sandbox.bridge import installation

        installation.load_balancing()
    elif service == "sqs":
        from ecslab.sandbox.bridge import sqs

        sqs.install()
    elif service == "tagging":
        from ecslab.sandbox.bridge.tagging import backend

        backend.install()
    else:
        late_backends.install(service)
