"""What the walks with boto3 share: clients that record what was answered, checks, steps."""

import json
import sys
import traceback

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
REGION = "us-east-2"
# The server's clock is fast: waiters ask again at once.
QUICK = {"Delay": 0, "MaxAttempts": 2000}

answered = set()
failures = []


def client(name, region=REGION, account="777788889999"):
    made = boto3.client(
        name,
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )

    def record(http_response, model, **_):
        if http_response.status_code < 300:
            answered.add(f"{made.meta.service_model.signing_name}:{model.name}")

    made.meta.events.register("after-call", record)
    return made


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(code, call, **arguments):
    """The call must be refused with this code."""
    try:
        call(**arguments)
    except ClientError as error:
        seen = error.response["Error"]["Code"]
        check(seen == code, f"{code} was expected, not {seen}: {error}")
        return error
    raise AssertionError(f"{code} was expected, but the call was answered")


def step(walk):
    """One story; its failure does not keep the others from being told."""
    try:
        walk()
    except Exception:  # pylint: disable=broad-except
        failures.append(f"{walk.__name__}: {traceback.format_exc(limit=-3)}")


def print_report():
    """What was answered and what failed, as the test reads it: `scope:Operation`, and a text for each failed step."""
    print(json.dumps({"answered": sorted(answered), "failures": failures}))
