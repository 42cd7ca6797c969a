"""Drives the endpoint in argv[1] with boto3: transit gateways, what is attached to them, and their routes."""

import time

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", "sa-east-1")
far = client("ec2", "ca-central-1")


def until(describe, what):
    for _ in range(200):
        if describe():
            return
        time.sleep(0.05)
    check(False, what)


def gateway(of):
    made = of.create_transit_gateway(Description="hub")["TransitGateway"]
    id = made["TransitGatewayId"]
    state = lambda: of.describe_transit_gateways(TransitGatewayIds=[id])["TransitGateways"][0]
    until(lambda: state()["State"] == "available", f"{id} is not available")
    return id, made["Options"]["AssociationDefaultRouteTableId"]


def attachment_is(of, id, state):
    def seen():
        found = of.describe_transit_gateway_attachments(TransitGatewayAttachmentIds=[id])
        return found["TransitGatewayAttachments"][0]["State"] == state

    until(seen, f"{id} is not {state}")


def items(of, operation, **arguments):
    """All that a paginator brings; every one of these answers has one list."""
    found = []
    for page in of.get_paginator(operation).paginate(**arguments):
        for value in page.values():
            if isinstance(value, list):
                found.extend(value)
    return found


def attach(hub, second):
    vpc = ec2.create_vpc(CidrBlock=f"10.{second}.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{second}.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=hub, VpcId=vpc, SubnetIds=[subnet]
    )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    attachment_is(ec2, made, "available")
    return vpc, subnet, made


def hub_and_spokes():
    hub, table = gateway(ec2)
    vpc, subnet, attachment = attach(hub, 73)
    both = {"TransitGatewayAttachmentId": attachment, "TransitGatewayRouteTableId": table}
    ec2.modify_transit_gateway_vpc_attachment(
        TransitGatewayAttachmentId=attachment, Options={"DnsSupport": "disable"}
    )
    attachment_is(ec2, attachment, "available")
    other = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)[
        "TransitGatewayRouteTable"
    ]["TransitGatewayRouteTableId"]
    tables = lambda: items(
        ec2,
        "describe_transit_gateway_route_tables",
        Filters=[{"Name": "state", "Values": ["available"]}],
    )
    until(lambda: len(tables()) == 2, "two route tables")
    check(len(items(ec2, "describe_transit_gateways")) == 1, "one gateway")
    check(len(items(ec2, "describe_transit_gateway_attachments")) == 1, "one attachment")
    check(len(items(ec2, "describe_transit_gateway_vpc_attachments")) == 1, "one of a VPC")
    associated = lambda: items(
        ec2, "get_transit_gateway_route_table_associations", TransitGatewayRouteTableId=table
    )
    check(associated()[0]["ResourceId"] == vpc, "the VPC is associated")
    ec2.disassociate_transit_gateway_route_table(**both)
    until(lambda: associated() == [], "nothing is associated")
    ec2.associate_transit_gateway_route_table(**both)
    propagated = lambda: items(
        ec2, "get_transit_gateway_route_table_propagations", TransitGatewayRouteTableId=table
    )
    check(propagated()[0]["ResourceId"] == vpc, "the VPC propagates")
    ec2.disable_transit_gateway_route_table_propagation(**both)
    ec2.enable_transit_gateway_route_table_propagation(**both)
    to = items(
        ec2, "get_transit_gateway_attachment_propagations", TransitGatewayAttachmentId=attachment
    )
    check([each["TransitGatewayRouteTableId"] for each in to] == [table], f"to one table: {to}")
    ec2.create_transit_gateway_route(DestinationCidrBlock="172.16.0.0/12", **both)
    ec2.replace_transit_gateway_route(
        DestinationCidrBlock="172.16.0.0/12", TransitGatewayRouteTableId=table, Blackhole=True
    )
    routes = items(
        ec2,
        "search_transit_gateway_routes",
        TransitGatewayRouteTableId=table,
        Filters=[{"Name": "state", "Values": ["active", "blackhole"]}],
    )
    check([each["State"] for each in routes] == ["blackhole", "active"], f"routes: {routes}")
    ec2.delete_transit_gateway_route(
        DestinationCidrBlock="172.16.0.0/12", TransitGatewayRouteTableId=table
    )
    main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(
        RouteTableId=main[0]["RouteTableId"],
        DestinationCidrBlock="10.0.0.0/8",
        TransitGatewayId=hub,
    )
    refused("IncorrectState", ec2.delete_transit_gateway, TransitGatewayId=hub)
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)
    attachment_is(ec2, attachment, "deleted")
    ec2.delete_transit_gateway_route_table(TransitGatewayRouteTableId=other)
    ec2.modify_transit_gateway(TransitGatewayId=hub, Options={"VpnEcmpSupport": "disable"})
    state = lambda: ec2.describe_transit_gateways()["TransitGateways"][0]["State"]
    until(lambda: state() == "available", "the gateway is available again")
    ec2.delete_transit_gateway(TransitGatewayId=hub)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def peering():
    here, _ = gateway(ec2)
    there, _ = gateway(far)
    account = far.describe_transit_gateways()["TransitGateways"][0]["OwnerId"]

    def ask():
        made = ec2.create_transit_gateway_peering_attachment(
            TransitGatewayId=here,
            PeerTransitGatewayId=there,
            PeerAccountId=account,
            PeerRegion="ca-central-1",
        )["TransitGatewayPeeringAttachment"]["TransitGatewayAttachmentId"]
        attachment_is(far, made, "pendingAcceptance")
        return made

    far.reject_transit_gateway_peering_attachment(TransitGatewayAttachmentId=ask())
    id = ask()
    far.accept_transit_gateway_peering_attachment(TransitGatewayAttachmentId=id)
    attachment_is(ec2, id, "available")
    peerings = items(
        ec2,
        "describe_transit_gateway_peering_attachments",
        Filters=[{"Name": "state", "Values": ["available"]}],
    )
    check([each["TransitGatewayAttachmentId"] for each in peerings] == [id], "one peering")
    ec2.delete_transit_gateway_peering_attachment(TransitGatewayAttachmentId=id)
    attachment_is(far, id, "deleted")
    ec2.delete_transit_gateway(TransitGatewayId=here)
    far.delete_transit_gateway(TransitGatewayId=there)


step(hub_and_spokes)
step(peering)
print_report()
