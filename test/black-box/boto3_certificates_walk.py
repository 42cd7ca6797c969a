"""Drives the endpoint in argv[1] with boto3: certificates that are asked for, brought, listed and deleted."""

import subprocess
import tempfile

from boto3_support import QUICK, check, client, print_report, refused, step

# An account of this walk alone: others count their hosted zones.
acm = client("acm", "eu-west-3", "333344445555")
route53 = client("route53", account="333344445555")


def issued_by_dns():
    arn = acm.request_certificate(
        DomainName="boto.example", ValidationMethod="DNS", IdempotencyToken="walk"
    )["CertificateArn"]
    again = acm.request_certificate(
        DomainName="boto.example", ValidationMethod="DNS", IdempotencyToken="walk"
    )["CertificateArn"]
    check(again == arn, f"the same certificate for the same token, not {again}")
    refused("RequestInProgressException", acm.get_certificate, CertificateArn=arn)
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    record = detail["DomainValidationOptions"][0]["ResourceRecord"]
    zone = route53.create_hosted_zone(Name="boto.example", CallerReference="certificates")
    change = {
        "Action": "CREATE",
        "ResourceRecordSet": {
            "Name": record["Name"],
            "Type": record["Type"],
            "TTL": 300,
            "ResourceRecords": [{"Value": record["Value"]}],
        },
    }
    route53.change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch={"Changes": [change]}
    )
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn, WaiterConfig=QUICK)
    got = acm.get_certificate(CertificateArn=arn)
    check(got["Certificate"].startswith("-----BEGIN CERTIFICATE-----"), f"PEM, not {got}")
    pages = acm.get_paginator("list_certificates").paginate(PaginationConfig={"PageSize": 1})
    found = [one["CertificateArn"] for page in pages for one in page["CertificateSummaryList"]]
    check(arn in found, f"{arn} in the list, not {found}")


def brought_along():
    with tempfile.TemporaryDirectory() as directory:
        key, certificate = f"{directory}/key.pem", f"{directory}/certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
             "-subj", "/O=Example/CN=own.example", "-addext", "subjectAltName=DNS:own.example",
             "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )
        with open(key, "rb") as file:
            private = file.read()
        with open(certificate, "rb") as file:
            public = file.read()
    arn = acm.import_certificate(
        Certificate=public, PrivateKey=private, Tags=[{"Key": "own", "Value": "yes"}]
    )["CertificateArn"]
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    check(detail["Subject"] == "CN=own.example,O=Example", f"the subject, not {detail['Subject']}")
    check(detail["KeyAlgorithm"] == "RSA_2048", f"RSA_2048, not {detail['KeyAlgorithm']}")
    check(detail["SignatureAlgorithm"] == "SHA256WITHRSA", f"not {detail['SignatureAlgorithm']}")
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "more"}])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "own", "Value": "yes"}])
    tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
    check([tag["Key"] for tag in tags] == ["more"], f"one tag, not {tags}")
    refused("ValidationException", acm.import_certificate, Certificate=b"x", PrivateKey=private)
    acm.delete_certificate(CertificateArn=arn)
    refused("ResourceNotFoundException", acm.describe_certificate, CertificateArn=arn)


for walk in (issued_by_dns, brought_along):
    step(walk)
print_report()
