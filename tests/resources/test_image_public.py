"""The list of public images is what the sandbox can run, and each can be run by the name it shows."""

from ecslab import image


def test_every_image_that_is_listed_can_be_a_base(lab):
    table = image.public(lab)
    assert ("yourname/node-example-1", "latest") in [row[:2] for row in table.rows]
    assert repr(table).splitlines()[0].split() == ["image", "tags", "what", "it", "is"]
    listed = [f"{name}:{tag}" for name, tags, _ in table.rows for tag in tags.split(", ")]
    for number, reference in enumerate(listed):
        family = f"listed-{number}"
        lab.ecs.register_task_definition(
            family=family, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
            containerDefinitions=[{"name": "c", "image": reference}],
        )  # fmt: skip
        image.build("<h1>mine</h1>", reference, lab=lab, folder="/srv")
