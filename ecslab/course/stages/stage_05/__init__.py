"""Stage 05: the page answers at the task's public IP; if not, what stands in the way."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_05 import account, editions, page, solutions

STAGE = Stage(
    notebook="05-verify.ipynb",
    needs=(*FOUNDATION, "04"),
    minutes=Minutes(reading=25, waiting=1),
    part="page",
    steps=(
        Step("05.page", 6, page.answers, solutions.ask_for_the_page),
        Step("05.yours-1", 6, editions.first, solutions.run_first_edition),
        Step("05.yours-2", 6, editions.second, solutions.run_second_edition),
    ),
    answers={"stream": account.log_streams, "digest": account.digest_of_the_first},
)
