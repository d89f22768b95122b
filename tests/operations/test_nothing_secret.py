"""What opens a door is in no file, no list of calls, no output: activation codes, passwords, tokens."""

import base64
import re

import nbformat
import pytest

import ecslab
from ecslab import terminal
from ecslab.connection.record import HIDDEN
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import lab_on
from tests.notebooks.rig import NOTEBOOKS

DOOR = re.compile(
    r"ActivationCode[\"']?\s*[:=]\s*[\"']|activation-code \S*\w|tokenValue|authorizationToken|QVdTO[ip]|"
    r"(AKIA|ASIA)[A-Z0-9]{9}(?!EXAMPLE)[A-Z0-9]{7}|X-Amz-(Signature|Security-Token)=|BEGIN [A-Z ]*PRIVATE KEY"
)


@pytest.fixture
def mine(lab, tmp_path):
    made = lab_on(lab.place.endpoint, tmp_path / "mine")
    ecslab.cluster.create(made)
    return made


def activated(lab):
    ecslab.external_machine.role(lab)
    return lab.client("ssm").create_activation(IamRole=ecslab.external_machine.ROLE, RegistrationLimit=1)


def kept(folder):
    """All that is in the files of a folder."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).decode("latin-1")


def shown(lab):
    made = lab.calls(everything=True)
    return f"{made!r}{made.cli()}{made.boto3()}{made._repr_html_()}"


def test_an_activation_code_is_nowhere_but_in_the_answer(mine, capsys):
    code = activated(mine)["ActivationCode"]
    with pytest.raises(ecslab.errors.SandboxOnly) as refused:
        ecslab.external_machine.register(mine, {"ActivationId": "an-id", "ActivationCode": code})
    assert "create_activation" in shown(mine)
    everything = shown(mine) + kept(mine.home / "lab") + str(refused.value) + capsys.readouterr().out
    assert len(code) >= 8 and code not in everything
    assert "activation" in {entry.kind for entry in mine.ledger.entries()}


def test_the_terminal_hides_it_too(mine, capsys):
    activated(mine)
    said = terminal.run(mine, f"aws ssm create-activation --iam-role {ecslab.external_machine.ROLE}")
    assert said.code == 0 and f'"ActivationCode": "{HIDDEN}"' in said.out
    assert HIDDEN in capsys.readouterr().out


def test_a_machine_that_registered_in_the_sandbox_leaves_no_code_in_what_is_shown(lab, capsys):
    ecslab.cluster.create(lab)
    activation = activated(lab)
    machine = ecslab.external_machine.register(lab, activation)
    table = ecslab.container_instance.table(lab)
    everything = shown(lab) + kept(lab.home / "lab") + f"{machine}{table!r}" + capsys.readouterr().out
    assert activation["ActivationCode"] not in everything


AUTH = 'ECS_ENGINE_AUTH_DATA={"https://index.docker.io/v1/":{"username":"ana","password":"sesame"}}'
SCRIPTS = {
    "a registry's password": f"#!/bin/bash\necho '{AUTH}' >> /etc/ecs/ecs.config",
    "an activation": "#!/bin/bash\n./install.sh --activation-code sesame0123456789abcd",
    "a secret": "#!/bin/bash\nexport DB_PASSWORD=sesame",
}


@pytest.mark.parametrize("what", SCRIPTS)
@pytest.mark.parametrize("encoded", [False, True])
def test_what_is_secret_in_user_data_is_in_no_list_of_calls(mine, what, encoded):
    script = SCRIPTS[what]
    given = base64.b64encode(script.encode()).decode()
    calls.profile(mine.iam)
    data = {"InstanceType": "t3.micro", "UserData": given}
    mine.ec2.create_launch_template(LaunchTemplateName="quiet", LaunchTemplateData=data)
    calls.agreed(mine)
    mine.ec2.run_instances(
        ImageId=calls.image(mine.client("ssm")), InstanceType="t3.micro", MinCount=1, MaxCount=1,
        UserData=given if encoded else script,
    )  # fmt: skip
    everything = shown(mine) + kept(mine.home / "lab")
    assert "sesame" not in everything and given not in everything and given[20:60] not in everything
    assert HIDDEN in everything


def test_plain_user_data_is_shown_as_it_is(mine):
    calls.profile(mine.iam)
    calls.template(mine.ec2, mine.names.cluster)
    [call] = [each for each in mine.calls() if each.operation == "CreateLaunchTemplate"]
    assert call.params["LaunchTemplateData"]["UserData"] != HIDDEN


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_output_of_a_notebook_opens_a_door(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not DOOR.search(f"{cell.get('outputs', '')}"), cell.id
