"""Sends each case of cases.ts with botocore to the endpoint in argv[1]; the cases come on stdin as JSON."""

import base64
import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config


def blobs(value):
    if isinstance(value, dict):
        if set(value) == {"$blob"}:
            return base64.b64decode(value["$blob"])
        return {name: blobs(of) for name, of in value.items()}
    if isinstance(value, list):
        return [blobs(of) for of in value]
    return value


for case in json.load(sys.stdin):
    client = boto3.client(
        case["client"],
        endpoint_url=f"{sys.argv[1]}",
        region_name="us-east-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )
    client.meta.events.register(
        "before-send.*.*",
        lambda request, name=case["name"], **_: request.headers.__setitem__("x-case", name),
    )
    try:
        getattr(client, xform_name(case["operation"]))(**blobs(case["input"]))
    except Exception as error:  # The recorder answers every request with an error: only the request counts.
        print(case["name"], type(error).__name__)
