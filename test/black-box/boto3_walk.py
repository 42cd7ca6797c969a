"""Drives the endpoint in argv[1] with boto3, as its user would: operations, waiters, paginators, errors."""

import base64
import gzip
import json

from boto3_support import QUICK, check, client, print_report, refused, step

ec2 = client("ec2")
elbv2 = client("elbv2")
route53 = client("route53")
account = client("account")
ssm = client("ssm")
WEB = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
PUBLIC_KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFU76etTO3vHQEa1yw7amAbRqIbiHN3hN/Vjb6xoQWwA me@example.com"
)


def newest_image():
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]


def identity_and_regions():
    check(client("sts").get_caller_identity()["Account"] == "777788889999", "the account of the key")
    regions = [
        region["RegionName"]
        for page in account.get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 7})
        for region in page["Regions"]
    ]
    check(len(regions) == len(set(regions)) and "eu-west-1" in regions, "each Region once")
    described = ec2.describe_regions(AllRegions=True)["Regions"]
    check({region["RegionName"] for region in described} == set(regions), "the same Regions")
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    check([zone["ZoneId"] for zone in zones] != [], "zones")
    account.enable_region(RegionName="eu-south-2")
    while account.get_region_opt_status(RegionName="eu-south-2")["RegionOptStatus"] != "ENABLED":
        pass
    check(len(client("ec2", "eu-south-2").describe_vpcs()["Vpcs"]) == 1, "a usable Region")
    account.disable_region(RegionName="eu-south-2")


def public_parameters():
    path = "/aws/service/ami-amazon-linux-latest"
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=path, PaginationConfig={"PageSize": 2}
    )
    names = [parameter["Name"] for page in pages for parameter in page["Parameters"]]
    check(len(names) > 2 and len(names) == len(set(names)), "each parameter once")
    found = ssm.get_parameters(Names=[names[0], "/no"])
    check(found["InvalidParameters"] == ["/no"], "what is not there")
    refused("ParameterNotFound", ssm.get_parameter, Name="/no")


def geography():
    group = {"GroupName": "us-east-1-bos-1", "OptInStatus": "opted-in"}
    virginia = client("ec2", "us-east-1")
    check(virginia.modify_availability_zone_group(**group)["Return"] is True, "opted in")
    zones = virginia.describe_availability_zones(
        Filters=[{"Name": "zone-type", "Values": ["local-zone"]}]
    )["AvailabilityZones"]
    check([zone["ZoneId"] for zone in zones] == ["use1-bos1-az1"], "the Local Zone of Boston")
    regions = client("lightsail").get_regions(includeAvailabilityZones=True)["regions"]
    ohio = [region for region in regions if region["name"] == "us-east-2"]
    check(len(ohio[0]["availabilityZones"]) == 3, "three zones of Lightsail in Ohio")
    refused("UnknownEndpoint", client("lightsail", "us-west-1").get_regions)


def prices():
    pricing = client("pricing", "us-east-1")
    codes = [service["ServiceCode"] for service in pricing.describe_services()["Services"]]
    check("AmazonEC2" in codes, "prices of EC2")
    query = {
        "ServiceCode": "AmazonEC2",
        "Filters": [{"Type": "TERM_MATCH", "Field": "instanceType", "Value": "t3.micro"}],
    }
    pages = pricing.get_paginator("get_products").paginate(
        **query, PaginationConfig={"PageSize": 10}
    )
    items = [json.loads(text) for page in pages for text in page["PriceList"]]
    places = {item["product"]["attributes"]["regionCode"] for item in items}
    check(len(places) == len(items) > 20, "a price in each Region that has one")
    values = pricing.get_attribute_values(ServiceCode="AmazonEC2", AttributeName="volumeApiName")
    check(values["AttributeValues"] == [{"Value": "gp3"}], "volumes with a price")
    refused("UnknownEndpoint", client("pricing", "us-east-2").describe_services)


def network():
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc], WaiterConfig=QUICK)
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    attribute = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    check(attribute["EnableDnsHostnames"]["Value"] is True, "an attribute of a VPC")
    more = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.1.0.0/16")
    ec2.disassociate_vpc_cidr_block(AssociationId=more["CidrBlockAssociation"]["AssociationId"])
    subnets = []
    for index in range(6):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24")["Subnet"]
        subnets.append(subnet["SubnetId"])
    ec2.get_waiter("subnet_available").wait(SubnetIds=subnets, WaiterConfig=QUICK)
    ec2.modify_subnet_attribute(SubnetId=subnets[0], MapPublicIpOnLaunch={"Value": True})
    pages = ec2.get_paginator("describe_subnets").paginate(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}], PaginationConfig={"PageSize": 5}
    )
    check(len([one for page in pages for one in page["Subnets"]]) == 6, "six subnets in pages")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.get_waiter("internet_gateway_exists").wait(InternetGatewayIds=[gateway], WaiterConfig=QUICK)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(GatewayId=gateway, **route)
    ec2.replace_route(GatewayId=gateway, **route)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
    refused("DependencyViolation", ec2.delete_route_table, RouteTableId=table)
    moved = ec2.replace_route_table_association(
        AssociationId=association["AssociationId"], RouteTableId=other
    )
    ec2.disassociate_route_table(AssociationId=moved["NewAssociationId"])
    tables = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    check(len(tables[0]["Routes"]) == 2, "two routes")
    ec2.delete_route(**route)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "RuleNumber": 1, "Protocol": "-1", "Egress": False}
    ec2.create_network_acl_entry(CidrBlock="0.0.0.0/0", RuleAction="allow", **entry)
    ec2.replace_network_acl_entry(CidrBlock="0.0.0.0/0", RuleAction="deny", **entry)
    default = ec2.describe_network_acls(
        Filters=[
            {"Name": "association.subnet-id", "Values": [subnets[0]]},
            {"Name": "default", "Values": ["true"]},
        ]
    )["NetworkAcls"][0]
    (mine,) = [one for one in default["Associations"] if one["SubnetId"] == subnets[0]]
    moved = ec2.replace_network_acl_association(
        AssociationId=mine["NetworkAclAssociationId"], NetworkAclId=acl
    )
    ec2.replace_network_acl_association(
        AssociationId=moved["NewAssociationId"], NetworkAclId=default["NetworkAclId"]
    )
    ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=1, Egress=False)
    ec2.delete_network_acl(NetworkAclId=acl)
    ec2.create_tags(Resources=subnets, Tags=[{"Key": "k", "Value": "v"}])
    pages = ec2.get_paginator("describe_tags").paginate(
        Filters=[{"Name": "resource-id", "Values": subnets}], PaginationConfig={"PageSize": 5}
    )
    check(len([tag for page in pages for tag in page["Tags"]]) == 6, "six tags in pages")
    ec2.delete_tags(Resources=subnets)
    refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    for one in (table, other):
        ec2.delete_route_table(RouteTableId=one)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    found = ec2.describe_internet_gateways()["InternetGateways"]
    check(found[0]["Tags"] == [], f"an empty list of tags, not {found[0]}")
    found = ec2.describe_vpcs()["Vpcs"][0]
    check("Tags" not in found, f"no list of tags, not {found}")
    ec2.delete_vpc(VpcId=vpc)
    refused("InvalidVpcID.NotFound", ec2.describe_vpcs, VpcIds=[vpc])
    refused("DryRunOperation", ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True)


def dhcp_options():
    named = ec2.describe_vpcs()["Vpcs"][0]["DhcpOptionsId"]
    pages = ec2.get_paginator("describe_dhcp_options").paginate()
    found = [one["DhcpOptionsId"] for page in pages for one in page["DhcpOptions"]]
    check(found == [named], f"the options that a VPC names, not {found}")
    refused(
        "InvalidDhcpOptionID.NotFound",
        ec2.describe_dhcp_options,
        DhcpOptionsIds=["dopt-0123456789abcdef0"],
    )


def default_network():
    mine = client("ec2", account="121212121212")
    vpc = mine.describe_vpcs()["Vpcs"][0]["VpcId"]
    zone = ""
    for subnet in mine.describe_subnets()["Subnets"]:
        zone = subnet["AvailabilityZone"]
        mine.delete_subnet(SubnetId=subnet["SubnetId"])
    made = mine.create_default_subnet(AvailabilityZone=zone)["Subnet"]
    check(made["DefaultForAz"], "a default subnet")
    mine.delete_subnet(SubnetId=made["SubnetId"])
    gateway = mine.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    mine.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    mine.delete_vpc(VpcId=vpc)
    check(mine.create_default_vpc()["Vpc"]["IsDefault"], "a default VPC")


def security():
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="web", Description="d", VpcId=vpc)["GroupId"]
    ec2.get_waiter("security_group_exists").wait(GroupIds=[group], WaiterConfig=QUICK)
    everybody = [{"CidrIp": "0.0.0.0/0"}]
    described = [{"CidrIp": "0.0.0.0/0", "Description": "all"}]
    rules = ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**WEB, "IpRanges": everybody}]
    )["SecurityGroupRules"]
    ec2.authorize_security_group_egress(
        GroupId=group, IpPermissions=[{**WEB, "IpRanges": everybody}]
    )
    for update in (
        ec2.update_security_group_rule_descriptions_ingress,
        ec2.update_security_group_rule_descriptions_egress,
    ):
        update(GroupId=group, IpPermissions=[{**WEB, "IpRanges": described}])
    ec2.modify_security_group_rules(
        GroupId=group,
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": rules[0]["SecurityGroupRuleId"],
                "SecurityGroupRule": {**WEB, "CidrIpv4": "10.0.0.0/8"},
            }
        ],
    )
    pages = ec2.get_paginator("describe_security_group_rules").paginate(
        Filters=[{"Name": "group-id", "Values": [group]}]
    )
    found = [rule for page in pages for rule in page["SecurityGroupRules"]]
    check(len(found) == 3, f"three rules, not {found}")
    ec2.revoke_security_group_egress(
        GroupId=group, IpPermissions=[{**WEB, "IpRanges": everybody}]
    )
    ec2.revoke_security_group_ingress(
        GroupId=group, SecurityGroupRuleIds=[rules[0]["SecurityGroupRuleId"]]
    )
    check(ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == [], "no rule")
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)
    check("PRIVATE KEY" in ec2.create_key_pair(KeyName="made")["KeyMaterial"], "a private key")
    ec2.get_waiter("key_pair_exists").wait(KeyNames=["made"], WaiterConfig=QUICK)
    ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=PUBLIC_KEY)
    check(len(ec2.describe_key_pairs()["KeyPairs"]) == 2, "two key pairs")
    for name in ("made", "mine"):
        ec2.delete_key_pair(KeyName=name)
    ec2.describe_account_attributes()


def instances():
    image = newest_image()
    ec2.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig=QUICK)
    check(ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"], "a type")
    offerings = ec2.get_paginator("describe_instance_type_offerings").paginate(
        PaginationConfig={"PageSize": 5}
    )
    check(len([one for page in offerings for one in page["InstanceTypeOfferings"]]) > 5, "offerings")
    script = "#faultline-mock\n" + json.dumps({"console": "hello\n"})
    launched = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=6, MaxCount=6, UserData=script
    )["Instances"]
    ids = [one["InstanceId"] for one in launched]
    ec2.get_waiter("instance_exists").wait(InstanceIds=ids, WaiterConfig=QUICK)
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=QUICK)
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids, WaiterConfig=QUICK)
    ec2.get_waiter("system_status_ok").wait(InstanceIds=ids, WaiterConfig=QUICK)
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[{"Name": "instance-state-name", "Values": ["running"]}],
        PaginationConfig={"PageSize": 5},
    )
    seen = [one["InstanceId"] for page in pages for r in page["Reservations"] for one in r["Instances"]]
    check(sorted(seen) == sorted(ids), "six instances in pages")
    (first, *others) = ids
    check("hello" in ec2.get_console_output(InstanceId=first)["Output"], "the console")
    attribute = ec2.describe_instance_attribute(InstanceId=first, Attribute="userData")
    check(base64.b64decode(attribute["UserData"]["Value"]).decode() == script, "the user data")
    ec2.monitor_instances(InstanceIds=ids)
    ec2.unmonitor_instances(InstanceIds=ids)
    ec2.reboot_instances(InstanceIds=ids)
    ec2.modify_instance_metadata_options(InstanceId=first, HttpTokens="required")
    ec2.describe_instance_credit_specifications(InstanceIds=ids)
    check(len(ec2.describe_volumes()["Volumes"]) == 6, "six volumes")
    check(len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 6, "six interfaces")
    ec2.get_waiter("network_interface_available")
    ec2.stop_instances(InstanceIds=[first])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[first], WaiterConfig=QUICK)
    ec2.modify_instance_attribute(InstanceId=first, InstanceType={"Value": "t3.small"})
    packed = gzip.compress(b"#!/bin/sh\ntrue\n")
    ec2.modify_instance_attribute(InstanceId=first, UserData={"Value": packed})
    ec2.reset_instance_attribute(InstanceId=first, Attribute="sourceDestCheck")
    ec2.start_instances(InstanceIds=[first])
    ec2.get_waiter("instance_running").wait(InstanceIds=[first], WaiterConfig=QUICK)
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=QUICK)
    volume_waiter = ec2.get_waiter("volume_in_use")
    check(volume_waiter is not None and others != [], "a waiter")


def balancer():
    subnets = ec2.describe_subnets()["Subnets"]
    vpc = subnets[0]["VpcId"]
    ids = [subnet["SubnetId"] for subnet in subnets]
    made = elbv2.create_load_balancer(Name="front", Subnets=ids[:2], Tags=[{"Key": "a", "Value": "b"}])
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig=QUICK)
    elbv2.get_waiter("load_balancer_exists").wait(Names=["front"], WaiterConfig=QUICK)
    elbv2.set_subnets(LoadBalancerArn=arn, Subnets=ids)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    group = groups["SecurityGroups"][0]["GroupId"]
    elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[group])
    elbv2.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="ipv4")
    refused("DependencyViolation", ec2.delete_subnet, SubnetId=ids[0])
    idle = {"Key": "idle_timeout.timeout_seconds", "Value": "30"}
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[idle])
    reserved = elbv2.describe_capacity_reservation(LoadBalancerArn=arn)
    assert "MinimumLoadBalancerCapacity" not in reserved, reserved
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    check(idle in attributes, "an attribute of a load balancer")
    elbv2.add_tags(ResourceArns=[arn], Tags=[{"Key": "c", "Value": "d"}])
    elbv2.remove_tags(ResourceArns=[arn], TagKeys=["a"])
    tags = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
    check(tags == [{"Key": "c", "Value": "d"}], f"one tag, not {tags}")
    target_group = elbv2.create_target_group(
        Name="servers", Protocol="HTTP", Port=8080, VpcId=vpc, HealthCheckIntervalSeconds=10
    )["TargetGroups"][0]["TargetGroupArn"]
    elbv2.modify_target_group(TargetGroupArn=target_group, HealthyThresholdCount=2)
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}
    elbv2.modify_target_group_attributes(TargetGroupArn=target_group, Attributes=[delay])
    attributes = elbv2.describe_target_group_attributes(TargetGroupArn=target_group)["Attributes"]
    check(delay in attributes, "an attribute of a target group")
    listener = elbv2.create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
    )["Listeners"][0]["ListenerArn"]
    server = ec2.run_instances(
        ImageId=newest_image(), InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=ids[0]
    )["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[server], WaiterConfig=QUICK)
    elbv2.register_targets(TargetGroupArn=target_group, Targets=[{"Id": server}])
    # A mock machine has no socket for the balancer's nodes: the target is seen, and not well.
    health = elbv2.describe_target_health(TargetGroupArn=target_group)["TargetHealthDescriptions"]
    check(health[0]["TargetHealth"]["State"] in ("initial", "unhealthy"), f"not {health}")
    elbv2.deregister_targets(TargetGroupArn=target_group, Targets=[{"Id": server}])
    elbv2.get_waiter("target_deregistered").wait(
        TargetGroupArn=target_group, Targets=[{"Id": server}], WaiterConfig=QUICK
    )
    for name, key in (("describe_load_balancers", "LoadBalancers"), ("describe_target_groups", "TargetGroups")):
        pages = elbv2.get_paginator(name).paginate(PaginationConfig={"PageSize": 1})
        check(len([one for page in pages for one in page[key]]) == 1, name)
    pages = elbv2.get_paginator("describe_listeners").paginate(LoadBalancerArn=arn)
    check(len([one for page in pages for one in page["Listeners"]]) == 1, "one listener")
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=[fixed])
    elbv2.describe_rules(ListenerArn=listener)
    elbv2.describe_listener_attributes(ListenerArn=listener)
    elbv2.delete_listener(ListenerArn=listener)
    elbv2.delete_target_group(TargetGroupArn=target_group)
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    elbv2.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[arn], WaiterConfig=QUICK)
    ec2.terminate_instances(InstanceIds=[server])


def dns():
    zones = [
        route53.create_hosted_zone(Name=f"{name}.test", CallerReference=name)["HostedZone"]["Id"]
        for name in ("one", "two", "three")
    ]
    pages = route53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2})
    check(len([zone for page in pages for zone in page["HostedZones"]]) == 3, "three zones in pages")
    check(route53.get_hosted_zone_count()["HostedZoneCount"] == 3, "three zones")
    (zone, *others) = zones
    first = route53.list_hosted_zones_by_name()["HostedZones"][0]["Name"]
    check(first == "one.test.", f"the first by name, not {first}")
    route53.get_hosted_zone(Id=zone)
    route53.update_hosted_zone_comment(Id=zone, Comment="c")
    tag = {"ResourceType": "hostedzone", "ResourceId": zone.split("/")[-1]}
    route53.change_tags_for_resource(AddTags=[{"Key": "a", "Value": "b"}], **tag)
    tags = route53.list_tags_for_resource(**tag)["ResourceTagSet"]["Tags"]
    check(tags == [{"Key": "a", "Value": "b"}], f"a tag, not {tags}")
    route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[tag["ResourceId"]])

    def records(action):
        return {
            "Changes": [
                {
                    "Action": action,
                    "ResourceRecordSet": {
                        "Name": f"n{index}.one.test",
                        "Type": "A",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": f"192.0.2.{index}"}],
                    },
                }
                for index in range(5)
            ]
        }

    change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=records("CREATE"))
    route53.get_waiter("resource_record_sets_changed").wait(
        Id=change["ChangeInfo"]["Id"], WaiterConfig=QUICK
    )
    pages = route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone, PaginationConfig={"PageSize": 2}
    )
    found = [one["Name"] for page in pages for one in page["ResourceRecordSets"]]
    check(len(found) == 7, f"seven record sets, not {found}")
    answer = route53.test_dns_answer(HostedZoneId=zone, RecordName="n1.one.test", RecordType="A")
    check(answer["RecordData"] == ["192.0.2.1"], f"an answer, not {answer}")
    refused(
        "InvalidChangeBatch",
        route53.change_resource_record_sets,
        HostedZoneId=zone,
        ChangeBatch=records("CREATE"),
    )
    refused("HostedZoneNotEmpty", route53.delete_hosted_zone, Id=zone)
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=records("DELETE"))
    check_id = route53.create_health_check(
        CallerReference="c",
        HealthCheckConfig={"Type": "TCP", "IPAddress": "198.51.100.7", "Port": 80},
    )["HealthCheck"]["Id"]
    route53.get_health_check(HealthCheckId=check_id)
    route53.update_health_check(HealthCheckId=check_id, Port=81)
    route53.get_health_check_status(HealthCheckId=check_id)
    route53.get_health_check_last_failure_reason(HealthCheckId=check_id)
    check(route53.get_health_check_count()["HealthCheckCount"] == 1, "one health check")
    check(len(route53.list_health_checks()["HealthChecks"]) == 1, "one health check in the list")
    check(len(route53.get_checker_ip_ranges()["CheckerIpRanges"]) > 0, "the checkers' ranges")
    route53.delete_health_check(HealthCheckId=check_id)
    for one in (zone, *others):
        route53.delete_hosted_zone(Id=one)
    missing = refused("NoSuchHostedZone", route53.get_hosted_zone, Id=zone)
    check(missing.response["ResponseMetadata"]["HTTPStatusCode"] == 404, "404")


for walk in (
    identity_and_regions,
    public_parameters,
    geography,
    prices,
    network,
    dhcp_options,
    default_network,
    security,
    instances,
    balancer,
    dns,
):
    step(walk)

print_report()
