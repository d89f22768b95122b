"""axe-core on what the notebooks show: JupyterLab's own frame is left out, the outputs are looked at."""

from typing import Any

OUTPUTS = {"include": [[".jp-OutputArea-output"]]}
OPTIONS = {"resultTypes": ["violations"], "iframes": False}  # the page in a frame is the learner's own
GRAVE = {"serious", "critical"}


def grave(page: Any) -> list[str]:
    """What axe calls serious or critical in the outputs on the page: the rule, and the element."""
    if not page.evaluate("() => 'axe' in window"):
        from axe_playwright_python.sync_playwright import Axe

        page.evaluate(Axe().axe_script)
    violations = page.evaluate("([where, how]) => axe.run(where, how)", [OUTPUTS, OPTIONS])["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['any'][0]['message'] if node['any'] else rule['help']})"
        for rule in violations if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]  # fmt: skip
