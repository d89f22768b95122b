"""Our backends of services that most lessons never use, put in the place of moto's when first called."""


def fetch(service: str) -> None:
    """Before a service is used (by its signing name), put what is ours of it in moto's place."""
    if service == "elasticloadbalancing":
        from ecslab.sandbox.bridge import installation

        installation.load_balancing()
    elif service == "acm":
        from ecslab.sandbox.bridge import acm

        acm.install()
    elif service == "kms":
        from ecslab.sandbox.bridge import kms

        kms.install()
    elif service == "route53":
        from ecslab.sandbox.bridge import route53

        route53.install()
    elif service == "s3":
        from ecslab.sandbox.bridge import s3

        s3.install()
    elif service == "sqs":
        from ecslab.sandbox.bridge import sqs

        sqs.install()
    elif service == "ssm":
        from ecslab.sandbox.bridge import ssm

        ssm.install()
    elif service == "tagging":
        from ecslab.sandbox.bridge.tagging import backend

        backend.install()
