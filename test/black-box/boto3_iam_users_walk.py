"""Drives the endpoint in argv[1] with boto3: users and groups of IAM."""

import json

from boto3_support import check, client, print_report, refused, step

iam = client("iam", "us-east-1")
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def users():
    user = {"UserName": "bob"}
    iam.create_user(Path="/people/", **user)
    iam.tag_user(Tags=[{"Key": "a", "Value": "b"}], **user)
    check(iam.list_user_tags(**user)["Tags"] == [{"Key": "a", "Value": "b"}], "tags")
    iam.untag_user(TagKeys=["a"], **user)
    iam.update_user(NewPath="/", **user)
    iam.put_user_permissions_boundary(PermissionsBoundary=READ, **user)
    iam.delete_user_permissions_boundary(**user)
    check(iam.get_user(**user)["User"]["Path"] == "/", "the new path")
    check(len(iam.list_users()["Users"]) == 1, "one user")
    iam.attach_user_policy(PolicyArn=READ, **user)
    attached = iam.list_attached_user_policies(**user)["AttachedPolicies"]
    check(len(attached) == 1, f"one policy, not {attached}")
    iam.detach_user_policy(PolicyArn=READ, **user)
    iam.put_user_policy(PolicyName="own", PolicyDocument=json.dumps(DOCUMENT), **user)
    check(iam.list_user_policies(**user)["PolicyNames"] == ["own"], "its own policy")
    document = iam.get_user_policy(PolicyName="own", **user)["PolicyDocument"]
    check(document == DOCUMENT, f"the document, not {document}")
    iam.delete_user_policy(PolicyName="own", **user)


def credentials():
    user = {"UserName": "bob"}
    iam.create_login_profile(Password="Secret-1", **user)
    iam.update_login_profile(PasswordResetRequired=True, **user)
    check(iam.get_login_profile(**user)["LoginProfile"]["PasswordResetRequired"], "a reset")
    iam.delete_login_profile(**user)
    check(iam.list_mfa_devices(**user)["MFADevices"] == [], "no device")
    check(iam.list_virtual_mfa_devices()["VirtualMFADevices"] == [], "no virtual device")
    check(iam.list_ssh_public_keys(**user)["SSHPublicKeys"] == [], "no SSH key")
    check(iam.list_signing_certificates(**user)["Certificates"] == [], "no certificate")
    others = iam.list_service_specific_credentials(**user)["ServiceSpecificCredentials"]
    check(others == [], f"no credentials, not {others}")
    key = iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]
    used = iam.get_access_key_last_used(AccessKeyId=key)
    check(used["UserName"] == "bob", f"its user, not {used}")
    iam.update_access_key(AccessKeyId=key, Status="Inactive", **user)
    keys = iam.list_access_keys(**user)["AccessKeyMetadata"]
    check([one["Status"] for one in keys] == ["Inactive"], f"one key, not {keys}")
    refused("DeleteConflict", iam.delete_user, **user)
    iam.delete_access_key(AccessKeyId=key, **user)


def groups():
    user, group = {"UserName": "bob"}, {"GroupName": "people"}
    iam.create_group(GroupName="them")
    iam.update_group(GroupName="them", NewGroupName="people")
    iam.add_user_to_group(**group, **user)
    check(len(iam.get_group(**group)["Users"]) == 1, "one member")
    check(len(iam.list_groups_for_user(**user)["Groups"]) == 1, "one group of its")
    check(len(iam.list_groups()["Groups"]) == 1, "one group")
    iam.attach_group_policy(PolicyArn=READ, **group)
    check(len(iam.list_attached_group_policies(**group)["AttachedPolicies"]) == 1, "one policy")
    iam.detach_group_policy(PolicyArn=READ, **group)
    iam.put_group_policy(PolicyName="own", PolicyDocument=json.dumps(DOCUMENT), **group)
    check(iam.list_group_policies(**group)["PolicyNames"] == ["own"], "its own policy")
    check(iam.get_group_policy(PolicyName="own", **group)["GroupName"] == "people", "its name")
    iam.delete_group_policy(PolicyName="own", **group)
    iam.remove_user_from_group(**group, **user)
    iam.delete_group(**group)
    iam.delete_user(**user)


for walk in (users, credentials, groups):
    step(walk)

print_report()
