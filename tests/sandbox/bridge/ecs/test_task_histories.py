"""Properties of whole histories: nothing is left behind, and looking changes nothing."""

import copy

from account_rig import rig
from hypothesis import given, settings
from hypothesis import strategies as st

IMAGES = {
    "serves": {"image": "httpd:2.4"},
    "ends": {"image": "busybox", "command": ["exit-after", "20", "3"]},
    "stays": {"image": "busybox", "command": ["sleep", "infinity"], "stopTimeout": 40},
    "fails": {"image": "no-such-image"},
}
LOOKS = ("describe", "list", "network")
CHANGES = st.one_of(
    st.tuples(st.just("start"), st.sampled_from(sorted(IMAGES))),
    st.tuples(st.just("stop"), st.integers(0, 3)),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 3.0, 9.0, 40.0])),
)
HISTORIES = st.lists(st.tuples(CHANGES, st.lists(st.sampled_from(LOOKS), max_size=3)), max_size=8)


def act(account, arns, change):
    verb, what = change
    if verb == "start":
        arns.append(account.start(taskDefinition=what)["taskArn"])
    elif verb == "stop" and arns:
        account.ecs("StopTask", cluster="lab", task=arns[what % len(arns)])
    elif verb == "pass":
        account.run(account.clock.now + what)


def look(account, arns, how):
    if how == "describe" and arns:
        account.ecs("DescribeTasks", cluster="lab", tasks=arns, include=["TAGS"])
    elif how == "list":
        account.ecs("ListTasks", cluster="lab", desiredStatus="STOPPED")
    elif how == "network":
        account.ecs("DescribeClusters", clusters=["lab"], include=["STATISTICS"])


def live(history, looking):
    """All that can be seen when the history is over, and again when every task has been stopped."""
    with rig() as account:
        account.cluster()
        for name, container in IMAGES.items():
            account.define({"name": "web", **container}, family=name)
        arns = []
        for change, looks in history:
            act(account, arns, change)
            for how in looks if looking else ():
                look(account, arns, how)
        before = everything(account, arns)
        for arn in arns:
            account.ecs("StopTask", cluster="lab", task=arn)
        account.run(account.clock.now + 120)
        return before, everything(account, arns)


def everything(account, arns):
    tasks = account.ecs("DescribeTasks", cluster="lab", tasks=arns)["tasks"] if arns else []
    cluster = account.ecs("DescribeClusters", clusters=["lab"])["clusters"][0]
    enis = {eni_id: (eni.private_ip_address, eni.public_ip) for eni_id, eni in account.enis().items()}
    counts = (cluster["runningTasksCount"], cluster["pendingTasksCount"])
    return copy.deepcopy((tasks, counts, enis, account.clock.next_at()))


@settings(max_examples=20, deadline=None)
@given(HISTORIES)
def test_looking_changes_nothing_and_the_end_leaves_nothing(history):
    during, after = live(history, looking=True)
    assert (during, after) == live(history, looking=False)
    tasks, _, enis, _ = during
    holding = [
        task for task in tasks if task["attachments"][0]["status"] in ("ATTACHING", "ATTACHED", "DETACHING")
    ]
    unready = [task for task in tasks if task["lastStatus"] == "PROVISIONING"]  # some have one, untold
    assert len(holding) <= len(enis) <= len(holding) + len(unready)
    tasks, counts, enis, planned = after
    assert all(task["lastStatus"] == "STOPPED" for task in tasks)
    assert (counts, enis, planned) == ((0, 0), {}, None)
