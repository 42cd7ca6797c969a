"""Drives the endpoint in argv[1] with boto3: NAT gateways and the routes to them."""

from boto3_support import QUICK, check, client, print_report, refused, step

ec2 = client("ec2", "eu-west-3")


def nat_gateways():
    subnet = ec2.describe_subnets()["Subnets"][0]
    allocation = ec2.allocate_address()["AllocationId"]
    made = ec2.create_nat_gateway(
        SubnetId=subnet["SubnetId"],
        AllocationId=allocation,
        TagSpecifications=[
            {"ResourceType": "natgateway", "Tags": [{"Key": "Name", "Value": "out"}]}
        ],
    )["NatGateway"]
    gateway = made["NatGatewayId"]
    check(made["State"] == "pending", f"a gateway that is pending, not {made}")
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway], WaiterConfig=QUICK)
    pages = ec2.get_paginator("describe_nat_gateways").paginate(
        Filter=[{"Name": "tag:Name", "Values": ["out"]}], PaginationConfig={"PageSize": 5}
    )
    found = [one for page in pages for one in page["NatGateways"]]
    check([one["NatGatewayId"] for one in found] == [gateway], f"one gateway, not {found}")
    address = found[0]["NatGatewayAddresses"][0]
    check(address["AllocationId"] == allocation, f"the Elastic IP, not {address}")
    table = ec2.create_route_table(VpcId=subnet["VpcId"])["RouteTable"]["RouteTableId"]
    everywhere = "0.0.0.0/0"
    ec2.create_route(RouteTableId=table, DestinationCidrBlock=everywhere, NatGatewayId=gateway)
    refused("AuthFailure", ec2.disassociate_address, AssociationId=address["AssociationId"])
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[gateway], WaiterConfig=QUICK)
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    states = [route["State"] for route in routes if route.get("NatGatewayId") == gateway]
    check(states == ["blackhole"], f"a black hole, not {routes}")
    ec2.delete_route_table(RouteTableId=table)
    ec2.release_address(AllocationId=allocation)


def endpoints_are_not_built():
    """No pretended success: what there is not is refused by name."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    refused(
        "NotImplemented",
        ec2.create_vpc_endpoint,
        VpcId=vpc,
        ServiceName="com.amazonaws.eu-west-3.s3",
    )


for walk in (nat_gateways, endpoints_are_not_built):
    step(walk)

print_report()
