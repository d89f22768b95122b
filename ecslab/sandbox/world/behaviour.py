"""Which behaviour a world has: a journal that an older sandbox wrote is replayed as that one behaved.

Asked only where a world would otherwise become another one in a replay: where an event more or less would
give all later ones other ids, or where a call that a lesson makes would not be accepted again.

1: what journals without a number were written by.
2: a deployment that waits for protected tasks looks again when a protection ends; `maximumPercent` of at most
   100 is refused while zone rebalancing is on, where it used to switch rebalancing off; RunTask spreads its
   tasks over the capacity providers of a strategy, and refuses ECS Exec without a task role, and what the
   platform version cannot do; an init process lets a container end at SIGTERM.
3: lifecycle policies expire images; `curl`, `wget` and others are there only where the image has them.
4: a VPC that gets IPv6 addresses lets them out by its groups and default ACL, and subnets have blocks of it.
5: EC2 instances of an ECS-optimized image have an agent, which registers them in a cluster.
6: load balancers ask targets that are instances; a daemon has a task on each instance;
   a service on EC2 scales in by its placement strategies.
7: a task that Fargate Spot takes back is over two minutes after the warning; a service gives each capacity
   provider its own share of tasks, whatever another one lacks;
   resolvers remember what a private zone answered for its TTL; containers of an instance share its memory.
8: a service that no container instance had room for tries again as soon as one has; an instance with
   a trunk interface is DEREGISTERING until that is removed; tasks on EC2 are moved between zones,
   placed by the rules of the last update, and make room for those of a newer deployment; none leaves a
   draining instance before enough others are healthy, and none outlives a stop of its machine;
   a task definition for managed instances has the network mode `awsvpc` unless it names one, and is refused
   what they do not take; RunInstances refuses a type that does not exist;
   the proxies of Service Connect write logs, which their tasks need to start, and wait for an answer for
   no longer than its time-out.
9: a task whose instance drains stays where a service's percents let none be started first and none be missed;
   an unhealthy task of an older deployment makes room for those of the newest;
   RunInstances launches up to MaxCount instances, all with the profile, and refuses an image that is not
   there or does not fit the type, and other requests that cannot be; an instance with a trunk interface names
   it in an attribute, and nobody overwrites attributes of ECS and its agent; a definition has at most ten
   placement constraints, a task is in no service's group unless it is the service's, and StartTask names
   an instance; a service changes its capacity provider strategy by a forced deployment alone;
   managed instances are chosen by the price of their type, which is not that of their vCPUs alone,
   and have trunk interfaces, so that more tasks with an interface of their own fit on each.
"""

from typing import Final

LATEST: Final = 9
FIRST: Final = 1
