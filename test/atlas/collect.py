"""Collects with boto3 what collect.ts collects: argv[1] is the endpoint, argv[2] the account, which has enabled all Regions.

Prints one JSON object of the type Collected.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, ACCOUNT = sys.argv[1:3]
ROOT = "/aws/service/global-infrastructure"
SESSION = boto3.session.Session()


def client(name, region="us-east-1"):
    return SESSION.client(
        name,
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def below(ssm, path):
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=f"{ROOT}/{path}")
    return {one["Name"]: one["Value"] for page in pages for one in page["Parameters"]}


def values(ssm, path):
    return sorted(below(ssm, path).values())


def members(ssm, path, names):
    found = below(ssm, path)
    return [found.get(f"{ROOT}/{path}/{name}", "") for name in names]


def offerings(ec2, kind):
    found = {}
    pages = ec2.get_paginator("describe_instance_type_offerings").paginate(LocationType=kind)
    for page in pages:
        for one in page["InstanceTypeOfferings"]:
            found.setdefault(one["Location"], []).append(one["InstanceType"])
    return {location: sorted(types) for location, types in found.items()}


def lightsail_here(region):
    try:
        regions = client("lightsail", region).get_regions()["regions"]
        return sorted(one["name"] for one in regions)
    except ClientError as error:
        return error.response["Error"]["Code"]


def collect_region(region):
    ec2 = client("ec2", region)
    ssm = client("ssm", region)
    zones = ec2.describe_availability_zones(AllAvailabilityZones=True)["AvailabilityZones"]
    kinds = ("region", "availability-zone", "availability-zone-id")
    parts = ("zone-group", "network-border-group", "parent-availability-zone", "parent-region")
    return {
        "zones": [
            [zone["ZoneName"], zone["ZoneId"]]
            for zone in zones
            if zone["ZoneType"] == "availability-zone"
        ],
        "localZones": {
            zone["ZoneId"]: [
                zone["ZoneName"],
                zone["GroupName"],
                zone["NetworkBorderGroup"],
                zone["ParentZoneId"],
            ]
            for zone in zones
            if zone["ZoneType"] == "local-zone"
        },
        "parameterZones": values(ssm, f"regions/{region}/availability-zones"),
        "parameterLocalZones": {
            zone: members(ssm, f"local-zones/{zone}", parts)
            for zone in values(ssm, f"regions/{region}/local-zones")
        },
        "offerings": {kind: offerings(ec2, kind) for kind in kinds},
        "services": values(ssm, f"regions/{region}/services"),
        "lightsail": lightsail_here(region),
    }


def prices():
    found = {}
    pages = client("pricing").get_paginator("get_products").paginate(
        ServiceCode="AmazonEC2",
        Filters=[{"Type": "TERM_MATCH", "Field": "productFamily", "Value": "Compute Instance"}],
    )
    for text in (text for page in pages for text in page["PriceList"]):
        item = json.loads(text)
        attributes = item["product"]["attributes"]
        (term,) = item["terms"]["OnDemand"].values()
        (rate,) = term["priceDimensions"].values()
        types = found.setdefault(attributes["regionCode"], {})
        types[attributes["instanceType"]] = rate["pricePerUnit"]["USD"]
    return found


def zone_names(zones):
    return [zone["zoneName"] for zone in zones]


ssm = client("ssm")
listed = client("ec2").describe_regions(AllRegions=True)["Regions"]
switches = client("account").list_regions()["Regions"]
lightsail = client("lightsail").get_regions(
    includeAvailabilityZones=True, includeRelationalDatabaseAvailabilityZones=True
)["regions"]
facts = ("domain", "geolocationCountry", "longName", "partition")
print(
    json.dumps(
        {
            "ec2": {one["RegionName"]: one["OptInStatus"] for one in listed},
            "account": {one["RegionName"]: one["RegionOptStatus"] for one in switches},
            "parameters": {
                code: members(ssm, f"regions/{code}", facts) for code in values(ssm, "regions")
            },
            "regions": {one["RegionName"]: collect_region(one["RegionName"]) for one in listed},
            "lightsail": {
                one["name"]: [
                    zone_names(one["availabilityZones"]),
                    zone_names(one["relationalDatabaseAvailabilityZones"]),
                ]
                for one in lightsail
            },
            "lightsailByParameters": values(ssm, "services/lightsail/regions"),
            "prices": prices(),
        }
    )
)
