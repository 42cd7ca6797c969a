"""Drives the endpoint in argv[1] with boto3: volumes, and snapshots that are written and read block by block."""

import base64
import hashlib
import time

from boto3_support import QUICK, check, client, print_report, refused, step

REGION = "eu-west-2"
ZONE = "eu-west-2a"
BLOCK = 524288
ec2 = client("ec2", REGION)
ebs = client("ebs", REGION)
kms = client("kms", REGION)
ssm = client("ssm", REGION)


def volume(**more):
    made = ec2.create_volume(**{"AvailabilityZone": ZONE, "Size": 2, **more})["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[made], WaiterConfig=QUICK)
    return made


def launch(**more):
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    instance = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        Placement={"AvailabilityZone": ZONE},
        **more,
    )["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=QUICK)
    return instance


def life_of_a_volume():
    made = volume(VolumeType="io2", Size=4, Iops=200)
    further = [
        {"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 3, "VolumeType": "gp3"}}
        for letter in "ghij"
    ]
    instance = launch(BlockDeviceMappings=further)
    ec2.attach_volume(VolumeId=made, InstanceId=instance, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[made], WaiterConfig=QUICK)
    pages = ec2.get_paginator("describe_volumes").paginate(
        Filters=[{"Name": "attachment.instance-id", "Values": [instance]}],
        PaginationConfig={"PageSize": 5},
    )
    devices = [one["Attachments"][0]["Device"] for page in pages for one in page["Volumes"]]
    expected = [*(f"/dev/sd{letter}" for letter in "fghij"), "/dev/xvda"]
    check(sorted(devices) == expected, f"six devices, not {devices}")
    refused("VolumeInUse", ec2.delete_volume, VolumeId=made)
    refused("InvalidParameterValue", ec2.modify_volume, VolumeId=made, Size=1)
    change = ec2.modify_volume(VolumeId=made, Size=5)["VolumeModification"]
    check(change["TargetSize"] == 5, f"a change to 5 GiB, not {change}")
    changes = ec2.describe_volumes_modifications(VolumeIds=[made])["VolumesModifications"]
    check(changes[0]["OriginalSize"] == 4, f"a change from 4 GiB, not {changes}")
    status = ec2.describe_volume_status(VolumeIds=[made])["VolumeStatuses"][0]
    check(status["VolumeStatus"]["Status"] == "ok", f"a volume that is well, not {status}")
    ec2.enable_volume_io(VolumeId=made)
    ec2.modify_volume_attribute(VolumeId=made, AutoEnableIO={"Value": True})
    attribute = ec2.describe_volume_attribute(VolumeId=made, Attribute="autoEnableIO")
    check(attribute["AutoEnableIO"]["Value"], f"I/O that enables itself, not {attribute}")
    ec2.detach_volume(VolumeId=made, InstanceId=instance)
    ec2.get_waiter("volume_available").wait(VolumeIds=[made], WaiterConfig=QUICK)
    ec2.delete_volume(VolumeId=made)
    ec2.get_waiter("volume_deleted").wait(VolumeIds=[made], WaiterConfig=QUICK)
    ec2.terminate_instances(InstanceIds=[instance])


def encryption():
    check(not ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"], "no encryption at first")
    check(ec2.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"], "encryption")
    wanted = kms.create_key()["KeyMetadata"]["KeyId"]
    key = ec2.modify_ebs_default_kms_key_id(KmsKeyId=wanted)["KmsKeyId"]
    check(ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == key, "the key that was chosen")
    made = volume()
    check(ec2.describe_volumes(VolumeIds=[made])["Volumes"][0]["KmsKeyId"] == key, "its key")
    ec2.reset_ebs_default_kms_key_id()
    ec2.disable_ebs_encryption_by_default()
    ec2.delete_volume(VolumeId=made)


def checksum(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def write(blocks, **more):
    snapshot = ebs.start_snapshot(VolumeSize=1, **more)["SnapshotId"]
    for index, data in blocks.items():
        ebs.put_snapshot_block(
            SnapshotId=snapshot,
            BlockIndex=index,
            BlockData=data,
            DataLength=BLOCK,
            Checksum=checksum(data),
            ChecksumAlgorithm="SHA256",
        )
    ebs.complete_snapshot(
        SnapshotId=snapshot,
        ChangedBlocksCount=len(blocks),
        Checksum=checksum(b"".join(hashlib.sha256(data).digest() for data in blocks.values())),
        ChecksumAlgorithm="SHA256",
        ChecksumAggregationMethod="LINEAR",
    )
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=QUICK)
    return snapshot


def snapshots_in_blocks():
    one, two, three = (bytes([number]) * BLOCK for number in (1, 2, 3))
    first = write({0: one, 7: two}, Description="first", Tags=[{"Key": "a", "Value": "b"}])
    second = write({7: three}, ParentSnapshotId=first)
    found = {}
    for block in ebs.list_snapshot_blocks(SnapshotId=second)["Blocks"]:
        answer = ebs.get_snapshot_block(SnapshotId=second, **block)
        found[block["BlockIndex"]] = answer["BlockData"].read()
        check(answer["Checksum"] == checksum(found[block["BlockIndex"]]), "the checksum of a block")
    check(found == {0: one, 7: three}, f"two blocks, not {list(found)}")
    changed = ebs.list_changed_blocks(FirstSnapshotId=first, SecondSnapshotId=second)["ChangedBlocks"]
    check([one["BlockIndex"] for one in changed] == [7], f"one changed block, not {changed}")
    error = refused(
        "ValidationException",
        ebs.get_snapshot_block,
        SnapshotId=first,
        BlockIndex=0,
        BlockToken="AAAB",
    )
    check(error.response["Reason"] == "INVALID_BLOCK_TOKEN", f"a reason, not {error.response}")


def the_archive_tier():
    made = volume()
    taken = ec2.create_snapshot(VolumeId=made)["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[taken], WaiterConfig=QUICK)
    ec2.modify_snapshot_tier(SnapshotId=taken, StorageTier="archive")
    named = [{"Name": "snapshot-id", "Values": [taken]}]
    for _ in range(200):
        status = ec2.describe_snapshot_tier_status(Filters=named)["SnapshotTierStatuses"][0]
        if status["StorageTier"] == "archive":
            break
        time.sleep(0.1)
    check(status["StorageTier"] == "archive", f"an archived snapshot, not {status}")
    refused("IncorrectState", ec2.create_volume, AvailabilityZone=ZONE, SnapshotId=taken)
    back = ec2.restore_snapshot_tier(SnapshotId=taken, PermanentRestore=True)
    check(back["IsPermanentRestore"], f"a restore for good, not {back}")


for walk in (life_of_a_volume, encryption, snapshots_in_blocks, the_archive_tier):
    step(walk)

print_report()
