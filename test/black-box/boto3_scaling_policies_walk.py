"""What changes how many instances an Auto Scaling group has, with boto3: policies with their alarms."""

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


def delete():
    client("autoscaling").delete_auto_scaling_group(**NAMED, ForceDelete=True)


for walk in (create, policies, delete):
    step(walk)

print_report()
