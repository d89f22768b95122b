"""What every fault is made, looked at and judged with. Knows no single fault; those are in `cases`."""

from ecslab.fault_lab.engine import goals, instances, two_services
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.builder import Builder
from ecslab.fault_lab.engine.case import Case, WrongFix

__all__ = ["Application", "Builder", "Case", "WrongFix", "goals", "instances", "two_services"]
