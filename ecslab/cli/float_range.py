"""A number in a range, as an option of a command."""

import math

import click


class FloatRange(click.FloatRange):
    """click's, which takes `nan` for a number that is neither too small nor too large."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


SPEED = FloatRange(0.1, 1000)
"""Seconds of AWS time in one of the learner's, as `engine.pace` takes it."""
