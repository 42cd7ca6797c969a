"""Drives the endpoint in argv[1] with boto3: placement groups."""

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", "eu-west-3", account="777788880003")


def newest_image():
    ssm = client("ssm", "eu-west-3", account="777788880003")
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]


def placement_groups():
    made = ec2.create_placement_group(GroupName="web", Strategy="spread")["PlacementGroup"]
    check(made["SpreadLevel"] == "rack", f"spread over racks, not {made}")
    seven = ec2.run_instances(
        ImageId=newest_image(),
        InstanceType="m5.large",
        MinCount=1,
        MaxCount=1,
        Placement={"GroupName": "web"},
    )["Instances"]
    ids = [each["InstanceId"] for each in seven]
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    refused("InvalidPlacementGroup.InUse", ec2.delete_placement_group, GroupName="web")
    ec2.stop_instances(InstanceIds=ids)
    ec2.get_waiter("instance_stopped").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
    ec2.modify_instance_placement(InstanceId=ids[0], GroupName="")
    ec2.terminate_instances(InstanceIds=ids)
    ec2.delete_placement_group(GroupName="web")
    found = ec2.describe_placement_groups()["PlacementGroups"]
    check(found == [], f"none is left, not {found}")


step(placement_groups)
print_report()
