"""Make the calls that `_capture.py` kept, by bare boto3, refused or not: `_replay.py FILE URL KEY SECRET`."""

import contextlib
import pickle
import sys
from pathlib import Path

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

file, url, key, secret = sys.argv[1:]
session = boto3.Session(key, secret, region_name="us-east-1")
clients = {}
for service, operation, params in pickle.loads(Path(file).read_bytes()):
    if service not in clients:
        clients[service] = session.client(service, endpoint_url=url)
    with contextlib.suppress(ClientError):
        getattr(clients[service], xform_name(operation))(**params)
