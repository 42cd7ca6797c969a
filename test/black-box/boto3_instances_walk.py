"""Drives the endpoint in argv[1] with boto3: what an instance may be asked to be, at its launch and later."""

import time

from boto3_support import QUICK, check, client, print_report, refused, step

REGION = "ap-southeast-1"
ec2 = client("ec2", REGION)
ssm = client("ssm", REGION)


def image():
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]


def launch(**more):
    request = {
        "ImageId": image(),
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        **more,
    }
    return ec2.run_instances(**request)["Instances"][0]["InstanceId"]


def described(instance):
    found = ec2.describe_instances(InstanceIds=[instance])
    return found["Reservations"][0]["Instances"][0]


def options_of_an_instance():
    made = launch(
        InstanceType="m5.2xlarge",
        CpuOptions={"CoreCount": 2, "ThreadsPerCore": 1},
        MaintenanceOptions={"AutoRecovery": "disabled"},
    )
    cpu = described(made)["CpuOptions"]
    check(cpu == {"CoreCount": 2, "ThreadsPerCore": 1}, f"two cores, not {cpu}")
    ec2.get_waiter("instance_running").wait(InstanceIds=[made], WaiterConfig=QUICK)
    more = {"InstanceId": made, "CoreCount": 4, "ThreadsPerCore": 2}
    refused("IncorrectInstanceState", ec2.modify_instance_cpu_options, **more)
    ec2.stop_instances(InstanceIds=[made])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[made], WaiterConfig=QUICK)
    ec2.modify_instance_cpu_options(**more)
    ec2.modify_instance_maintenance_options(InstanceId=made, AutoRecovery="default")
    ec2.modify_instance_network_performance_options(
        InstanceId=made, BandwidthWeighting="default"
    )
    ec2.modify_instance_capacity_reservation_attributes(
        InstanceId=made,
        CapacityReservationSpecification={"CapacityReservationPreference": "none"},
    )
    ec2.modify_private_dns_name_options(
        InstanceId=made, PrivateDnsHostnameType="resource-name"
    )
    now = described(made)
    check(now["CpuOptions"]["CoreCount"] == 4, f"four cores, not {now['CpuOptions']}")
    check(now["PrivateDnsName"].startswith(made), f"a name by id, not {now['PrivateDnsName']}")
    ec2.terminate_instances(InstanceIds=[made])


def defaults_of_an_account():
    ec2.modify_default_credit_specification(InstanceFamily="t3", CpuCredits="standard")
    family = ec2.get_default_credit_specification(InstanceFamily="t3")
    credits = family["InstanceFamilyCreditSpecification"]["CpuCredits"]
    check(credits == "standard", f"standard credits, not {credits}")
    ec2.modify_instance_metadata_defaults(HttpPutResponseHopLimit=3)
    account = ec2.get_instance_metadata_defaults()["AccountLevel"]
    check(account["HttpPutResponseHopLimit"] == 3, f"three hops, not {account}")
    made = launch()
    hops = described(made)["MetadataOptions"]["HttpPutResponseHopLimit"]
    check(hops == 3, f"three hops, not {hops}")
    changed = ec2.modify_instance_credit_specification(
        InstanceCreditSpecifications=[{"InstanceId": made, "CpuCredits": "unlimited"}]
    )
    done = [it["InstanceId"] for it in changed["SuccessfulInstanceCreditSpecifications"]]
    check(done == [made], f"changed credits of {made}, not {changed}")
    ec2.terminate_instances(InstanceIds=[made])


def spot_instances():
    asked = ec2.request_spot_instances(
        InstanceCount=2,
        LaunchSpecification={"ImageId": image(), "InstanceType": "t3.micro"},
    )["SpotInstanceRequests"]
    ids = [one["SpotInstanceRequestId"] for one in asked]
    ec2.get_waiter("spot_instance_request_fulfilled").wait(
        SpotInstanceRequestIds=ids, WaiterConfig=QUICK
    )
    pages = ec2.get_paginator("describe_spot_instance_requests").paginate(
        Filters=[{"Name": "state", "Values": ["active"]}],
        PaginationConfig={"PageSize": 5},
    )
    found = [one for page in pages for one in page["SpotInstanceRequests"]]
    check(sorted(one["SpotInstanceRequestId"] for one in found) == sorted(ids), f"{found}")
    made = [one["InstanceId"] for one in found]
    check(described(made[0])["InstanceLifecycle"] == "spot", "a Spot Instance")
    ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=ids)
    ec2.terminate_instances(InstanceIds=made)
    prices = ec2.get_paginator("describe_spot_price_history").paginate(
        InstanceTypes=["m5.large"], PaginationConfig={"PageSize": 20, "MaxItems": 50}
    )
    rows = [row for page in prices for row in page["SpotPriceHistory"]]
    check(len(rows) == 50, f"fifty prices, not {len(rows)}")
    check(all(float(row["SpotPrice"]) > 0 for row in rows), "prices above nought")


def fleets():
    ec2.create_launch_template(
        LaunchTemplateName="fleet", LaunchTemplateData={"ImageId": image()}
    )
    configs = [
        {
            "LaunchTemplateSpecification": {"LaunchTemplateName": "fleet", "Version": "$Latest"},
            "Overrides": [{"InstanceType": "t3.micro", "WeightedCapacity": 2.0}],
        }
    ]
    made = ec2.create_fleet(
        LaunchTemplateConfigs=configs,
        TargetCapacitySpecification={
            "TotalTargetCapacity": 2,
            "DefaultTargetCapacityType": "on-demand",
        },
    )["FleetId"]
    for _ in range(200):
        fleet = ec2.describe_fleets(FleetIds=[made])["Fleets"][0]
        if fleet["ActivityStatus"] == "fulfilled":
            break
        time.sleep(0.05)
    check(fleet["FulfilledCapacity"] == 2.0, f"two units, not {fleet}")
    active = ec2.describe_fleet_instances(FleetId=made)["ActiveInstances"]
    check(len(active) == 1, f"one instance that counts two, not {active}")
    ec2.modify_fleet(FleetId=made, ExcessCapacityTerminationPolicy="no-termination")
    history = ec2.describe_fleet_history(FleetId=made, StartTime=0)["HistoryRecords"]
    check(len(history) == 3, f"three things that happened, not {history}")
    ec2.delete_fleets(FleetIds=[made], TerminateInstances=True)
    pages = ec2.get_paginator("get_instance_types_from_instance_requirements").paginate(
        ArchitectureTypes=["arm64"],
        VirtualizationTypes=["hvm"],
        InstanceRequirements={"VCpuCount": {"Min": 2, "Max": 4}, "MemoryMiB": {"Min": 2048}},
        PaginationConfig={"PageSize": 20},
    )
    types = [one["InstanceType"] for page in pages for one in page["InstanceTypes"]]
    check("m7g.large" in types and len(types) == len(set(types)), f"types, not {types}")


def a_group_with_spot_instances():
    asg = client("autoscaling", REGION)
    ec2.create_launch_template(
        LaunchTemplateName="mixed", LaunchTemplateData={"ImageId": image()}
    )
    asg.create_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MinSize=0,
        MaxSize=6,
        DesiredCapacity=4,
        AvailabilityZones=[f"{REGION}a"],
        CapacityRebalance=True,
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": "mixed"},
                "Overrides": [
                    {"InstanceType": "t3.small", "WeightedCapacity": "2"},
                    {
                        "WeightedCapacity": "1",
                        "InstanceRequirements": {
                            "VCpuCount": {"Min": 2, "Max": 2},
                            "MemoryMiB": {"Min": 8192, "Max": 8192},
                            "AllowedInstanceTypes": ["m5.*"],
                        },
                    },
                ],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 2,
                "OnDemandPercentageAboveBaseCapacity": 0,
                "OnDemandAllocationStrategy": "lowest-price",
                "SpotAllocationStrategy": "price-capacity-optimized",
            },
        },
    )
    for _ in range(200):
        group = asg.describe_auto_scaling_groups(AutoScalingGroupNames=["mixed"])
        members = group["AutoScalingGroups"][0]["Instances"]
        if [one["LifecycleState"] for one in members] == ["InService"] * 2:
            break
        time.sleep(0.05)
    counts = [(one["InstanceType"], one["WeightedCapacity"]) for one in members]
    check(counts == [("t3.small", "2")] * 2, f"two that count two each, not {counts}")
    kinds = sorted(
        described(one["InstanceId"]).get("InstanceLifecycle", "on-demand") for one in members
    )
    check(kinds == ["on-demand", "spot"], f"one of each kind, not {kinds}")
    asg.delete_auto_scaling_group(AutoScalingGroupName="mixed", ForceDelete=True)


for walk in (
    options_of_an_instance,
    defaults_of_an_account,
    spot_instances,
    fleets,
    a_group_with_spot_instances,
):
    step(walk)

print_report()
