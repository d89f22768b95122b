"""Metrics and alarms, as CloudWatch holds them: what periods held, and when an alarm changes."""
