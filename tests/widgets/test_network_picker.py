import pytest
import traitlets
from network_account import CLOSED, LAB, OWN, Account
from node_page import needs_node, run_view

from ecslab import network
from ecslab.errors import NotThere
from ecslab.resources.network import Choice, GroupFacts, SubnetFacts
from ecslab.widgets import NetworkPicker, network_picker
from ecslab.widgets.network_rows import group_rows, subnet_rows, usual_subnet


@pytest.fixture
def account(monkeypatch):
    account = Account()
    for name in ("vpcs", "subnets", "security_groups", "find_http_group", "http_group", "problems"):
        monkeypatch.setattr(network_picker.network, name, getattr(account, name))
    return account


@pytest.fixture
def picker(account):
    return NetworkPicker(LAB)


def test_untouched_it_gives_the_choice_of_the_lesson(picker):
    assert picker.choice == Choice("vpc-0d", ("subnet-0b",), ("sg-of-vpc-0d",), True)
    assert picker.warnings == []


def test_looking_makes_nothing_and_choosing_makes_the_group_once(picker, account):
    picker.vpc = "vpc-0w"
    assert account.group_vpcs == []
    assert picker.choice == picker.choice
    assert account.group_vpcs == ["vpc-0w"]


def test_another_vpc_brings_its_own_subnets_and_groups(picker):
    picker.group = "sg-default-vpc-0d"
    picker.vpc = "vpc-0w"
    assert [row["kind"] for row in picker.subnets] == ["public", "private"]
    assert (picker.subnet, picker.group) == ("subnet-1a", "http")


def test_warnings_follow_each_change(picker):
    picker.public_ip = False
    assert picker.warnings == [CLOSED]
    picker.group = "sg-default-vpc-0d"
    assert picker.warnings == [CLOSED, "default does not admit port 80."]
    picker.public_ip, picker.group = True, "http"
    assert picker.warnings == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("vpc", "vpc-1", "vpc 'vpc-1' is not offered; it can be: vpc-0d, vpc-0w"),
        ("subnet", "sub-1a", "subnet 'sub-1a' is not offered; it can be: subnet-0a, subnet-0b, subnet-0c"),
        ("group", "sg-1", "group 'sg-1' is not offered; it can be: http, sg-default-vpc-0d"),
    ],
)
def test_what_is_not_offered_is_refused_and_changes_nothing(picker, name, value, message):
    before = picker.choice
    with pytest.raises(traitlets.TraitError, match=f"^{message}$"):
        setattr(picker, name, value)
    assert picker.choice == before


def test_looking_again_finds_a_group_made_meanwhile_and_keeps_the_choice(picker, account):
    picker.subnet = "subnet-0c"
    account.group_vpcs.append("vpc-0d")
    picker.asked += 1
    assert picker.groups[0] == {"id": "http", "label": f"{OWN}: HTTP from anywhere"}
    assert picker.subnet == "subnet-0c"


def test_an_account_that_does_not_answer_is_said_and_the_next_look_mends_it(picker, account):
    account.broken = "the sandbox is gone"
    picker.asked += 1
    assert picker.error == "The networks cannot be seen at the moment: the sandbox is gone"
    assert picker.text().endswith(picker.error)
    account.broken = ""
    picker.asked += 1
    assert picker.error == ""


def test_a_region_without_a_vpc_is_said_with_the_next_step(picker, account):
    account.vpc_list = []
    empty = NetworkPicker(LAB)
    assert empty.error == "There is no VPC in us-east-1."
    with pytest.raises(NotThere, match=r"create_default_vpc\(\)"):
        _ = empty.choice


def test_it_says_in_words_what_it_shows_without_ids(picker):
    data, _ = picker._repr_mimebundle_()
    assert data["text/plain"].splitlines() == [
        "Network of the task",
        "VPC: default VPC, 172.31.0.0/16",
        "Subnet: us-east-1b, 172.31.16.0/20, public",
        f"Security group: {OWN}: HTTP from anywhere (will be made)",
        "Public IP: yes",
        "Nothing stands in the way: the image can be pulled, and visitors can come in on port 80.",
    ]


def test_rows_say_where_a_subnet_leads_and_what_a_group_admits():
    ways = [("igw-0", True), ("nat-0", False), ("tgw-0", False), ("", False)]
    subnets = [SubnetFacts("s", "us-east-1a", "10.0.0.0/24", public, 1234, "", way) for way, public in ways]
    rows = subnet_rows(subnets)
    assert [row["way"] for row in rows] == ["internet gateway", "NAT gateway", "tgw-0", "no way out"]
    assert rows[0]["free"] == "1,234"
    groups = [GroupFacts("sg-1", "web", "", ("10.0.0.0/8", "sg-2")), GroupFacts("sg-3", "shut", "")]
    labels = [row["label"] for row in group_rows(groups, OWN)[1:]]
    assert labels == ["web: port 80 from 10.0.0.0/8, sg-2", "shut: port 80 is closed"]


@pytest.mark.parametrize(
    ("zones", "usual"),
    [(["a+", "b+", "c+"], "b+"), (["a-", "b-"], "b-"), (["a-", "c+", "b-"], "c+"), ([], "")],
)
def test_the_usual_subnet_is_public_and_in_zone_b_if_there_is_one(zones, usual):
    subnets = [SubnetFacts(z, f"us-east-1{z[0]}", "10.0.0.0/24", z[1] == "+", 9, "") for z in zones]
    assert usual_subnet(subnets) == usual


@needs_node
def test_the_view_saves_choices_and_draws_what_python_answers(picker):
    run_view(
        picker,
        """
        const [vpc, group] = el.tags("select");
        const [form] = el.tags("form");
        assert.equal(form.getAttribute("data-status"), "ready");
        assert.deepEqual(vpc.children.map((option) => option.value), ["vpc-0d", "vpc-0w"]);
        const radios = el.all((e) => e.getAttribute("type") === "radio");
        assert.deepEqual(radios.map((radio) => radio.checked), [false, true, false]);
        radios[2].fire("change");
        vpc.value = "vpc-0w";
        vpc.fire("change");
        group.value = "sg-default-vpc-0d";
        group.fire("change");
        const publicIp = el.labelled("Public IP");
        publicIp.checked = false;
        publicIp.fire("change");
        el.only("button").fire("click");
        assert.deepEqual(model.saved, [
          { subnet: "subnet-0c" }, { vpc: "vpc-0w" }, { group: "sg-default-vpc-0d" }, { public_ip: false },
          { asked: 1 },
        ]);
        model.change({ warnings: ["<b>no way out</b>"] });
        assert.equal(form.getAttribute("data-status"), "warning");
        assert.equal(el.only("ul").textContent, "<b>no way out</b>");
        model.change({ error: "gone", warnings: [] });
        assert.equal(form.getAttribute("data-status"), "error");
        form.fire("submit");
        """,
    )


@pytest.mark.parametrize("vpc_name", ["", "workshop"])
def test_on_the_sandbox_it_offers_what_is_there(lab, vpc_name):
    picker = NetworkPicker(lab)
    assert picker.warnings == []
    assert picker.choice == network.default_choice(lab)
    picker.vpc = next(vpc.id for vpc in network.vpcs(lab) if vpc.name == vpc_name)
    assert picker.warnings == []
    assert picker.choice.vpc_id == picker.vpc
