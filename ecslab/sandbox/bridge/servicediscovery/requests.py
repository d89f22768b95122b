"""Requests to Cloud Map: the members that act, in the shapes of the API, and what is answered.

https://docs.aws.amazon.com/cloud-map/latest/api/API_Operations.html
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

Answer = dict[str, object]


class Tag(TypedDict):
    """API_Tag."""

    Key: str
    Value: str


class Filter(TypedDict):
    """API_NamespaceFilter, and those of services and operations."""

    Name: str
    Values: Sequence[str]
    Condition: NotRequired[str]


class ListRequest(TypedDict, total=False):
    """ListNamespaces, ListServices and ListOperations."""

    Filters: Sequence[Filter]
    NextToken: str
    MaxResults: int


class IdRequest(TypedDict):
    """What is asked of one namespace or service."""

    Id: str


class OperationRequest(TypedDict):
    """GetOperation."""

    OperationId: str


class Soa(TypedDict, total=False):
    """API_SOA: TTL in seconds."""

    TTL: int


class DnsProperties(TypedDict, total=False):
    """API_PrivateDnsPropertiesMutable."""

    SOA: Soa


class NamespaceProperties(TypedDict, total=False):
    """API_PrivateDnsNamespaceProperties."""

    DnsProperties: DnsProperties


class NamespaceRequest(TypedDict):
    """CreateHttpNamespace and CreatePrivateDnsNamespace."""

    Name: str
    Vpc: NotRequired[str]
    CreatorRequestId: NotRequired[str]
    Description: NotRequired[str]
    Properties: NotRequired[NamespaceProperties]
    Tags: NotRequired[Sequence[Tag]]


class NamespaceChange(TypedDict, total=False):
    """API_PrivateDnsNamespaceChange, and that of HTTP namespaces."""

    Description: str
    Properties: NamespaceProperties


class NamespaceUpdate(IdRequest):
    """UpdateHttpNamespace and UpdatePrivateDnsNamespace."""

    Namespace: NamespaceChange


class DnsRecord(TypedDict):
    """API_DnsRecord: TTL in seconds."""

    Type: str
    TTL: int


class DnsConfig(TypedDict):
    """API_DnsConfig."""

    DnsRecords: Sequence[DnsRecord]
    NamespaceId: NotRequired[str]
    RoutingPolicy: NotRequired[str]


class ServiceRequest(TypedDict):
    """CreateService."""

    Name: str
    NamespaceId: NotRequired[str]
    Type: NotRequired[str]
    CreatorRequestId: NotRequired[str]
    Description: NotRequired[str]
    DnsConfig: NotRequired[DnsConfig]
    HealthCheckCustomConfig: NotRequired[Mapping[str, int]]
    Tags: NotRequired[Sequence[Tag]]


class ServiceChange(TypedDict, total=False):
    """API_ServiceChange."""

    Description: str
    DnsConfig: DnsConfig


class ServiceUpdate(IdRequest):
    """UpdateService."""

    Service: ServiceChange


class InstancesRequest(TypedDict):
    """ListInstances and GetInstancesHealthStatus."""

    ServiceId: str
    Instances: NotRequired[Sequence[str]]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class InstanceRequest(TypedDict):
    """GetInstance and DeregisterInstance."""

    ServiceId: str
    InstanceId: str


class RegisterRequest(InstanceRequest):
    """RegisterInstance."""

    Attributes: Mapping[str, str]
    CreatorRequestId: NotRequired[str]


class HealthRequest(InstanceRequest):
    """UpdateInstanceCustomHealthStatus."""

    Status: Literal["HEALTHY", "UNHEALTHY"]


class DiscoverRequest(TypedDict):
    """DiscoverInstances and DiscoverInstancesRevision."""

    NamespaceName: str
    ServiceName: str
    QueryParameters: NotRequired[Mapping[str, str]]
    OptionalParameters: NotRequired[Mapping[str, str]]
    HealthStatus: NotRequired[str]
    MaxResults: NotRequired[int]


class ResourceRequest(TypedDict):
    """ListTagsForResource."""

    ResourceARN: str


class TagRequest(ResourceRequest):
    """TagResource."""

    Tags: Sequence[Tag]


class UntagRequest(ResourceRequest):
    """UntagResource."""

    TagKeys: Sequence[str]
