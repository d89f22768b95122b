"""What is seen late, alone: things with a clock, and nothing of AWS."""

import pytest

from ecslab.sandbox.world.stale_reads import StaleReads, Watched
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.durations import Durations

SEEN, KNOWN = "change_seen", "role_known"  # under the model `fixed` these take 1 and 5 seconds


class Thing:
    def __init__(self, **values):
        self.__dict__.update(values)


@pytest.fixture
def stale():
    return StaleReads(Clock(durations=Durations("fixed")))


def what_is_read(stale, holder, step=SEEN):
    with stale.shown(step):
        return dict(holder) if isinstance(holder, dict) else dict(vars(holder))


def change(stale, holder, step=SEEN, **values):
    names = () if isinstance(holder, dict) else tuple(vars(holder))
    with stale.changing([Watched(holder, step, "it", names)]):
        holder.update(values) if isinstance(holder, dict) else vars(holder).update(values)


def test_what_is_new_is_missing_for_a_moment(stale):
    things = {"a": 1}
    change(stale, things, b=2)
    assert (what_is_read(stale, things), things) == ({"a": 1}, {"a": 1, "b": 2})
    stale._clock.run(0.9)
    assert "b" not in what_is_read(stale, things)
    stale._clock.run(1.0)
    assert what_is_read(stale, things) == things


def test_what_is_gone_is_still_seen_and_everything_keeps_its_place(stale):
    things = {"a": 1, "b": 2, "c": 3}
    with stale.changing([Watched(things, SEEN)]):
        del things["a"]
    assert what_is_read(stale, things) == {"a": 1, "b": 2, "c": 3}
    assert list(things) == ["b", "c"]


def test_of_several_changes_what_was_before_the_first_is_seen(stale):
    thing = Thing(count=1, name="web")
    change(stale, thing, count=2)
    stale._clock.run(0.5)
    change(stale, thing, count=3, name="shop")
    assert what_is_read(stale, thing) == {"count": 1, "name": "web"}
    stale._clock.run(1.2)
    assert what_is_read(stale, thing) == {"count": 2, "name": "web"}
    stale._clock.run(1.5)
    assert what_is_read(stale, thing) == vars(thing) == {"count": 3, "name": "shop"}


def test_what_happens_by_itself_is_seen_at_once(stale):
    thing = Thing(count=1, status="PENDING")
    change(stale, thing, count=2)
    thing.status = "RUNNING"
    assert what_is_read(stale, thing) == {"count": 1, "status": "RUNNING"}


def test_lists_that_change_within_are_seen_as_they_were(stale):
    thing = Thing(rules=["http"])
    with stale.changing([Watched(thing, SEEN, "it", ("rules",))]):
        thing.rules.append("https")
    assert what_is_read(stale, thing) == {"rules": ["http"]}
    assert thing.rules == ["http", "https"]


def test_what_a_reader_leaves_behind_is_taken_out(stale):
    thing = Thing(count=1, cache=None)
    change(stale, thing, count=2)
    with stale.shown(SEEN):
        thing.cache = f"{thing.count} of them"
    assert vars(thing) == {"count": 2, "cache": None}


def test_a_refused_change_and_a_failing_read_leave_everything(stale):
    thing = Thing(count=1)
    with pytest.raises(ValueError, match="refused"), stale.changing([Watched(thing, SEEN, "it", ("count",))]):
        raise ValueError("refused")
    change(stale, thing, count=2)
    with pytest.raises(ValueError, match="failed"), stale.shown(SEEN):
        raise ValueError("failed")
    assert thing.count == 2


def test_each_kind_is_late_in_its_own_way(stale):
    thing, role = Thing(count=1), Thing(policies={})
    change(stale, thing, count=2)
    change(stale, role, KNOWN, policies={"read": "…"})
    assert what_is_read(stale, role) == vars(role)
    assert what_is_read(stale, role, KNOWN) == {"policies": {}}
    stale._clock.run(4.0)
    assert what_is_read(stale, thing) == vars(thing)
    assert what_is_read(stale, role, KNOWN) == {"policies": {}}


def test_how_late_follows_from_seed_thing_and_moment():
    def moments(seed):
        clock = Clock(durations=Durations("drawn", seed))
        stale, things = StaleReads(clock), {}
        for number in range(40):
            with stale.changing([Watched(things, KNOWN)]):
                things[f"role-{number}"] = number
        return [event.at for _, _, event in sorted(clock._queue)]

    assert moments("7") == moments("7") != moments("8")
    assert len(set(moments("7"))) > 30
    assert min(moments("7")) >= 1.5 and max(moments("7")) <= 10
