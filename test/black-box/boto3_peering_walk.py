"""Drives the endpoint in argv[1] with boto3: VPCs of one Region that are peered."""

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", "sa-east-1")


def vpc(second):
    return ec2.create_vpc(CidrBlock=f"10.{second}.0.0/16")["Vpc"]["VpcId"]


def ask(one, other):
    made = ec2.create_vpc_peering_connection(VpcId=one, PeerVpcId=other)
    id = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.get_waiter("vpc_peering_connection_exists").wait(VpcPeeringConnectionIds=[id])
    wait(id, "pending-acceptance")
    return id


def wait(id, code):
    import time

    for _ in range(100):
        found = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[id])
        if found["VpcPeeringConnections"][0]["Status"]["Code"] == code:
            return
        time.sleep(0.1)
    check(False, f"{id} is not {code}: {found}")


def peering():
    one, other = vpc(63), vpc(64)
    id = ask(one, other)
    ec2.reject_vpc_peering_connection(VpcPeeringConnectionId=id)
    id = ask(one, other)
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=id)
    wait(id, "active")
    refused(
        "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled",
        ec2.modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=id,
        AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True},
    )
    ec2.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=id,
        AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": False},
    )
    pages = ec2.get_paginator("describe_vpc_peering_connections").paginate(
        Filters=[{"Name": "status-code", "Values": ["active"]}]
    )
    found = [each for page in pages for each in page["VpcPeeringConnections"]]
    check(len(found) == 1, f"one active, not {found}")
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=id)
    ec2.get_waiter("vpc_peering_connection_deleted").wait(VpcPeeringConnectionIds=[id])
    ec2.delete_vpc(VpcId=one)
    ec2.delete_vpc(VpcId=other)


step(peering)
print_report()
