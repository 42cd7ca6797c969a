"""Drives the endpoint in argv[1] with boto3: secrets with versions, policies and replicas."""

import json

from boto3_support import check, client, print_report, refused, step

safe = client("secretsmanager", "eu-west-3", "333344448888")
london = client("secretsmanager", "eu-west-2", "333344448888")


def versions():
    made = safe.create_secret(Name="boto/db", SecretString="one", Tags=[{"Key": "a", "Value": "1"}])
    put = safe.put_secret_value(SecretId=made["ARN"], SecretBinary=b"two")
    check(safe.get_secret_value(SecretId="boto/db")["SecretBinary"] == b"two", "bytes")
    before = safe.get_secret_value(SecretId="boto/db", VersionStage="AWSPREVIOUS")
    check(before["SecretString"] == "one", before)
    safe.update_secret_version_stage(
        SecretId="boto/db",
        VersionStage="AWSCURRENT",
        RemoveFromVersionId=put["VersionId"],
        MoveToVersionId=made["VersionId"],
    )
    safe.update_secret(SecretId="boto/db", Description="a password", SecretString="three")
    listed = safe.list_secret_version_ids(SecretId="boto/db", IncludeDeprecated=True)["Versions"]
    check(len(listed) == 3, listed)
    both = safe.batch_get_secret_value(SecretIdList=["boto/db", "none"])
    check(len(both["SecretValues"]) == 1 and len(both["Errors"]) == 1, both)
    refused("ResourceExistsException", safe.create_secret, Name="boto/db")


def facts():
    arn = safe.create_secret(Name="boto/facts")["ARN"]
    safe.tag_resource(SecretId=arn, Tags=[{"Key": "b", "Value": "2"}])
    safe.untag_resource(SecretId=arn, TagKeys=["b"])
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}],
        }
    )
    check(safe.validate_resource_policy(ResourcePolicy=policy)["PolicyValidationPassed"], "it passes")
    safe.put_resource_policy(SecretId=arn, ResourcePolicy=policy)
    check(safe.get_resource_policy(SecretId=arn)["ResourcePolicy"] == policy, "the same policy")
    safe.delete_resource_policy(SecretId=arn)
    refused("InvalidRequestException", safe.rotate_secret, SecretId=arn)
    function = "arn:aws:lambda:eu-west-3:333344448888:function:rotate"
    safe.rotate_secret(
        SecretId=arn, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 7}
    )
    check(safe.describe_secret(SecretId=arn)["RotationEnabled"], "rotation is on")
    safe.cancel_rotate_secret(SecretId=arn)
    password = safe.get_random_password(PasswordLength=12, ExcludePunctuation=True)
    check(password["RandomPassword"].isalnum(), password)


def replicas():
    safe.create_secret(Name="boto/both", SecretString="both")
    safe.replicate_secret_to_regions(
        SecretId="boto/both", AddReplicaRegions=[{"Region": "eu-west-2"}, {"Region": "eu-west-1"}]
    )
    check(london.get_secret_value(SecretId="boto/both")["SecretString"] == "both", "in London")
    refused("InvalidRequestException", london.put_secret_value, SecretId="boto/both", SecretString="x")
    london.stop_replication_to_replica(SecretId="boto/both")
    london.put_secret_value(SecretId="boto/both", SecretString="alone")
    safe.remove_regions_from_replication(SecretId="boto/both", RemoveReplicaRegions=["eu-west-1"])
    safe.delete_secret(SecretId="boto/both", ForceDeleteWithoutRecovery=True)


def deletion():
    safe.create_secret(Name="boto/gone", SecretString="x")
    safe.delete_secret(SecretId="boto/gone")
    refused("InvalidRequestException", safe.get_secret_value, SecretId="boto/gone")
    safe.restore_secret(SecretId="boto/gone")
    pages = safe.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": ["boto/"]}], PaginationConfig={"PageSize": 1}
    )
    names = [secret["Name"] for page in pages for secret in page["SecretList"]]
    check(names == ["boto/db", "boto/facts", "boto/gone"], names)


for walk in (versions, facts, replicas, deletion):
    step(walk)
print_report()
