"""Drives the endpoint in argv[1] with boto3: sessions of whom identity providers, accounts and users vouch for."""

import base64
import json

import boto3
from botocore.config import Config

from boto3_support import ENDPOINT, REGION, check, client, print_report, refused, step

ACCOUNT = "222233334448"
iam = client("iam", account=ACCOUNT)
sts = client("sts", account=ACCOUNT)


def trust(provider, action):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def web_identity():
    provider = iam.create_open_id_connect_provider(
        Url="https://oidc.example/id/2", ClientIDList=["sts.amazonaws.com"]
    )["OpenIDConnectProviderArn"]
    arn = iam.create_role(
        RoleName="pod",
        AssumeRolePolicyDocument=trust(provider, "sts:AssumeRoleWithWebIdentity"),
    )["Role"]["Arn"]
    claims = {"iss": "https://oidc.example/id/2", "sub": "pod", "exp": 4102444800}
    token = f"{part({'alg': 'none'})}.{part({**claims, 'aud': 'sts.amazonaws.com'})}.c2ln"
    asked = {"RoleArn": arn, "RoleSessionName": "web"}
    found = sts.assume_role_with_web_identity(**asked, WebIdentityToken=token)
    check(found["AssumedRoleUser"]["Arn"].endswith("assumed-role/pod/web"), f"a session, not {found}")
    other = f"{part({'alg': 'none'})}.{part({**claims, 'aud': 'other'})}.c2ln"
    refused(
        "InvalidIdentityToken", sts.assume_role_with_web_identity, **asked, WebIdentityToken=other
    )
    iam.delete_role(RoleName="pod")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)


def attribute(name, value):
    return (
        f'<Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}">'
        f"<AttributeValue>{value}</AttributeValue></Attribute>"
    )


def saml():
    document = '<EntityDescriptor entityID="https://idp.example"/>' + " " * 1000
    provider = iam.create_saml_provider(Name="desk", SAMLMetadataDocument=document)[
        "SAMLProviderArn"
    ]
    arn = iam.create_role(
        RoleName="desk", AssumeRolePolicyDocument=trust(provider, "sts:AssumeRoleWithSAML")
    )["Role"]["Arn"]
    response = (
        "<Response><Assertion><Issuer>https://idp.example</Issuer><Subject><NameID>ann</NameID>"
        '<SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml"/></Subject>'
        f"{attribute('Role', f'{provider},{arn}')}{attribute('RoleSessionName', 'ann')}"
        "</Assertion></Response>"
    )
    asked = {"RoleArn": arn, "PrincipalArn": provider}
    found = sts.assume_role_with_saml(
        **asked, SAMLAssertion=base64.b64encode(response.encode()).decode()
    )
    check(found["Subject"] == "ann", f"Ann, not {found}")
    refused("InvalidIdentityToken", sts.assume_role_with_saml, **asked, SAMLAssertion="AAAA")
    iam.delete_role(RoleName="desk")
    iam.delete_saml_provider(SAMLProviderArn=provider)


def federation():
    given = sts.get_federation_token(Name="guest", DurationSeconds=3600)
    check(given["FederatedUser"]["FederatedUserId"] == f"{ACCOUNT}:guest", f"a guest, not {given}")
    keys = given["Credentials"]
    guest = boto3.client(
        "sts",
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )
    check(guest.get_caller_identity()["Arn"].endswith(":federated-user/guest"), "the guest")
    refused("AccessDenied", guest.get_federation_token, Name="other")
    info = sts.get_access_key_info(AccessKeyId=keys["AccessKeyId"])
    check(info["Account"] == ACCOUNT, f"its account, not {info}")


for walk in (web_identity, saml, federation):
    step(walk)

print_report()
