"""What holds for every fault there is: of its two files, and of the broken application."""

import ast
import builtins
import contextlib

import pytest
from fault_rig import FIXED, words

from ecslab.display.texts import PLACEHOLDER
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.fault_lab.engine.evidence import SERVICES, VISIT, NoSuchEvidence, located
from ecslab.fault_lab.engine.names import FaultNames

every_kind = pytest.mark.parametrize("kind", CATALOGUE.kinds)
AT_HAND = {"lab", "fault", "ecslab", "json", *vars(builtins)}


def placeholders(*texts):
    return {name for text in texts for name in PLACEHOLDER.findall(str(text))}


@every_kind
def test_the_text_and_the_module_name_the_same(kind):
    case, texts = CATALOGUE[kind], CATALOGUE[kind].texts
    assert list(texts.wrong) == [fix.name for fix in case.wrong]
    assert len(texts.tempting) == 5
    assert kind not in texts.tempting
    assert set(texts.tempting) <= set(CATALOGUE.kinds)
    assert len(texts.wrong) >= 2
    assert texts.telling


@every_kind
def test_placeholders_have_values_and_values_are_used(kind):
    case, entry = CATALOGUE[kind], CATALOGUE[kind].texts.entry
    names = set(FaultNames.__annotations__)
    filled = [entry.values[part] for part in ("hints", "wrong", "lacking") if part in entry.values]
    assert placeholders(entry.values["story"]) <= names
    assert placeholders(*filled) - names == set(case.values)


def can_be_pointed_at(call, field):
    for service in SERVICES:  # some calls, as describe-images, are of two
        with contextlib.suppress(NoSuchEvidence):
            evidence = located(f"{service} {call}" if call != VISIT else call, field)
            return (evidence.call, evidence.field.lower()) == (call, field.lower())
    return False


@every_kind
def test_clues_point_at_what_aws_has(kind):
    texts = CATALOGUE[kind].texts
    clues = [(clue.call, field) for clue in (*texts.telling, *texts.idle) for field in clue.fields]
    assert [clue for clue in clues if not can_be_pointed_at(*clue)] == []


@every_kind
def test_a_learner_can_type_the_repair(kind):
    code = CATALOGUE[kind].code()
    assert "fault.deploy" in code or "lab." in code
    nodes = list(ast.walk(ast.parse(code)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    defined = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    defined |= {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    assert {name.id for name in names} - defined <= AT_HAND


@every_kind
def test_it_is_broken_and_the_repair_fixes_it(bay, kind):
    fault = bay(kind)
    case, app = CATALOGUE[kind], fault._application()
    assert words(fault.check()) == ("Not yet", f"Nothing was changed yet. {case.lacking(app)}")
    assert len(case.hints(app)) >= 2
    assert not any(fix.seen(app) for fix in case.wrong if fix.works)
    case.repair(fault._lab, fault)
    fault.wait()
    assert words(fault.check()) == FIXED
