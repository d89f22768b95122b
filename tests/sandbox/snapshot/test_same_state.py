"""A snapshot and what followed it come to the same as the whole journal, whatever happened."""

import pytest
from snapshot_rig import Inside, copied, difference, furnished, held, live, opened

from ecslab.sandbox.engine import snapshots


@pytest.mark.parametrize("seed", range(5))
def test_a_snapshot_and_the_rest_of_the_journal_come_to_the_whole_journal(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home = tmp_path / "home"
    sandbox = opened(home)
    client = Inside(sandbox, seed)
    ground = furnished(client)
    live(client, ground, 25)
    sandbox.close()  # here a snapshot is written
    monkeypatch.setattr(snapshots, "AT_STOP", 1_000_000)
    sandbox = opened(home)
    assert sandbox._replay.position > 30
    client = Inside(sandbox, f"{seed} again")
    live(client, ground, 15)
    sandbox.close()
    states, positions = [], []
    for name, with_snapshots in (("short", True), ("whole", False)):
        again = opened(copied(home, name, snapshots=with_snapshots))
        positions.append(again._replay.happened)
        states.append(held(again))
        again.close()
    assert positions[0] < positions[1]
    assert difference(*states) == ""
