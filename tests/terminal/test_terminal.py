"""The AWS CLI in a cell: what it shows, what it reaches, and what it leaves alone."""

import os
import sys
from types import SimpleNamespace

import pytest

import ecslab
from ecslab import terminal
from ecslab.connection.waiting import Wait
from ecslab.terminal import aws_cli

CLUSTER = "aws ecs create-cluster --cluster-name blue --query cluster.status --output text"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


def test_it_prints_the_command_and_the_answer_and_nothing_twice(lab, capsys):
    result = terminal.run(lab, CLUSTER)
    assert (result.code, result.out, result.err) == (0, "ACTIVE\n", "")
    assert capsys.readouterr().out == f"$ {CLUSTER}\nACTIVE\n"
    assert result._ipython_display_() is None


def test_its_calls_are_in_the_record_and_what_it_makes_is_the_labs(lab):
    terminal.run(lab, CLUSTER)
    assert "aws ecs create-cluster --cluster-name blue --tags" in lab.calls(last=1).cli()
    [cluster] = lab.ecs.describe_clusters(clusters=["blue"], include=["TAGS"])["clusters"]
    assert lab.owns(cluster["tags"])
    assert ("cluster", "blue", "made") in [(e.kind, e.name, e.outcome) for e in lab.ledger.entries()]


def test_a_refusal_is_worded_as_aws_words_it_and_raises_nothing(lab, capsys):
    result = terminal.run(lab, "aws ecs create-cluster --cluster-name 'ADGU cluster'")
    assert result.code == 255
    assert capsys.readouterr().out.splitlines()[1] == (
        "An error occurred (InvalidParameterException) when calling the CreateCluster operation: "
        r"ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$"
    )


def test_a_command_over_several_lines_with_json_in_quotes(lab):
    result = terminal.run(
        lab,
        """aws ecs register-task-definition --family hello \\
            --network-mode awsvpc --requires-compatibilities FARGATE \\
            --cpu "256" --memory "512" \\
            --container-definitions '[{
                "name": "web",
                "image": "httpd:2.4"
            }]'""",
    )
    assert result.json["taskDefinition"]["family"] == "hello"
    assert result.json["taskDefinition"]["containerDefinitions"][0]["image"] == "httpd:2.4"


def test_long_answers_are_shortened_on_the_page_alone(lab, capsys):
    result = terminal.run(lab, "aws ecs describe-clusters --clusters blue", lines=3)
    _, *printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["{", '    "clusters": [']
    assert printed[-1] == f"… {len(result.out.splitlines()) - 3} more lines"
    assert len(printed) == 4
    assert result.json["clusters"][0]["clusterName"] == "blue"


HERE = "This terminal speaks to the lab's own place: account 123456789012, us-east-1."


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "This terminal runs the AWS CLI only: a command begins with `aws`."),
        ("ls -la", "This terminal runs the AWS CLI only: a command begins with `aws`."),
        ("rm -rf / aws", "This terminal runs the AWS CLI only: a command begins with `aws`."),
        (
            "aws ecs list-clusters | cat",
            "There is no shell here, so `|` means nothing: run one `aws` command at a time.",
        ),
        (
            "aws ecs list-clusters && rm x",
            "There is no shell here, so `&&` means nothing: run one `aws` command at a time.",
        ),
        (
            "aws ecs list-clusters > clusters.txt",
            "There is no shell here, so `>` means nothing: run one `aws` command at a time.",
        ),
        (
            "aws ecs list-clusters\naws ecs list-tasks",
            "There is no shell here, so a second line without a `\\` before it means nothing: "
            "run one `aws` command at a time.",
        ),
        (
            "aws ecs describe-tasks --tasks $TASK",
            'There is no shell here, and no variables: write the value, as in f"… --tasks {task_id}".',
        ),
        (
            "aws ecs create-cluster --cluster-name 'blue",
            "This command cannot be read: no closing quotation. Is a quotation mark missing?",
        ),
        ("aws ecs list-clusters --profile work", f"--profile would lead elsewhere. {HERE}"),
        ("aws ecs list-clusters --endpoint-url=http://x", f"--endpoint-url would lead elsewhere. {HERE}"),
        ("aws ecs list-clusters --region eu-west-1", f"--region would lead elsewhere. {HERE}"),
        ("aws ecs list-clusters --debug", "--debug prints thousands of lines: use it in a terminal."),
        (
            "aws ecs run-task help",
            "The manual is at https://docs.aws.amazon.com/cli/latest/reference/ecs/run-task",
        ),
        (
            "aws configure",
            "This would ask questions, which no cell can answer: `aws configure set NAME VALUE` asks none.",
        ),
    ],
)
def test_what_is_no_command_for_it_is_told_and_not_run(lab, capsys, command, message):
    before = len(lab.calls())
    result = terminal.run(lab, command)
    assert (result.code, result.out, result.err) == (2, "", message)
    assert capsys.readouterr().out == f"$ {command}\n{message}\n"
    assert len(lab.calls()) == before


def test_quoted_words_are_the_clis_business(lab):
    result = terminal.run(lab, """aws ecs list-clusters --query "clusterArns[?contains(@, 'blue')] | [0]" """)
    assert result.json.endswith(":cluster/blue")


def test_a_word_that_the_cli_does_not_know(lab, capsys):
    result = terminal.run(lab, "aws ecs run-tasks", lines=None)
    assert result.code == 2
    assert "aws: error: argument operation: Invalid choice" in capsys.readouterr().out


def test_configure_writes_into_the_labs_home_and_changes_no_account(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "MINE")
    for name, value in (("aws_access_key_id", "AKIAIOSFODNN7EXAMPLE"), ("region", "eu-central-1")):
        assert terminal.run(lab, f"aws configure set {name} {value}").code == 0
    assert terminal.run(lab, "aws configure get region").out == "eu-central-1\n"
    assert "AKIAIOSFODNN7EXAMPLE" in (lab.home / "aws" / "credentials").read_text()
    assert list(tmp_path.iterdir()) == []
    result = terminal.run(lab, "aws sts get-caller-identity --query Account --output text")
    assert result.out == f"{lab.account}\n"
    assert terminal.run(lab, "aws ecs list-clusters").json["clusterArns"][0].split(":")[3] == lab.region


def test_the_learners_own_aliases_are_not_read(lab, tmp_path, monkeypatch):
    alias = tmp_path / ".aws" / "cli" / "alias"
    alias.parent.mkdir(parents=True)
    alias.write_text("[toplevel]\nhello = !echo hello\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert terminal.run(lab, "aws hello").code == 2


def test_a_waiter_waits_on_the_labs_clock(lab):
    terminal.run(
        lab,
        """aws ecs register-task-definition --family sleeper --network-mode awsvpc --cpu 256 --memory 512
            --requires-compatibilities FARGATE
            --container-definitions '[{"name": "web", "image": "httpd:2.4"}]'""".replace("\n", ""),
    )
    subnet = lab.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][0]
    network = f"awsvpcConfiguration={{subnets=[{subnet['SubnetId']}],assignPublicIp=ENABLED}}"
    terminal.run(
        lab,
        "aws ecs create-service --cluster blue --service-name sleeper --task-definition sleeper "
        f"--desired-count 1 --launch-type FARGATE --network-configuration '{network}'",
    )
    before = lab.now()
    result = terminal.run(lab, "aws ecs wait services-stable --cluster blue --services sleeper")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert (lab.now() - before) % 15 == 0 < lab.now() - before
    terminal.run(lab, "aws ecs delete-service --cluster blue --service sleeper --force", lines=2)


def test_a_waiter_on_a_paced_clock_sleeps_its_seconds_of_the_labs_time(monkeypatch):
    waits = []

    def pass_time(seconds, most):
        waits.append((seconds, most))
        return 4.0  # virtual seconds in 0.2 of the wall's, at a speed of 20

    lab = SimpleNamespace(pass_time=pass_time, stepped=True, where="sandbox")
    aws_cli._Pause(Wait(lab, "it")).sleep(15)
    assert waits == [(0.2, 15), (0.2, 11), (0.2, 7), (0.2, 3)]


def test_this_process_keeps_its_own_botocore_and_environment():
    aws_cli._clidriver()
    assert [finder for finder in sys.meta_path if "awscli" in type(finder).__module__] == []
    assert "awscli" not in os.environ.get("AWS_DATA_PATH", "")
    assert "awscli" not in sys.modules["botocore"].__file__


def test_without_the_cli_it_says_what_is_missing(lab, monkeypatch):
    monkeypatch.setattr(aws_cli, "_drivers", {})
    monkeypatch.setitem(sys.modules, "awscli.clidriver", None)
    aws_cli._clidriver.cache_clear()
    with pytest.raises(ecslab.EcslabError, match="the AWS CLI is not installed in this environment"):
        terminal.run(lab, "aws ecs list-clusters")


def test_on_a_real_account_it_is_the_labs_identity_and_region_whatever_the_machine_says(account, monkeypatch):
    lab, sent = account
    machine = {"AWS_PROFILE": "work", "AWS_ACCESS_KEY_ID": "MINE", "AWS_REGION": "eu-west-1"}
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    assert terminal.run(lab, "aws ecs create-cluster --cluster-name blue").code == 0
    [request] = sent
    assert request.url == "https://ecs.eu-central-1.amazonaws.com/"
    assert b"Credential=AKIAOFTHELAB/" in request.headers["Authorization"]
    assert lab.ledger.owner in request.body.decode()  # clean-up will find it
    assert [(e.kind, e.name) for e in lab.ledger.entries()] == [("cluster", "blue")]
    result = terminal.run(lab, "aws ecs list-clusters --region eu-west-1")
    assert result.err == (
        "--region would lead elsewhere. This terminal speaks to the lab's own place: "
        "account 111122223333, eu-central-1."
    )


def test_a_command_with_a_blank_is_not_sent(lab, capsys):
    result = terminal.run(lab, "aws ecs ____ --cluster a")
    assert result.code == 2
    assert "Not yet: fill in what is left blank in this command, `____`" in capsys.readouterr().out
