"""Launch templates and Auto Scaling with boto3: groups, their instances, what they tell; paginators and errors."""

import time

from boto3_support import check, client, print_report, refused, step

GROUP = "boto"


def image():
    ec2 = client("ec2")
    return ec2.describe_images(
        Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023*x86_64"]}]
    )["Images"][0]["ImageId"]


def until(condition, what):
    """Waits for a condition; the server's clock is fast."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")


def launch_templates():
    ec2 = client("ec2")
    data = {"ImageId": image(), "InstanceType": "t3.micro"}
    template = ec2.create_launch_template(LaunchTemplateName="boto", LaunchTemplateData=data)[
        "LaunchTemplate"
    ]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=template,
        SourceVersion="1",
        LaunchTemplateData={"InstanceType": "t3.small"},
    )
    ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        LaunchTemplateId=template
    )
    numbers = [one["VersionNumber"] for page in pages for one in page["LaunchTemplateVersions"]]
    check(numbers == [2, 1], f"the newest version first, not {numbers}")
    check(len(ec2.describe_launch_templates()["LaunchTemplates"]) == 1, "one template")
    instance = ec2.run_instances(
        MinCount=1, MaxCount=1, LaunchTemplate={"LaunchTemplateName": "boto", "Version": "$Latest"}
    )["Instances"][0]
    check(instance["InstanceType"] == "t3.small", "the latest version's type")
    read = ec2.get_launch_template_data(InstanceId=instance["InstanceId"])["LaunchTemplateData"]
    check(read["ImageId"] == data["ImageId"], f"the image, not {read}")
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["1"])
    ec2.delete_launch_template(LaunchTemplateId=template)
    refused(
        "InvalidLaunchTemplateId.NotFound",
        ec2.delete_launch_template,
        LaunchTemplateId=template,
    )


def auto_scaling():
    scaling = client("autoscaling")
    named = {"AutoScalingGroupName": GROUP}
    scaling.create_launch_configuration(
        LaunchConfigurationName="boto", ImageId=image(), InstanceType="t3.micro"
    )
    made = {
        **named,
        "LaunchConfigurationName": "boto",
        "MinSize": 0,
        "MaxSize": 3,
        "DesiredCapacity": 2,
        "AvailabilityZones": ["us-east-2a", "us-east-2b"],
    }
    scaling.create_auto_scaling_group(**made)
    refused("AlreadyExists", scaling.create_auto_scaling_group, **made)

    def group():
        return scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])[
            "AutoScalingGroups"
        ][0]

    def serving(count):
        def found():
            states = {one["InstanceId"]: one["LifecycleState"] for one in group()["Instances"]}
            return len(states) == count and set(states.values()) <= {"InService"} and [*states]

        return until(found, f"{count} instances in service")

    first, second = serving(2)
    pages = scaling.get_paginator("describe_auto_scaling_instances").paginate()
    zones = {one["AvailabilityZone"] for page in pages for one in page["AutoScalingInstances"]}
    check(zones == {"us-east-2a", "us-east-2b"}, f"both zones, not {zones}")
    only = {**named, "InstanceIds": [first]}
    scaling.enter_standby(**only, ShouldDecrementDesiredCapacity=True)
    until(
        lambda: "Standby" in [one["LifecycleState"] for one in group()["Instances"]],
        "an instance in standby",
    )
    scaling.exit_standby(**only)
    serving(2)
    scaling.detach_instances(**only, ShouldDecrementDesiredCapacity=True)
    serving(1)
    scaling.attach_instances(**only)
    serving(2)
    scaling.set_instance_protection(**only, ProtectedFromScaleIn=True)
    scaling.set_desired_capacity(**named, DesiredCapacity=1)
    check(serving(1) == [first], "the protected instance stays")
    scaling.update_auto_scaling_group(**named, DefaultCooldown=10)
    scaling.set_instance_health(InstanceId=first, HealthStatus="Unhealthy")
    until(lambda: serving(1) != [first], "another instance")
    scaling.suspend_processes(**named, ScalingProcesses=["Launch"])
    scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=serving(1)[0], ShouldDecrementDesiredCapacity=False
    )
    until(lambda: not group()["Instances"], "an empty group")
    scaling.resume_processes(**named)
    serving(1)
    found = scaling.describe_scaling_activities(**named)["Activities"]
    check(all(one["StatusCode"] == "Successful" for one in found), f"successes, not {found}")
    traffic(scaling, named)
    settings(scaling, named)
    refused("ResourceInUse", scaling.delete_auto_scaling_group, **named)
    scaling.delete_auto_scaling_group(**named, ForceDelete=True)
    until(lambda: not scaling.describe_auto_scaling_groups()["AutoScalingGroups"], "no group")
    check(len(scaling.describe_launch_configurations()["LaunchConfigurations"]) == 1, "one")
    scaling.delete_launch_configuration(LaunchConfigurationName="boto")
    refused("ValidationError", scaling.set_desired_capacity, **named, DesiredCapacity=1)


def traffic(scaling, named):
    elbv2 = client("elbv2")
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    arn = elbv2.create_target_group(Name="boto-group", Protocol="HTTP", Port=80, VpcId=vpc)[
        "TargetGroups"
    ][0]["TargetGroupArn"]
    scaling.attach_load_balancer_target_groups(**named, TargetGroupARNs=[arn])
    health = elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    check(len(health) == 1, f"one target, not {health}")
    states = scaling.describe_load_balancer_target_groups(**named)["LoadBalancerTargetGroups"]
    check([one["State"] for one in states] == ["Added"], f"Added, not {states}")
    scaling.detach_load_balancer_target_groups(**named, TargetGroupARNs=[arn])
    sources = [{"Identifier": arn, "Type": "elbv2"}]
    scaling.attach_traffic_sources(**named, TrafficSources=sources)
    check(len(scaling.describe_traffic_sources(**named)["TrafficSources"]) == 1, "one source")
    scaling.detach_traffic_sources(**named, TrafficSources=sources)
    elbv2.delete_target_group(TargetGroupArn=arn)


def settings(scaling, named):
    tag = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group", "Key": "tier"}
    scaling.create_or_update_tags(Tags=[{**tag, "Value": "web", "PropagateAtLaunch": True}])
    tags = scaling.describe_tags(Filters=[{"Name": "key", "Values": ["tier"]}])["Tags"]
    check(tags == [{**tag, "Value": "web", "PropagateAtLaunch": True}], f"the tag, not {tags}")
    scaling.delete_tags(Tags=[tag])
    scaling.enable_metrics_collection(**named, Granularity="1Minute")
    scaling.disable_metrics_collection(**named, Metrics=["GroupMinSize"])
    topic = "arn:aws:sns:us-east-2:777788889999:scaling"
    scaling.put_notification_configuration(
        **named, TopicARN=topic, NotificationTypes=["autoscaling:EC2_INSTANCE_TERMINATE"]
    )
    kept = scaling.describe_notification_configurations()["NotificationConfigurations"]
    check(len(kept) == 1, f"one notification, not {kept}")
    scaling.delete_notification_configuration(**named, TopicARN=topic)


def types():
    scaling = client("autoscaling")
    check(scaling.describe_account_limits()["MaxNumberOfAutoScalingGroups"] == 500, "the limit")
    check(len(scaling.describe_adjustment_types()["AdjustmentTypes"]) == 3, "adjustments")
    scaling.describe_auto_scaling_notification_types()
    scaling.describe_lifecycle_hook_types()
    scaling.describe_metric_collection_types()
    scaling.describe_scaling_process_types()
    policies = scaling.describe_termination_policy_types()["TerminationPolicyTypes"]
    check("Default" in policies, f"Default, not {policies}")


for walk in (launch_templates, auto_scaling, types):
    step(walk)

print_report()
