"""Drives the endpoint in argv[1] with boto3: Elastic IPs and network interfaces."""

from boto3_support import QUICK, check, client, print_report, refused, step

REGION = "us-west-2"
ec2 = client("ec2", REGION)
elsewhere = client("ec2", "eu-west-1")
ssm = client("ssm", REGION)


def launch(**more):
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    instance = ec2.run_instances(
        ImageId=ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        **more,
    )["Instances"][0]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance["InstanceId"]], WaiterConfig=QUICK)
    return instance["InstanceId"]


def described(instance):
    return ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]


def elastic_ips():
    instance = launch()
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": "front"}]}]
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tags)
    allocation, ip = address["AllocationId"], address["PublicIp"]
    check(address["NetworkBorderGroup"] == REGION, f"a border group, not {address}")
    association = ec2.associate_address(AllocationId=allocation, InstanceId=instance)["AssociationId"]
    check(described(instance)["PublicIpAddress"] == ip, "the address of the instance")
    found = ec2.describe_addresses(Filters=[{"Name": "tag:Name", "Values": ["front"]}])["Addresses"]
    check([one["AssociationId"] for one in found] == [association], f"one address, not {found}")
    refused(
        "InvalidAllocationID.NotFound",
        elsewhere.associate_address,
        AllocationId=allocation,
        InstanceId=instance,
    )
    refused("InvalidParameterValue", ec2.release_address, PublicIp=ip)
    named = ec2.modify_address_attribute(AllocationId=allocation, DomainName="mail.example.com")
    check(named["Address"]["PtrRecord"] == "mail.example.com.", f"a reverse name, not {named}")
    pages = ec2.get_paginator("describe_addresses_attribute").paginate(Attribute="domain-name")
    check(len([one for page in pages for one in page["Addresses"]]) == 1, "one reverse name")
    ec2.reset_address_attribute(AllocationId=allocation, Attribute="domain-name")
    ec2.disassociate_address(AssociationId=association)
    check(described(instance).get("PublicIpAddress") != ip, "the address is gone from the instance")
    others = [ec2.allocate_address()["AllocationId"] for _ in range(4)]
    refused("AddressLimitExceeded", ec2.allocate_address)
    for one in [allocation, *others]:
        ec2.release_address(AllocationId=one)
    recovered = ec2.allocate_address(Address=ip)
    check(recovered["PublicIp"] == ip, f"the former address, not {recovered}")
    ec2.release_address(AllocationId=recovered["AllocationId"])
    ec2.terminate_instances(InstanceIds=[instance])


def network_interfaces():
    instance = launch()
    subnet = described(instance)["SubnetId"]
    made = ec2.create_network_interface(SubnetId=subnet, Description="second")["NetworkInterface"]
    interface = made["NetworkInterfaceId"]
    ec2.get_waiter("network_interface_available").wait(
        NetworkInterfaceIds=[interface], WaiterConfig=QUICK
    )
    assigned = ec2.assign_private_ip_addresses(
        NetworkInterfaceId=interface, SecondaryPrivateIpAddressCount=1
    )["AssignedPrivateIpAddresses"][0]["PrivateIpAddress"]
    attachment = ec2.attach_network_interface(
        NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=1
    )["AttachmentId"]
    pages = ec2.get_paginator("describe_network_interfaces").paginate(
        Filters=[{"Name": "attachment.instance-id", "Values": [instance]}],
        PaginationConfig={"PageSize": 5},
    )
    check(len([one for page in pages for one in page["NetworkInterfaces"]]) == 2, "two interfaces")
    refused("InvalidParameterValue", ec2.delete_network_interface, NetworkInterfaceId=interface)
    ec2.modify_network_interface_attribute(
        NetworkInterfaceId=interface, SourceDestCheck={"Value": False}
    )
    attribute = ec2.describe_network_interface_attribute(
        NetworkInterfaceId=interface, Attribute="sourceDestCheck"
    )
    check(attribute["SourceDestCheck"] == {"Value": False}, f"no check, not {attribute}")
    ec2.reset_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck="true")
    ec2.unassign_private_ip_addresses(NetworkInterfaceId=interface, PrivateIpAddresses=[assigned])
    ec2.detach_network_interface(AttachmentId=attachment)
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    refused(
        "InvalidNetworkInterfaceID.NotFound",
        ec2.describe_network_interfaces,
        NetworkInterfaceIds=[interface],
    )
    ec2.terminate_instances(InstanceIds=[instance])


for walk in (elastic_ips, network_interfaces):
    step(walk)

print_report()
