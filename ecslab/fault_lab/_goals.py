"""When an application does what it is there for."""

from ecslab.fault_lab._scene import Scene


def worker(scene: Scene) -> str:
    """As many tasks as wanted run, and stay."""
    if not scene.desired:
        return f"The service `{scene.names.service}` wants 0 tasks."
    if scene.steady:
        return ""
    running = sum(task["lastStatus"] == "RUNNING" for task in scene.tasks)
    if len(scene.deployments) > 1:
        return "A deployment is still going on: the newest revision has not taken over."
    lacking = f"The service does not settle: {scene.desired} wanted, {running} running."
    return f"{lacking} The newest task that failed says: {short(scene.reason)}" if scene.reason else lacking


def short(reason: str) -> str:
    """The beginning of a long reason."""
    return reason if len(reason) <= 120 else f"{reason[:100].rpartition(' ')[0]} …"


def page(scene: Scene) -> str:
    """The service runs, and a visitor gets its page."""
    lacking = worker(scene)
    if lacking or scene.page:
        return lacking
    return f"The service runs, but a visitor gets: {scene.visit}."


def balanced(scene: Scene) -> str:
    """The service runs behind its load balancer, every target is healthy, and a visitor gets the page."""
    if scene.service and not scene.balancer:
        return "The service has no load balancer any more: visitors come by its name, and nobody is behind "
        "it."
    lacking = worker(scene)
    if lacking:
        return lacking
    sick = [one["TargetHealth"] for one in scene.targets if one["TargetHealth"]["State"] != "healthy"]
    sick = [health for health in sick if health["State"] != "draining"]
    if sick or not scene.targets:
        why = sick[0].get("Description", sick[0]["State"]) if sick else "there is none"
        return f"The service runs, but its target is not healthy: {why}."
    return "" if scene.page else f"The target is healthy, but a visitor gets: {scene.visit}."
