"""Drives the endpoint in argv[1] with boto3: keys of KMS and secure strings."""

import json

from boto3_support import check, client, print_report, refused, step

kms = client("kms", "eu-west-3", "333344447777")
london = client("kms", "eu-west-2", "333344447777")
ssm = client("ssm", "eu-west-3", "333344447777")


def new_key(**arguments):
    return kms.create_key(**arguments)["KeyMetadata"]["Arn"]


def use():
    key = new_key(Description="boto", Tags=[{"TagKey": "a", "TagValue": "1"}])
    context = {"tenant": "a"}
    blob = kms.encrypt(KeyId=key, Plaintext=b"dawn", EncryptionContext=context)["CiphertextBlob"]
    plain = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    check(plain["Plaintext"] == b"dawn" and plain["KeyId"] == key, plain)
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=blob)
    other = new_key()
    again = kms.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext=context, DestinationKeyId=other
    )
    check(kms.decrypt(CiphertextBlob=again["CiphertextBlob"])["Plaintext"] == b"dawn", again)
    data = kms.generate_data_key(KeyId=key, KeySpec="AES_128")
    check(len(data["Plaintext"]) == 16, "16 bytes")
    bare = kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256")
    check("Plaintext" not in bare, bare)
    check(len(kms.generate_random(NumberOfBytes=9)["Plaintext"]) == 9, "9 bytes")
    mac_key = new_key(KeySpec="HMAC_512", KeyUsage="GENERATE_VERIFY_MAC")
    message = {"KeyId": mac_key, "Message": b"m", "MacAlgorithm": "HMAC_SHA_512"}
    mac = kms.generate_mac(**message)["Mac"]
    check(kms.verify_mac(**message, Mac=mac)["MacValid"], "the MAC is valid")


def describe():
    key = new_key()
    kms.create_alias(AliasName="alias/boto", TargetKeyId=key)
    kms.update_alias(AliasName="alias/boto", TargetKeyId=new_key())
    pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2})
    names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
    check("alias/boto" in names and "alias/aws/ssm" in names, names)
    kms.delete_alias(AliasName="alias/boto")
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "b", "TagValue": "2"}])
    kms.untag_resource(KeyId=key, TagKeys=["b"])
    check(kms.list_resource_tags(KeyId=key)["Tags"] == [], "no tags")
    policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(json.loads(policy)))
    check(kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"], "one policy")
    kms.update_key_description(KeyId=key, Description="another")
    retiring = "arn:aws:iam::333344447777:role/retiring"
    grant = {
        "KeyId": key,
        "GranteePrincipal": "arn:aws:iam::333344447777:role/a",
        "RetiringPrincipal": retiring,
        "Operations": ["Decrypt"],
    }
    first, second = kms.create_grant(**grant), kms.create_grant(**grant)
    check(len(kms.list_grants(KeyId=key)["Grants"]) == 2, "two grants")
    check(len(kms.list_retirable_grants(RetiringPrincipal=retiring)["Grants"]) == 2, "two grants")
    kms.revoke_grant(KeyId=key, GrantId=first["GrantId"])
    kms.retire_grant(KeyId=key, GrantId=second["GrantId"])
    refused("NotFoundException", kms.revoke_grant, KeyId=key, GrantId=first["GrantId"])


def live():
    key = new_key()
    kms.disable_key(KeyId=key)
    refused("DisabledException", kms.encrypt, KeyId=key, Plaintext=b"x")
    kms.enable_key(KeyId=key)
    kms.enable_key_rotation(KeyId=key)
    check(kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365, "a year")
    kms.disable_key_rotation(KeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    check(len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1, "one rotation")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
    refused("KMSInvalidStateException", kms.enable_key, KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    check(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled", "disabled")
    listed = [one["KeyArn"] for page in kms.get_paginator("list_keys").paginate() for one in page["Keys"]]
    check(key in listed, listed)


def replicate():
    key = new_key(MultiRegion=True)
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-2")
    blob = kms.encrypt(KeyId=key, Plaintext=b"both")["CiphertextBlob"]
    check(london.decrypt(CiphertextBlob=blob)["Plaintext"] == b"both", "decrypted in London")
    kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-2")
    refused("UnsupportedOperationException", kms.replicate_key, KeyId=key, ReplicaRegion="eu-west-1")


def secure_strings():
    ssm.put_parameter(Name="/boto/secret", Value="hunter2", Type="SecureString")
    hidden = ssm.get_parameter(Name="/boto/secret")["Parameter"]["Value"]
    shown = ssm.get_parameter(Name="/boto/secret", WithDecryption=True)["Parameter"]["Value"]
    check(shown == "hunter2" and hidden != shown, hidden)


for walk in (use, describe, live, replicate, secure_strings):
    step(walk)
print_report()
