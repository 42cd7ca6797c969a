"""What changes how many instances an Auto Scaling group has, with boto3: policies and schedules."""

import time

from boto3_support import check, client, print_report, refused, step

GROUP = "boto-scaled"
NAMED = {"AutoScalingGroupName": GROUP}


def until_desired(capacity):
    """Waits for a desired capacity; the server's clock is fast."""
    scaling = client("autoscaling")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
        if groups["AutoScalingGroups"][0]["DesiredCapacity"] == capacity:
            return
        time.sleep(0.05)
    raise AssertionError(f"the desired capacity {capacity} did not come")


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
        LaunchTemplate={"LaunchTemplateName": GROUP},
        MinSize=0,
        MaxSize=5,
        DefaultCooldown=1,
        AvailabilityZones=["us-east-2a", "us-east-2b"],
    )


def policies():
    scaling = client("autoscaling")
    grow = {**NAMED, "PolicyName": "grow"}
    scaling.put_scaling_policy(
        **grow,
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}],
    )
    scaling.execute_policy(**grow, MetricValue=59.0, BreachThreshold=50.0)
    until_desired(2)
    refused("ValidationError", scaling.execute_policy, **grow)
    made = scaling.put_scaling_policy(
        **NAMED,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50.0,
        },
    )
    check(len(made["Alarms"]) == 2, f"two alarms, not {made}")
    pages = scaling.get_paginator("describe_policies").paginate(**NAMED)
    names = [one["PolicyName"] for page in pages for one in page["ScalingPolicies"]]
    check(names == ["grow", "cpu"], f"both policies, not {names}")
    for name in names:
        scaling.delete_policy(**NAMED, PolicyName=name)


def schedules():
    scaling = client("autoscaling")
    nightly = {"ScheduledActionName": "nightly", "Recurrence": "0 3 * * *", "DesiredCapacity": 0}
    same = {**nightly, "ScheduledActionName": "same"}
    failed = scaling.batch_put_scheduled_update_group_action(
        **NAMED, ScheduledUpdateGroupActions=[nightly, same]
    )["FailedScheduledUpdateGroupActions"]
    check([one["ErrorCode"] for one in failed] == ["AlreadyExists"], f"one of two, not {failed}")
    minutely = {**NAMED, "ScheduledActionName": "minutely"}
    scaling.put_scheduled_update_group_action(
        **minutely, Recurrence="* * * * *", TimeZone="Europe/Berlin", DesiredCapacity=3
    )
    until_desired(3)
    pages = scaling.get_paginator("describe_scheduled_actions").paginate(**NAMED)
    names = [one["ScheduledActionName"] for page in pages for one in page["ScheduledUpdateGroupActions"]]
    check(names == ["nightly", "minutely"], f"both actions, not {names}")
    scaling.delete_scheduled_action(**minutely)
    scaling.batch_delete_scheduled_action(**NAMED, ScheduledActionNames=["nightly"])
    refused("ValidationError", scaling.delete_scheduled_action, **minutely)


def delete():
    client("autoscaling").delete_auto_scaling_group(**NAMED, ForceDelete=True)


for walk in (create, policies, schedules, delete):
    step(walk)

print_report()
