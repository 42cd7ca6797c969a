"""Calls the endpoint in argv[1] with botocore and prints what it read, as JSON; the cases come on stdin."""

import base64
import datetime
import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError


def blobs(value):
    if isinstance(value, dict):
        if set(value) == {"$blob"}:
            return base64.b64decode(value["$blob"])
        return {name: blobs(of) for name, of in value.items()}
    if isinstance(value, list):
        return [blobs(of) for of in value]
    return value


def plain(value):
    if isinstance(value, datetime.datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, bytes):
        return {"$blob": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: plain(of) for name, of in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(of) for of in value]
    return value


def client(name):
    return boto3.client(
        name,
        endpoint_url=sys.argv[1],
        region_name="us-east-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="secret",
        config=Config(parameter_validation=False),
    )


answers = {}
for case in json.load(sys.stdin):
    call = getattr(client(case["client"]), xform_name(case["operation"]))
    answers[case["name"]] = plain(call(**blobs(case["input"])))

errors = {}
for name, operation, arguments in [
    ("ec2", "CreateTrafficMirrorFilter", {}),
    ("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1, "InstanceInitiatedShutdownBehavior": "x"}),
    ("elbv2", "CreateLoadBalancer", {"Name": "a", "Scheme": "x"}),
    ("route53", "ListTrafficPolicies", {}),
    ("ssm", "GetParametersByPath", {"Path": "/a", "MaxResults": 100}),
    ("account", "GetRegionOptStatus", {}),
    ("dynamodb", "ListTables", {}),
    ("s3", "ListBuckets", {}),
    ("lambda", "ListFunctions", {}),
    ("elb", "DescribeLoadBalancers", {}),
]:
    try:
        getattr(client(name), xform_name(operation))(**arguments)
        errors[f"{name} {operation}"] = "no error"
    except ClientError as error:
        response = error.response
        metadata = response["ResponseMetadata"]
        errors[f"{name} {operation}"] = [
            response["Error"]["Code"],
            metadata["HTTPStatusCode"],
            metadata["RetryAttempts"],
        ]

print(json.dumps({"answers": answers, "errors": errors}))
