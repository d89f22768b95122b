"""What an account holds does not grow with the tasks that were: counts, where the bench has memory."""

import gc
from collections import Counter

from aws_client import CLUSTER, FAMILY
from balancer_rig import Balanced
from moto.core.common_models import BaseModel

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.log_streams import Stream
from ecslab.sandbox.world.task.task import Task

HOUR = 3600


def test_of_tasks_that_are_gone_a_log_stream_is_left(tmp_path):
    aws = Balanced(in_process.start(tmp_path, "stepped", 7)).prepared()
    counts = []
    for _ in range(3):
        for _ in range(3):
            aws.started(FAMILY)
            aws.pass_time(HOUR)
            aws.ecs.stop_task(cluster=CLUSTER, task=aws.last_task)
            aws.pass_time(2 * HOUR)
        gc.collect()
        models = (thing for thing in gc.get_objects() if isinstance(thing, BaseModel | Task))
        counts.append(Counter(type(model).__name__ for model in models if not isinstance(model, Stream)))
    assert counts[2] == counts[1]
