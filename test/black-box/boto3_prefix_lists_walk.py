"""Drives the endpoint in argv[1] with boto3: prefix lists, and addresses that subnets keep."""

import time

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", "us-west-1")


def settled(id):
    for _ in range(100):
        found = ec2.describe_managed_prefix_lists(PrefixListIds=[id])["PrefixLists"][0]
        if found["State"].endswith("-complete"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{id} is never complete")


def prefix_lists():
    made = ec2.create_managed_prefix_list(
        PrefixListName="offices",
        AddressFamily="IPv6",
        MaxEntries=2,
        Entries=[{"Cidr": "2001:db8::/32"}],
    )["PrefixList"]
    id = made["PrefixListId"]
    settled(id)
    ec2.modify_managed_prefix_list(
        PrefixListId=id, CurrentVersion=1, RemoveEntries=[{"Cidr": "2001:db8::/32"}]
    )
    check(settled(id)["Version"] == 2, "a second version")
    refused(
        "PrefixListVersionMismatch",
        ec2.restore_managed_prefix_list_version,
        PrefixListId=id,
        PreviousVersion=1,
        CurrentVersion=1,
    )
    ec2.restore_managed_prefix_list_version(PrefixListId=id, PreviousVersion=1, CurrentVersion=2)
    pages = ec2.get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=id)
    entries = [entry["Cidr"] for page in pages for entry in page["Entries"]]
    check(entries == ["2001:db8::/32"], f"the first entry again, not {entries}")
    users = ec2.get_managed_prefix_list_associations(PrefixListId=id)
    check(users["PrefixListAssociations"] == [], f"no users, not {users}")
    ec2.delete_managed_prefix_list(PrefixListId=id)


def reservations():
    subnet = ec2.describe_subnets()["Subnets"][0]
    made = ec2.create_subnet_cidr_reservation(
        SubnetId=subnet["SubnetId"],
        Cidr=subnet["CidrBlock"].replace("/20", "/28"),
        ReservationType="prefix",
    )["SubnetCidrReservation"]
    found = ec2.get_subnet_cidr_reservations(SubnetId=subnet["SubnetId"])
    check(len(found["SubnetIpv4CidrReservations"]) == 1, f"one reservation, not {found}")
    id = made["SubnetCidrReservationId"]
    ec2.delete_subnet_cidr_reservation(SubnetCidrReservationId=id)


def flow_logs():
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="flows",
        DeliverLogsPermissionArn="arn:aws:iam::000000000000:role/flows",
    )
    pages = ec2.get_paginator("describe_flow_logs").paginate(FlowLogIds=made["FlowLogIds"])
    found = [log for page in pages for log in page["FlowLogs"]]
    check(found[0]["LogGroupName"] == "flows", f"one log, not {found}")
    ec2.delete_flow_logs(FlowLogIds=made["FlowLogIds"])


step(flow_logs)
step(prefix_lists)
step(reservations)
print_report()
