import pytest

from ecslab.sandbox.world.image_names import parse

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("httpd", "docker.io/library/httpd:latest"),
        ("httpd:2.4", "docker.io/library/httpd:2.4"),
        ("yourname/node-example-1", "docker.io/yourname/node-example-1:latest"),
        ("public.ecr.aws/docker/library/httpd:2.4", "public.ecr.aws/docker/library/httpd:2.4"),
        ("localhost:5000/web", "localhost:5000/web:latest"),
        (f"{ECR}/adgu/web", f"{ECR}/adgu/web:latest"),
        (f"{ECR}/adgu/web:v1@{DIGEST}", f"{ECR}/adgu/web@{DIGEST}"),
    ],
)
def test_a_name_is_completed(name, canonical):
    assert parse(name).canonical == canonical
    assert parse(canonical) == parse(name)


def test_a_private_registry_names_its_account_and_region():
    assert parse(f"{ECR}/adgu/web").ecr == ("123456789012", "eu-west-1")
    assert parse("public.ecr.aws/nginx/nginx").ecr is None
    assert parse(f"{ECR}.evil.example/web").ecr is None
