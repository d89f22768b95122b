"""Which words of the glossary are used before they are explained: `python -m tests.terms`.

The notebooks are read in the course's order: their markdown, without code, headings and addresses. A word is
explained by a notebook where it stands in bold or in italics, or links to the glossary.
"""

import re
import sys

from ecslab.course.glossary import terms
from tests.notebooks.rig import read, stems

VARIANTS = {
    "boto": ["boto3"], "eni": ["network interface", "ENI"], "adgu": ["ADGU"], "arn": ["ARN"], "iam": ["IAM"],
    "ecr": ["ECR"], "ecs": ["ECS"], "vpc": ["VPC"], "availability-zone": ["Availability Zone"],
    "nat-gateway": ["NAT gateway"], "network-acl": ["network ACL"], "vpc-endpoint": ["VPC endpoint"],
    "public-ip": ["public IP"], "aws-cli": ["AWS CLI"], "container-insights": ["Container Insights"],
}  # fmt: skip
"""How a word is spelled, where not as its anchor with spaces."""
MARKED = (r"\*\*(.+?)\*\*", r"(?<!\*)\*([^*]+)\*(?!\*)", r"\[([^\]]*)\]\(glossary\.md#")
"""Bold, italics, and a link to the glossary."""


def early() -> dict[str, str]:
    """Anchors of the words that are used too early, and the notebook that uses each first."""
    first_uses: dict[str, str] = {}
    texts = {stem: _text(stem) for stem in stems()}
    for anchor in terms():
        first = next((stem for stem in texts if _word(anchor).search(_plain(texts[stem]))), None)
        if first and not _explained(anchor, texts[first]):
            first_uses[anchor] = first
    return first_uses


def _text(stem: str) -> str:
    """The text of a notebook, without code and headings."""
    markdown = (cell.source for cell in read(stem).cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|^#+ .*?$|`[^`\n]*`", "", "\n\n".join(markdown), flags=re.MULTILINE | re.DOTALL)


def _plain(text: str) -> str:
    return re.sub(r"\]\([^)]*\)", "]", text)


def _word(anchor: str) -> re.Pattern[str]:
    names = VARIANTS.get(anchor, [anchor.replace("-", " ")])
    capital = any(name != name.lower() for name in names)
    spelled = "|".join(re.escape(name).replace(r"\ ", r"[\s-]") for name in names)
    return re.compile(rf"\b(?:{spelled})(?:s|es)?\b", 0 if capital else re.IGNORECASE)


def _explained(anchor: str, text: str) -> bool:
    if f"glossary.md#{anchor})" in text:
        return True
    marked = (words for form in MARKED for words in re.findall(form, text))
    return any(_word(anchor).search(words) for words in marked)


if __name__ == "__main__":
    for anchor, stem in early().items():
        sys.stdout.write(f"{anchor}: first in {stem}\n")
