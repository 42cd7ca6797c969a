"""Drives the endpoint in argv[1] with boto3: snapshots, images and their copies to another Region."""

import datetime

from boto3_support import QUICK, check, client, print_report, refused, step

REGION = "ca-central-1"
FRIEND = "444455556666"
ec2 = client("ec2", REGION)
away = client("ec2", "eu-west-2")
friends = client("ec2", REGION, FRIEND)


def launch(image=None, **more):
    base = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    instance = ec2.run_instances(
        ImageId=image or base, InstanceType="t3.micro", MinCount=1, MaxCount=1, **more
    )["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=QUICK)
    return instance


def root_volume(instance):
    mappings = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return mappings["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]


def completed(snapshot, where=ec2):
    where.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=QUICK)
    return where.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]


def available(image, where=ec2):
    where.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig=QUICK)
    return where.describe_images(ImageIds=[image])["Images"][0]


def snapshots():
    instance = launch()
    volume = root_volume(instance)
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="one")["SnapshotId"]
    check(completed(snapshot)["Progress"] == "100%", "a complete snapshot")
    many = ec2.create_snapshots(InstanceSpecification={"InstanceId": instance})["Snapshots"]
    check([one["VolumeId"] for one in many] == [volume], f"one volume, not {many}")
    # As many as fill more than a page.
    many += [ec2.create_snapshot(VolumeId=volume) for _ in range(4)]
    for one in many:
        completed(one["SnapshotId"])
    pages = ec2.get_paginator("describe_snapshots").paginate(
        OwnerIds=["self"], PaginationConfig={"PageSize": 5}
    )
    listed = [one["SnapshotId"] for page in pages for one in page["Snapshots"]]
    made = {snapshot, *(one["SnapshotId"] for one in many)}
    check(made <= set(listed), f"all snapshots, not {listed}")
    copy = away.copy_snapshot(SourceRegion=REGION, SourceSnapshotId=snapshot)["SnapshotId"]
    check(completed(copy, away)["VolumeId"] == "vol-ffffffff", "a copy names no volume")
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, OperationType="add", UserIds=[FRIEND])
    permissions = ec2.describe_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission"
    )["CreateVolumePermissions"]
    check(permissions == [{"UserId": FRIEND}], f"shared with one, not {permissions}")
    seen = friends.describe_snapshots(RestorableByUserIds=["self"])["Snapshots"]
    check([one["SnapshotId"] for one in seen] == [snapshot], f"the shared one, not {seen}")
    ec2.reset_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
    refused("InvalidSnapshot.NotFound", friends.describe_snapshots, SnapshotIds=[snapshot])
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    blocked = ec2.get_snapshot_block_public_access_state()["State"]
    check(blocked == "block-all-sharing", f"blocked, not {blocked}")
    ec2.disable_snapshot_block_public_access()
    ec2.delete_snapshot(SnapshotId=snapshot)
    refused("InvalidSnapshot.NotFound", ec2.delete_snapshot, SnapshotId=snapshot)
    ec2.terminate_instances(InstanceIds=[instance])


def images():
    instance = launch()
    image = ec2.create_image(InstanceId=instance, Name="golden", Description="ours")["ImageId"]
    made = available(image)
    check(made["SourceInstanceId"] == instance, f"made of {instance}, not {made}")
    refused("InvalidAMIName.Duplicate", ec2.create_image, InstanceId=instance, Name="golden")
    again = launch(image)
    copy = away.copy_image(
        SourceRegion=REGION, SourceImageId=image, Name="golden", CopyImageTags=True
    )["ImageId"]
    check(available(copy, away)["SourceImageId"] == image, "the copy names its source")
    refused("InvalidAMIID.NotFound", away.describe_images, ImageIds=[image])
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": FRIEND}]})
    permissions = ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission")
    check(permissions["LaunchPermissions"] == [{"UserId": FRIEND}], f"one, not {permissions}")
    shared = friends.describe_images(ExecutableUsers=["self"])["Images"]
    check([one["ImageId"] for one in shared] == [image], f"the shared one, not {shared}")
    ec2.reset_image_attribute(ImageId=image, Attribute="launchPermission")
    ec2.terminate_instances(InstanceIds=[instance, again])
    return image


def life_of_an_image():
    instance = launch()
    image = ec2.create_image(InstanceId=instance, Name="old", NoReboot=True)["ImageId"]
    made = available(image)
    created = datetime.datetime.fromisoformat(made["CreationDate"].replace("Z", "+00:00"))
    ec2.enable_image_deprecation(
        ImageId=image, DeprecateAt=created + datetime.timedelta(days=100)
    )
    ec2.disable_image_deprecation(ImageId=image)
    ec2.disable_image(ImageId=image)
    check(ec2.describe_images(ImageIds=[image])["Images"] == [], "hidden while it is disabled")
    ec2.enable_image(ImageId=image)
    ec2.enable_image_deregistration_protection(ImageId=image)
    refused("OperationNotPermitted", ec2.deregister_image, ImageId=image)
    ec2.disable_image_deregistration_protection(ImageId=image)
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    state = ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"]
    check(state == "block-new-sharing", f"blocked, not {state}")
    ec2.disable_image_block_public_access()
    snapshot = made["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    registered = ec2.register_image(
        Name="registered",
        Architecture="x86_64",
        VirtualizationType="hvm",
        RootDeviceName="/dev/xvda",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}],
    )["ImageId"]
    ec2.deregister_image(ImageId=image)
    refused("InvalidSnapshot.InUse", ec2.delete_snapshot, SnapshotId=snapshot)
    results = ec2.deregister_image(ImageId=registered, DeleteAssociatedSnapshots=True)
    codes = [one["ReturnCode"] for one in results["DeleteSnapshotResults"]]
    check(codes == ["success"], f"one deleted, not {codes}")
    ec2.terminate_instances(InstanceIds=[instance])


for walk in (snapshots, images, life_of_an_image):
    step(walk)

print_report()
