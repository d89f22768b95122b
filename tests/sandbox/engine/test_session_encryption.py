"""Sessions under the cluster's KMS key: both ends have the data key, or there is no session."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from exec_rig import LOGS, MAY, Account, Plugin, message, policy
from hypothesis import given
from hypothesis import strategies as st

from ecslab.aws_api.data_channel import Malformed
from ecslab.aws_api.session_cipher import SessionCipher

HANDSHAKE = "----------ERROR-------\nEncountered error while initiating handshake. "


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    sandbox_account = Account(tmp_path_factory.mktemp("home")).furnish()
    sandbox_account.key = sandbox_account.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    where = {"executeCommandConfiguration": {"kmsKeyId": sandbox_account.key, "logging": "DEFAULT"}}
    sandbox_account.ecs.update_cluster(cluster="lab", configuration=where)
    may(sandbox_account, "kms:Decrypt")
    return sandbox_account


def may(account, *more):
    document = policy(*MAY, *LOGS, *more)
    account.aws.iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=document)


@pytest.fixture(scope="module")
def task(account):
    return account.task()


class Encrypting(Plugin):
    """The plugin with its encrypter (`encryption.go`): `decryptionKey` is the first half of the data key."""

    def __init__(self, account, task, command="sh", **spoiled):
        answer = account.execute(task, command)
        super().__init__(account.channel(answer), answer["session"])
        [container] = account.see(task)["containers"]
        self.context = {
            "aws:ssm:SessionId": answer["session"]["sessionId"],
            "aws:ssm:TargetId": f"ecs:lab_{task.rpartition('/')[2]}_{container['runtimeId']}",
        } | spoiled.pop("context", {})
        self.kms, self.spoiled, self.raw = account.aws.client("kms"), spoiled, []

    def output(self, received):
        if received["type"] not in (1, 5, 7, 8):
            return
        self.expected += 1
        self.acknowledge(received)
        content = received["payload"]
        if received["type"] == 5:
            self.send(json.dumps({"ProcessedClientActions": self.processed(json.loads(content))}).encode(), 6)
        elif received["type"] == 8:
            challenge = self.decrypted(base64.b64decode(json.loads(content)["Challenge"]))
            challenge = self.spoiled.get("challenge", challenge)
            answer = base64.b64encode(self.encrypted(challenge)).decode()
            self.send(json.dumps({"Challenge": answer}).encode(), 9)
        elif received["type"] == 7:
            self.said = json.loads(content)["CustomerMessage"]
        else:
            self.raw.append(content)
            self.seen += self.decrypted(content).decode()

    def processed(self, request):
        first, second = request["RequestedClientActions"]
        assert second["ActionType"] == "KMSEncryption"
        key = second["ActionParameters"]["KMSKeyId"]
        data_key = self.kms.generate_data_key(KeyId=key, NumberOfBytes=64, EncryptionContext=self.context)
        self.keys = AESGCM(data_key["Plaintext"][:32]), AESGCM(data_key["Plaintext"][32:])
        blob = base64.b64encode(data_key["CiphertextBlob"]).decode()
        done = {"ActionType": "KMSEncryption", "ActionStatus": 1, "ActionResult": {"KMSCipherTextKey": blob}}
        return [{"ActionType": first["ActionType"], "ActionStatus": 1}, done | self.spoiled.get("action", {})]

    def decrypted(self, data):
        return self.keys[0].decrypt(data[:12], data[12:], None)

    def encrypted(self, data, nonce=b"0" * 12):
        return nonce + self.keys[1].encrypt(nonce, data, None)

    def type(self, text):
        before = len(self.seen)
        self.send(self.encrypted(text.encode()))
        return self.seen[before:]


def test_a_session_is_encrypted(account, task):
    assert "kmsKeyId" in str(account.ecs.describe_clusters(clusters=["lab"], include=["CONFIGURATIONS"]))
    plugin = Encrypting(account, task).start()
    assert plugin.said == "This session is encrypted using AWS KMS."
    assert plugin.type("echo secret words\r") == "echo secret words\r\nsecret words\r\n# "
    assert not any(b"secret" in data for data in plugin.raw)
    plugin.take(plugin.stream.received(message("input_stream_data", b"echo plain\r", 1, plugin.sent)))
    plugin.sent += 1
    assert "plain" not in plugin.seen, "what is not encrypted is not typed"
    plugin.type("exit\r")
    assert plugin.closed == ""


def test_the_task_role_has_to_decrypt(account, task):
    may(account)
    try:
        closed = Encrypting(account, task, "sh -c 'echo x > /never'").start().closed
    finally:
        may(account, "kms:Decrypt")
    assert closed.startswith(
        f"{HANDSHAKE}Fetching data key failed: Unable to retrieve data key, Error when decrypting data key "
        "AccessDeniedException: The ciphertext refers to a customer master key that does not exist"
    )
    plugin = Encrypting(account, task, "cat /never").start()
    assert "No such file" in plugin.seen, "nothing ran"


@pytest.mark.parametrize(
    ("spoiled", "why"),
    [
        ({"context": {"aws:ssm:TargetId": "ecs:other"}}, "Fetching data key failed: "),
        ({"action": {"ActionResult": {"KMSCipherTextKey": "AAAA"}}}, "Fetching data key failed: "),
        ({"action": {"ActionResult": {"KMSCipherTextKey": "?"}}}, "it is not base64"),
        ({"action": {"ActionResult": None}}, "it is not base64"),
        (
            {"action": {"ActionStatus": 2, "Error": "NotFoundException"}},
            "KMSEncryption failed on client with status 2 error: NotFoundException",
        ),
        ({"action": {"ActionType": "Another"}}, "KMSEncryption was not processed on client"),
        ({"challenge": b"another"}, "Encryption challenge does not match!"),
    ],
    ids=str,
)
def test_a_client_that_has_not_the_key_gets_no_session(account, task, spoiled, why):
    plugin = Encrypting(account, task, **spoiled).start()
    assert plugin.closed.startswith(HANDSHAKE + why) and plugin.seen == ""


def test_the_handshake_cannot_be_passed_by(account, task):
    answer = account.execute(task)
    plugin = Plugin(account.channel(answer), answer["session"])
    plugin.output = lambda received: None
    plugin.start()
    plugin.send(json.dumps({"Challenge": "AAAA"}).encode(), 9)
    plugin.send(b"echo x\r")
    plugin.send(b'{"ProcessedClientActions": []}', 6)
    assert plugin.closed == f"{HANDSHAKE}KMSEncryption was not processed on client" and plugin.seen == ""


@given(st.binary(max_size=300))
def test_what_one_end_encrypts_the_other_reads(data):
    key = bytes(range(64))
    agent, client = SessionCipher(key, "agent"), SessionCipher(key, "client")
    assert client.decrypt(agent.encrypt(data)) == data and agent.decrypt(client.encrypt(data)) == data
    with pytest.raises(Malformed):
        agent.decrypt(agent.encrypt(data))
    with pytest.raises(Malformed):
        agent.decrypt(data)


def test_a_data_key_has_its_length():
    with pytest.raises(Malformed, match="a data key has 64 bytes, not 32"):
        SessionCipher(bytes(32), "agent")
