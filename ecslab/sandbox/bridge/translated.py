"""The services of our own that are spoken to in several protocols: who carries out their operations."""

from collections.abc import Mapping


def call(service: str, operation: str, given: Mapping[str, object], region: str) -> dict[str, object]:
    """Carry out an operation of a service (by its signing name) of `translation.SERVICES`.

    Raises:
        AwsError: in AWS's words.
    """
    if service == "servicediscovery":
        from ecslab.sandbox.bridge.servicediscovery import dispatch as cloud_map

        return cloud_map.call(operation, given, region)
    from ecslab.sandbox.bridge.cloudwatch import dispatch as cloudwatch

    return cloudwatch.call(operation, given, region)
