"""What notebook 01 asks."""

from ecslab.course.quiz import Option, Prediction, Question

QUESTIONS = (
    Question(
        "01.exactly",
        "You want to be certain that every start runs exactly the bytes that you tested. By what do you name "
        "the image?",
        (
            Option(
                "By its tag `latest`",
                False,
                "`latest` is an ordinary tag, and the next push moves it.",
            ),
            Option(
                "By its digest, `sha256:…`",
                True,
                "The digest is computed from the bytes: other bytes, other digest. It can mean nothing else.",
            ),
            Option(
                "By a tag such as `v1.2`",
                False,
                "Better, but a tag all the same: unless the repository's tags are immutable, it can be "
                "moved.",
            ),
        ),
    ),
    Question(
        "01.where",
        "`123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/api:v3`: which part is the repository?",
        (
            Option(
                "`123456789012.dkr.ecr.eu-west-1.amazonaws.com`",
                False,
                "That is the registry: account 123456789012's own, in the Region eu-west-1.",
            ),
            Option(
                "`shop/api`",
                True,
                "The repository is the named place for the versions of one image; the slash is part of its "
                "name.",
            ),
            Option("`shop`", False, "ECR knows no folders: `shop/api` is one name, slash included."),
            Option("`v3`", False, "That is a tag: one version of the image in the repository."),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "01.again",
        "Another page goes to the same repository under the same tag. How many images does the repository "
        "hold then?",
        unit="images",
        low=0,
        high=10,
        because="A push replaces nothing: it adds an image and moves the tag. The older image stays, without "
        "its tag, "
        "and can still be fetched by its digest.",
    ),
)
