"""Drives the endpoint in argv[1] with boto3: quotas, listed, raised and tagged."""

import time

from boto3_support import check, client, print_report, refused, step

quotas = client("service-quotas", "eu-west-2", "333344449998")
VPCS = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}


def listed():
    codes = [one["ServiceCode"] for one in quotas.list_services()["Services"]]
    check("vpc" in codes, codes)
    pages = quotas.get_paginator("list_service_quotas").paginate(
        ServiceCode="vpc", PaginationConfig={"PageSize": 5}
    )
    found = {quota["QuotaCode"]: quota for page in pages for quota in page["Quotas"]}
    check(found["L-F678F1CE"]["Value"] == 5, found)
    usual = quotas.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]
    check(len(usual) == len(found), usual)
    refused("NoSuchResourceException", quotas.list_service_quotas, ServiceCode="none")


def raised():
    asked = quotas.request_service_quota_increase(**VPCS, DesiredValue=8)["RequestedQuota"]
    for _ in range(2000):
        found = quotas.get_requested_service_quota_change(RequestId=asked["Id"])["RequestedQuota"]
        if found["Status"] == "APPROVED":
            break
        time.sleep(0.01)
    check(quotas.get_service_quota(**VPCS)["Quota"]["Value"] == 8, found)
    check(quotas.get_aws_default_service_quota(**VPCS)["Quota"]["Value"] == 5, "AWS's own")
    everything = quotas.list_requested_service_quota_change_history()["RequestedQuotas"]
    own = quotas.list_requested_service_quota_change_history_by_quota(**VPCS)["RequestedQuotas"]
    check(len(everything) == len(own) == 1, everything)
    refused(
        "IllegalArgumentException", quotas.request_service_quota_increase, **VPCS, DesiredValue=5
    )


def tagged():
    arn = quotas.get_service_quota(**VPCS)["Quota"]["QuotaArn"]
    quotas.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "shop"}])
    check(len(quotas.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 1, "one tag")
    quotas.untag_resource(ResourceARN=arn, TagKeys=["team"])
    check(quotas.list_tags_for_resource(ResourceARN=arn)["Tags"] == [], "no tag")


for walk in (listed, raised, tagged):
    step(walk)

print_report()
