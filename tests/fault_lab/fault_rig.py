"""What the tests of faults share: a fault at its beginning, attempts at it, and what is said of them."""

import ecslab


class Bay:
    """Holds one fault at a time; asked for the same kind again, goes back to how it was arranged."""

    def __init__(self, lab):
        self.lab = lab
        self.fault = self.end = None

    def __call__(self, kind):
        fault = ecslab.fault(self.lab, kind=kind)
        if self.fault is None or fault.seed != self.fault.seed:
            self.fault, self.end = fault, self.lab.control("status")["position"]
        elif self.lab.control("status")["position"] > self.end:
            self.lab.control("cut", position=self.end)
        return self.fault


def said(verdict):
    """Outcome and words of a verdict, without the score."""
    return verdict.outcome.value, verdict.text.rpartition("\nScore: ")[0]


def after(fault, attempt, wait=True):
    """What the check says after an attempt at a fix."""
    attempt(fault._lab, fault)
    if wait:
        fault.wait()
    return said(fault.check())


def changed(**changes):
    """An attempt: a revision whose web container is changed so; None takes a key away."""

    def attempt(lab, fault):
        definition = fault.definition()
        web = definition["containerDefinitions"][0]
        for key, value in changes.items():
            web.pop(key, None)
            if value is not None:
                web[key] = value
        fault.deploy(definition)

    return attempt


def deployed(**settings):
    """An attempt: UpdateService with these settings."""
    return lambda _lab, fault: fault.deploy(**settings)
