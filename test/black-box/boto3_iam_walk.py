"""Drives the endpoint in argv[1] with boto3: IAM, instance profiles, credentials of roles."""

import json

import boto3
from botocore.config import Config

from boto3_support import ENDPOINT, QUICK, check, client, print_report, refused, step

ACCOUNT = "333344445555"
REGION = "ap-south-1"
SSM = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
iam = client("iam", "us-east-1", ACCOUNT)
sts = client("sts", REGION, ACCOUNT)
ec2 = client("ec2", REGION, ACCOUNT)
ssm = client("ssm", REGION, ACCOUNT)


def trust(**principal):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }


EC2 = trust(Service="ec2.amazonaws.com")
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": "arn:aws:s3:::b/(a)*"}],
}


def roles():
    made = iam.create_role(
        RoleName="walked",
        AssumeRolePolicyDocument=json.dumps(EC2),
        Tags=[{"Key": "Name", "Value": "a"}],
    )["Role"]
    iam.get_waiter("role_exists").wait(RoleName="walked", WaiterConfig=QUICK)
    # boto3 decodes documents by itself.
    check(made["AssumeRolePolicyDocument"] == EC2, f"the document, not {made}")
    iam.tag_role(RoleName="walked", Tags=[{"Key": "more", "Value": ""}])
    tags = iam.list_role_tags(RoleName="walked")["Tags"]
    check([tag["Key"] for tag in tags] == ["Name", "more"], f"two tags, not {tags}")
    iam.untag_role(RoleName="walked", TagKeys=["more"])
    iam.update_role(RoleName="walked", Description="one", MaxSessionDuration=43200)
    iam.update_role_description(RoleName="walked", Description="two")
    iam.update_assume_role_policy(RoleName="walked", PolicyDocument=json.dumps(EC2))
    iam.put_role_permissions_boundary(RoleName="walked", PermissionsBoundary=SSM)
    read = iam.get_role(RoleName="walked")["Role"]
    check(read["Description"] == "two" and read["MaxSessionDuration"] == 43200, f"not {read}")
    check(read["PermissionsBoundary"]["PermissionsBoundaryArn"] == SSM, f"a boundary, not {read}")
    iam.delete_role_permissions_boundary(RoleName="walked")
    iam.put_role_policy(RoleName="walked", PolicyName="p", PolicyDocument=json.dumps(DOCUMENT))
    inline = iam.get_role_policy(RoleName="walked", PolicyName="p")
    check(inline["PolicyDocument"] == DOCUMENT, f"the document, not {inline}")
    pages = iam.get_paginator("list_role_policies").paginate(RoleName="walked")
    check([name for page in pages for name in page["PolicyNames"]] == ["p"], "one inline policy")
    iam.attach_role_policy(RoleName="walked", PolicyArn=SSM)
    refused("DeleteConflict", iam.delete_role, RoleName="walked")
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName="walked")
    check(len([one for page in pages for one in page["AttachedPolicies"]]) == 1, "one attached")
    iam.detach_role_policy(RoleName="walked", PolicyArn=SSM)
    iam.delete_role_policy(RoleName="walked", PolicyName="p")
    for index in range(5):
        iam.create_role(RoleName=f"r{index}", AssumeRolePolicyDocument=json.dumps(EC2))
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2})
    names = [one["RoleName"] for page in pages for one in page["Roles"]]
    check(names == ["r0", "r1", "r2", "r3", "r4", "walked"], f"six roles in pages, not {names}")
    for name in names:
        iam.delete_role(RoleName=name)
    refused("NoSuchEntity", iam.get_role, RoleName="walked")
    linked = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]
    task = iam.delete_service_linked_role(RoleName=linked["RoleName"])["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"]
    check(status == "SUCCEEDED", f"a role that is gone, not {status}")


def policies():
    arn = iam.create_policy(PolicyName="walked", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    iam.get_waiter("policy_exists").wait(PolicyArn=arn, WaiterConfig=QUICK)
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "k", "Value": "v"}])
    check(len(iam.list_policy_tags(PolicyArn=arn)["Tags"]) == 1, "one tag")
    iam.untag_policy(PolicyArn=arn, TagKeys=["k"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(DOCUMENT))
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    check(iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2", "the new version")
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    check(version["Document"] == DOCUMENT, f"the document, not {version}")
    pages = iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn)
    check(len([one for page in pages for one in page["Versions"]]) == 2, "two versions")
    pages = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn)
    check([one for page in pages for one in page["PolicyRoles"]] == [], "nobody has it")
    pages = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 7})
    arns = [one["Arn"] for page in pages for one in page["Policies"]]
    check(arn in arns and SSM in arns and len(set(arns)) == len(arns), f"all policies, not {arns}")
    refused("AccessDenied", iam.delete_policy, PolicyArn=SSM)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    refused("MalformedPolicyDocument", iam.create_policy, PolicyName="bad", PolicyDocument="no")


def instance_profiles():
    for name in ("front", "back"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(EC2))
        iam.create_instance_profile(InstanceProfileName=name)
        iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name, WaiterConfig=QUICK)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    launch = {
        "ImageId": ssm.get_parameter(Name=parameter)["Parameter"]["Value"],
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
    }
    refused(
        "InvalidParameterValue",
        ec2.run_instances,
        IamInstanceProfile={"Name": "none"},
        **launch,
    )
    instance = ec2.run_instances(**launch)["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=QUICK)
    front = iam.get_instance_profile(InstanceProfileName="front")["InstanceProfile"]["Arn"]
    made = ec2.associate_iam_instance_profile(
        InstanceId=instance, IamInstanceProfile={"Arn": front}
    )["IamInstanceProfileAssociation"]
    check(made["IamInstanceProfile"]["Arn"] == front, f"the profile, not {made}")
    replaced = ec2.replace_iam_instance_profile_association(
        AssociationId=made["AssociationId"], IamInstanceProfile={"Name": "back"}
    )["IamInstanceProfileAssociation"]["AssociationId"]
    pages = ec2.get_paginator("describe_iam_instance_profile_associations").paginate(
        Filters=[{"Name": "state", "Values": ["associated"]}]
    )
    listed = [one for page in pages for one in page["IamInstanceProfileAssociations"]]
    check([one["AssociationId"] for one in listed] == [replaced], f"one association, not {listed}")
    ec2.disassociate_iam_instance_profile(AssociationId=replaced)
    ec2.terminate_instances(InstanceIds=[instance])
    pages = iam.get_paginator("list_instance_profiles").paginate(PaginationConfig={"PageSize": 1})
    check(len([one for page in pages for one in page["InstanceProfiles"]]) == 2, "two profiles")
    for name in ("front", "back"):
        iam.tag_instance_profile(InstanceProfileName=name, Tags=[{"Key": "k", "Value": "v"}])
        tags = iam.list_instance_profile_tags(InstanceProfileName=name)["Tags"]
        check(len(tags) == 1, f"one tag, not {tags}")
        iam.untag_instance_profile(InstanceProfileName=name, TagKeys=["k"])
        pages = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=name)
        check(len([one for page in pages for one in page["InstanceProfiles"]]) == 1, "one profile")
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
        iam.delete_instance_profile(InstanceProfileName=name)
        iam.delete_role(RoleName=name)


def as_caller(credentials):
    return boto3.client(
        "sts",
        endpoint_url=ENDPOINT,
        region_name="us-west-2",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def sessions():
    check(iam.get_user()["User"]["Arn"].endswith(":root"), "the root user")
    check(iam.list_account_aliases()["AccountAliases"] == [], "no alias")
    arn = iam.create_role(
        RoleName="assumed", AssumeRolePolicyDocument=json.dumps(trust(AWS=ACCOUNT))
    )["Role"]["Arn"]
    # Long enough for a fast clock.
    iam.update_role(RoleName="assumed", MaxSessionDuration=43200)
    assumed = sts.assume_role(RoleArn=arn, RoleSessionName="walk", DurationSeconds=43200)
    identity = as_caller(assumed["Credentials"]).get_caller_identity()
    check(identity["Arn"] == assumed["AssumedRoleUser"]["Arn"], f"the role, not {identity}")
    check(identity["Account"] == ACCOUNT, f"the role's account, not {identity}")
    refused(
        "InvalidClientTokenId",
        as_caller({**assumed["Credentials"], "SessionToken": "other"}).get_caller_identity,
    )
    stranger = client("sts", REGION, "888899990000")
    refused("AccessDenied", stranger.assume_role, RoleArn=arn, RoleSessionName="walk")
    session = sts.get_session_token()["Credentials"]
    check(as_caller(session).get_caller_identity()["Arn"].endswith(":root"), "the root user")
    iam.delete_role(RoleName="assumed")
    refused("InvalidClientTokenId", as_caller(assumed["Credentials"]).get_caller_identity)


for walk in (roles, policies, instance_profiles, sessions):
    step(walk)

print_report()
