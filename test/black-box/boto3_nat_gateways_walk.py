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


def endpoints():
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    name = "com.amazonaws.eu-west-3.dynamodb"
    services = ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"]
    check(len(services) == 2, f"a gateway and an interface, not {services}")
    lists = ec2.describe_prefix_lists()["PrefixLists"]
    check(name in [one["PrefixListName"] for one in lists], f"its prefix list, not {lists}")
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=name)["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=made, ResetPolicy=True)
    found = ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"]
    check(found[0]["State"] == "available", f"one that is available, not {found}")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    ec2.delete_vpc(VpcId=vpc)


def dhcp_options():
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["shop.test"]}]
    )["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(VpcId=vpc, DhcpOptionsId=made)
    refused("DependencyViolation", ec2.delete_dhcp_options, DhcpOptionsId=made)
    ec2.delete_vpc(VpcId=vpc)
    ec2.delete_dhcp_options(DhcpOptionsId=made)


for walk in (nat_gateways, endpoints, dhcp_options):
    step(walk)

print_report()
