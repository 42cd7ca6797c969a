"""Drives the endpoint in argv[1] with boto3: networks with IPv6."""

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", "eu-west-2")


def ipv6():
    vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]
    cidr = block["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.6.0.0/24")["Subnet"]["SubnetId"]
    own = ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=cidr)
    association = own["Ipv6CidrBlockAssociation"]["AssociationId"]
    made = ec2.create_egress_only_internet_gateway(VpcId=vpc["VpcId"])
    gateway = made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    found = ec2.describe_egress_only_internet_gateways(EgressOnlyInternetGatewayIds=[gateway])
    check(len(found["EgressOnlyInternetGateways"]) == 1, f"one gateway, not {found}")
    interface = ec2.create_network_interface(SubnetId=subnet, Ipv6AddressCount=1)
    interface = interface["NetworkInterface"]
    check(len(interface["Ipv6Addresses"]) == 1, f"one address, not {interface}")
    eni = interface["NetworkInterfaceId"]
    more = ec2.assign_ipv6_addresses(NetworkInterfaceId=eni, Ipv6AddressCount=1)
    addresses = more["AssignedIpv6Addresses"]
    ec2.unassign_ipv6_addresses(NetworkInterfaceId=eni, Ipv6Addresses=addresses)
    refused(
        "DependencyViolation", ec2.disassociate_subnet_cidr_block, AssociationId=association
    )
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=gateway)
    ec2.disassociate_subnet_cidr_block(AssociationId=association)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc["VpcId"])


step(ipv6)
print_report()
