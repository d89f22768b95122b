"""CloudWatch: metrics and alarms. All of it is the sandbox's own; moto's CloudWatch is not used.

moto's has no clock: its alarms change when somebody sets them. It keeps every value as an object, too, and
walks through all of them for each answer.
"""
