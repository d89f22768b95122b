"""When an application does what it is there for."""

import re

from ecslab.fault_lab.engine.application import Application


def worker(app: Application) -> str:
    """As many tasks as wanted run, and stay."""
    if not app.desired_count:
        return f"The service `{app.names.service}` wants 0 tasks."
    if app.steady:
        return ""
    if len(app.deployments) > 1:
        return "A deployment is still going on: the newest revision has not taken over."
    lacking = f"The service does not settle: {app.desired_count} wanted, {app.running_count} running."
    if not app.stopped_reason:
        return lacking
    return f"{lacking} The newest task that failed says: {first_sentence(app.stopped_reason)}"


def first_sentence(text: str) -> str:
    """A text up to where its first sentence ends; all of it if it is one sentence."""
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]


def page(app: Application) -> str:
    """The service runs, and a visitor gets its page."""
    lacking = worker(app)
    if lacking or app.serves_page:
        return lacking
    return f"The service runs, but a visitor gets: {app.visit}."


def balanced(app: Application) -> str:
    """The service runs behind its load balancer, every target is healthy, and a visitor gets the page."""
    if app.service and not app.load_balancer:
        return (
            "The service has no load balancer any more: visitors come by its name, and nobody is behind it."
        )
    lacking = worker(app)
    if lacking:
        return lacking
    states = [target["TargetHealth"] for target in app.targets]
    unhealthy = [state for state in states if state["State"] not in ("healthy", "draining")]
    if unhealthy or not states:
        why = unhealthy[0].get("Description", unhealthy[0]["State"]) if unhealthy else "there is none"
        return f"The service runs, but its target is not healthy: {why}."
    return "" if app.serves_page else f"The target is healthy, but a visitor gets: {app.visit}."
