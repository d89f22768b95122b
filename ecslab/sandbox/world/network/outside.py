"""A machine outside AWS, as the rules of packets see it: it has a way out, and nobody a way in."""

from typing import Final

from ecslab.sandbox.world.network.vpc import ANY, Acl, AclEntry, Facts, Route, RouteTable, Rule, SecurityGroup

ADDRESS: Final = "192.168.1.10"
"""Of the machine, in a network of its owner."""
ROUTER: Final = "192.168.1.1"
"""Of whoever resolves names there."""
SEEN_AS: Final = "198.51.100.10"
"""The address by which the internet knows it (RFC 5737: for documentation)."""
MAC: Final = "02:42:c0:a8:01:0a"
_OPEN: Final = Acl("", tuple(AclEntry(100, allow=True, outbound=outbound) for outbound in (True, False)))
_OUT: Final = SecurityGroup("", "", outbound=(Rule(ANY, None, None, cidrs=("0.0.0.0/0",)),))


def facts(machine: str) -> Facts:
    """What decides which packets leave this machine; none reaches it by itself."""
    return Facts(
        eni_id=machine,
        subnet_id="",
        private_ip=ADDRESS,
        public_ip=SEEN_AS,
        route_table=RouteTable("", (Route("0.0.0.0/0", "igw-outside"),)),
        acl=_OPEN,
        groups=(_OUT,),
        resolver=ROUTER,
    )
