"""Lists of what nobody has: programs look for such things beside what they made, and find none."""

from botocore.exceptions import ClientError

from boto3_support import check, client, print_report, refused, step

ec2 = client("ec2", region="ap-south-1", account="777788880001")


def every_list_can_be_read():
    """Whatever lists and asks for nothing answers, or says that it is not built."""
    model = ec2.meta.service_model
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        if not name.startswith("Describe") or (shape is not None and shape.required_members):
            continue
        method = next(key for key, of in ec2.meta.method_to_api_mapping.items() if of == name)
        try:
            getattr(ec2, method)()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            check(code in ("NotImplemented", "MissingParameter"), f"{name}: {error}")
    ec2.describe_byoip_cidrs(MaxResults=10)


def nothing_is_there():
    """Nothing is listed, and nothing is found by an id."""
    check(ec2.describe_transit_gateways()["TransitGateways"] == [], "no transit gateway")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    link = ec2.describe_vpc_classic_link(VpcIds=[vpc])["Vpcs"]
    check(not link[0]["ClassicLinkEnabled"], f"no link to EC2-Classic, not {link}")
    support = ec2.describe_vpc_classic_link_dns_support(VpcIds=[vpc])["Vpcs"]
    check(not support[0]["ClassicLinkDnsSupported"], f"no names of EC2-Classic, not {support}")
    refused(
        "InvalidVpcEndpointId.NotFound",
        ec2.describe_vpc_endpoints,
        VpcEndpointIds=["vpce-0123456789abcdef0"],
    )


for walk in (every_list_can_be_read, nothing_is_there):
    step(walk)

print_report()
