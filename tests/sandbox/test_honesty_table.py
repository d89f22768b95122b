"""The honesty table's files hold what the code can use: kinds, stages, durations, operations."""

import re
import tomllib
from typing import get_args

import botocore.session
import pytest

from ecslab.course import STAGES
from ecslab.sandbox import honesty


def test_every_file_is_read():
    assert {file.stem for file in honesty._FOLDER.iterdir()} == set(honesty._PARTS)


@pytest.mark.parametrize("part", honesty._PARTS)
def test_placeholders_are_facts_and_keys_are_known(part):
    text = (honesty._FOLDER / f"{part}.toml").read_text("utf-8")
    assert set(re.findall(r"{(\w*)}", text)) <= honesty._FACTS.keys()
    table = tomllib.loads(text)
    assert table.keys() == {"lines"}
    for line in table["lines"]:
        assert line.keys() - {"refused"} == {"topic", "kind", "text", "stages"}


@pytest.mark.parametrize("line", honesty.LINES, ids=lambda line: line.topic)
def test_a_line_is_whole(line):
    assert line.kind in get_args(honesty.Kind)
    assert set(line.stages) <= set(STAGES)
    assert not re.search(r"[{}\n]|  ", line.text)
    for name in line.refused:
        service, operation = name.split(":")
        assert operation in botocore.session.get_session().get_service_model(service).operation_names
