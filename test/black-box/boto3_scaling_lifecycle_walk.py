"""What holds and changes instances of Auto Scaling groups, with boto3: hooks, refreshes, warm pools."""

import time

from boto3_support import check, client, print_report, refused, step

GROUP = "boto-held"
NAMED = {"AutoScalingGroupName": GROUP}


def until(condition, what):
    """Waits for a condition; the server's clock is fast."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")


def group():
    groups = client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
    return groups["AutoScalingGroups"][0]


def instances(state, count):
    def found():
        ids = [one["InstanceId"] for one in group()["Instances"] if one["LifecycleState"] == state]
        return len(ids) == count and ids

    return until(found, f"{count} instances in {state}")


def create():
    ec2 = client("ec2")
    image = ec2.describe_images(
        Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023*x86_64"]}]
    )["Images"][0]["ImageId"]
    ec2.create_launch_template(
        LaunchTemplateName=GROUP,
        LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"},
    )
    client("autoscaling").create_auto_scaling_group(
        **NAMED,
        LaunchTemplate={"LaunchTemplateName": GROUP, "Version": "1"},
        MinSize=0,
        MaxSize=4,
        AvailabilityZones=["us-east-2a", "us-east-2b"],
    )


def hooks():
    scaling = client("autoscaling")
    hook = {**NAMED, "LifecycleHookName": "prepare"}
    scaling.put_lifecycle_hook(
        **hook, LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING", HeartbeatTimeout=7200
    )
    found = scaling.describe_lifecycle_hooks(**NAMED)["LifecycleHooks"]
    check(found[0]["GlobalTimeout"] == 172800, f"two days at most, not {found}")
    scaling.set_desired_capacity(**NAMED, DesiredCapacity=1)
    (waiting,) = instances("Pending:Wait", 1)
    scaling.record_lifecycle_action_heartbeat(**hook, InstanceId=waiting)
    result = {**hook, "InstanceId": waiting, "LifecycleActionResult": "CONTINUE"}
    scaling.complete_lifecycle_action(**result)
    check(instances("InService", 1) == [waiting], "the instance that waited")
    refused("ValidationError", scaling.complete_lifecycle_action, **result)
    scaling.delete_lifecycle_hook(**hook)


def refreshes():
    scaling = client("autoscaling")
    client("ec2").create_launch_template_version(
        LaunchTemplateName=GROUP,
        SourceVersion="1",
        LaunchTemplateData={"InstanceType": "t3.small"},
    )
    refused("ActiveInstanceRefreshNotFound", scaling.cancel_instance_refresh, **NAMED)
    asked = {
        **NAMED,
        "DesiredConfiguration": {
            "LaunchTemplate": {"LaunchTemplateName": GROUP, "Version": "2"}
        },
        "Preferences": {"MinHealthyPercentage": 100, "InstanceWarmup": 7200},
    }
    (before,) = instances("InService", 1)
    scaling.start_instance_refresh(**asked)
    refused("InstanceRefreshInProgress", scaling.start_instance_refresh, **asked)

    def status():
        found = scaling.describe_instance_refreshes(**NAMED)["InstanceRefreshes"]
        return found[0]["Status"]

    until(
        lambda: [one["InstanceId"] for one in group()["Instances"]] not in ([before], []),
        "another instance",
    )
    check(status() == "InProgress", f"in progress, not {status()}")
    scaling.rollback_instance_refresh(**NAMED)
    check(status() == "RollbackInProgress", f"a rollback, not {status()}")
    scaling.cancel_instance_refresh(**NAMED, WaitForTransitioningInstances=False)
    check(status() == "Cancelled", f"cancelled, not {status()}")


def warm_pool():
    scaling = client("autoscaling")
    scaling.put_warm_pool(**NAMED, MaxGroupPreparedCapacity=3, MinSize=1)

    def states():
        pages = scaling.get_paginator("describe_warm_pool").paginate(**NAMED)
        return [one["LifecycleState"] for page in pages for one in page["Instances"]]

    until(lambda: "Warmed:Stopped" in states(), "a warm instance")
    scaling.delete_warm_pool(**NAMED, ForceDelete=True)
    until(lambda: not states(), "an empty pool")
    refused("ValidationError", scaling.delete_warm_pool, **NAMED)


def delete():
    client("autoscaling").delete_auto_scaling_group(**NAMED, ForceDelete=True)


for walk in (create, hooks, refreshes, warm_pool, delete):
    step(walk)

print_report()
