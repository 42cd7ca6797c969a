"""Drives the endpoint in argv[1] with boto3: customer gateways, virtual private gateways, VPN connections."""

import time

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", "us-west-1")


def eventually(what, condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"never: {what}")


def vpn():
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    pair = {"VpcId": vpc, "VpnGatewayId": gateway}
    ec2.attach_vpn_gateway(**pair)

    def attachments():
        found = ec2.describe_vpn_gateways(VpnGatewayIds=[gateway])["VpnGateways"][0]
        return [one["State"] for one in found.get("VpcAttachments", [])]

    eventually("attached", lambda: attachments() == ["attached"])
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    table = ec2.describe_route_tables(Filters=in_vpc)["RouteTables"][0]["RouteTableId"]
    ec2.enable_vgw_route_propagation(RouteTableId=table, GatewayId=gateway)
    ec2.disable_vgw_route_propagation(RouteTableId=table, GatewayId=gateway)
    customer = ec2.create_customer_gateway(
        Type="ipsec.1", BgpAsn=65000, IpAddress="198.51.100.9"
    )["CustomerGateway"]["CustomerGatewayId"]
    found = ec2.describe_customer_gateways(CustomerGatewayIds=[customer])["CustomerGateways"]
    check(found[0]["State"] == "available", f"an available customer gateway, not {found}")
    id = ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer,
        VpnGatewayId=gateway,
        Options={"StaticRoutesOnly": True},
    )["VpnConnection"]["VpnConnectionId"]
    ec2.get_waiter("vpn_connection_available").wait(
        VpnConnectionIds=[id], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    route = {"VpnConnectionId": id, "DestinationCidrBlock": "192.168.0.0/16"}
    ec2.create_vpn_connection_route(**route)
    ec2.delete_vpn_connection_route(**route)
    refused("IncorrectState", ec2.delete_customer_gateway, CustomerGatewayId=customer)
    ec2.delete_vpn_connection(VpnConnectionId=id)
    ec2.get_waiter("vpn_connection_deleted").wait(
        VpnConnectionIds=[id], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    state = ec2.describe_vpn_connections(VpnConnectionIds=[id])["VpnConnections"][0]["State"]
    check(state == "deleted", f"a deleted connection, not {state}")
    ec2.detach_vpn_gateway(**pair)
    eventually("detached", lambda: attachments() == ["detached"])
    ec2.delete_customer_gateway(CustomerGatewayId=customer)
    ec2.delete_vpn_gateway(VpnGatewayId=gateway)
    ec2.delete_vpc(VpcId=vpc)


step(vpn)
print_report()
