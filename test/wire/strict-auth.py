"""Signs requests with botocore for the strict signature tests: argv is the endpoint and the secret key."""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, secret = sys.argv[1:3]


def client(name):
    return boto3.client(
        name,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key=secret,
        aws_session_token="a/session+token==",
        config=Config(retries={"total_max_attempts": 1}),
    )


def outcome(call):
    try:
        call()
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]


def fetch(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return "ok" if answer.status == 200 else answer.status
    except urllib.error.HTTPError as error:
        return error.code


ec2, route53, ssm, sts, account = map(client, ["ec2", "route53", "ssm", "sts", "account"])
presigned = ec2.generate_presigned_url(
    "describe_regions", Params={"RegionNames": ["us-east-1", "eu west+1"]}, HttpMethod="GET"
)
print(
    json.dumps(
        {
            "ec2": outcome(lambda: ec2.describe_regions(RegionNames=["a b+c&d=é"])),
            "sts": outcome(sts.get_caller_identity),
            "ssm": outcome(lambda: ssm.get_parameter(Name="/a")),
            "account": outcome(account.list_regions),
            "route53": outcome(
                lambda: route53.list_resource_record_sets(
                    HostedZoneId="Z1", StartRecordName="a b*c.example.com", StartRecordType="A"
                )
            ),
            "presigned": fetch(presigned),
            "presigned and changed": fetch(presigned.replace("eu", "ap")),
        }
    )
)
