"""Drives the endpoint in argv[1] with boto3: what an account has in IAM beside users and roles."""

import subprocess
import tempfile

from boto3_support import check, client, print_report, refused, step

iam = client("iam", account="222233334446")
TAGS = [{"Key": "team", "Value": "shop"}]


def oidc_provider():
    arn = iam.create_open_id_connect_provider(
        Url="https://oidc.example/id/1", ClientIDList=["sts.amazonaws.com"], Tags=TAGS
    )["OpenIDConnectProviderArn"]
    check(arn.endswith(":oidc-provider/oidc.example/id/1"), f"its ARN, not {arn}")
    refused(
        "EntityAlreadyExists",
        iam.create_open_id_connect_provider,
        Url="https://oidc.example/id/1",
    )
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=arn, ThumbprintList=["0" * 40]
    )
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=arn, Tags=TAGS)
    tags = iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=arn)["Tags"]
    check(tags == TAGS, f"one tag, not {tags}")
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=arn, TagKeys=["team"])
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    check(found["ThumbprintList"] == ["0" * 40], f"one thumbprint, not {found}")
    check(len(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 1, "one")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    refused("NoSuchEntity", iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn)


def saml_provider():
    document = '<EntityDescriptor entityID="https://idp.example">' + " " * 1000
    document += "</EntityDescriptor>"
    arn = iam.create_saml_provider(SAMLMetadataDocument=document, Name="office")["SAMLProviderArn"]
    iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=document)
    iam.tag_saml_provider(SAMLProviderArn=arn, Tags=TAGS)
    check(iam.list_saml_provider_tags(SAMLProviderArn=arn)["Tags"] == TAGS, "one tag")
    iam.untag_saml_provider(SAMLProviderArn=arn, TagKeys=["team"])
    check(iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"] == document, "as it was")
    check(len(iam.list_saml_providers()["SAMLProviderList"]) == 1, "one provider")
    iam.delete_saml_provider(SAMLProviderArn=arn)


def server_certificate():
    with tempfile.TemporaryDirectory() as directory:
        key, certificate = f"{directory}/key.pem", f"{directory}/certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
             "-subj", "/CN=own.example", "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )
        with open(key) as file:
            private = file.read()
        with open(certificate) as file:
            public = file.read()
    iam.upload_server_certificate(
        ServerCertificateName="own", CertificateBody=public, PrivateKey=private, Path="/cloudfront/"
    )
    refused(
        "MalformedCertificate",
        iam.upload_server_certificate,
        ServerCertificateName="bad",
        CertificateBody="x",
        PrivateKey=private,
    )
    iam.update_server_certificate(ServerCertificateName="own", NewPath="/")
    iam.tag_server_certificate(ServerCertificateName="own", Tags=TAGS)
    tags = iam.list_server_certificate_tags(ServerCertificateName="own")["Tags"]
    check(tags == TAGS, f"one tag, not {tags}")
    iam.untag_server_certificate(ServerCertificateName="own", TagKeys=["team"])
    found = iam.get_server_certificate(ServerCertificateName="own")["ServerCertificate"]
    check(found["CertificateBody"] == public, "the certificate as it was")
    pages = iam.get_paginator("list_server_certificates").paginate()
    found = [each for page in pages for each in page["ServerCertificateMetadataList"]]
    check([each["Path"] for each in found] == ["/"], f"one certificate, not {found}")
    iam.delete_server_certificate(ServerCertificateName="own")


def account():
    iam.create_account_alias(AccountAlias="boto-account")
    check(iam.list_account_aliases()["AccountAliases"] == ["boto-account"], "one name")
    iam.delete_account_alias(AccountAlias="boto-account")
    refused("NoSuchEntity", iam.delete_account_password_policy)
    iam.update_account_password_policy(RequireSymbols=True)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    check(policy["MinimumPasswordLength"] == 6, f"the least length, not {policy}")
    iam.delete_account_password_policy()
    check(iam.get_account_summary()["SummaryMap"]["GroupsQuota"] == 300, "a quota")


def policies():
    iam.create_group(GroupName="all")
    arn = "arn:aws:iam::222233334446:group/all"
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=arn, ActionNames=["s3:GetObject"] * 1
    )
    results = [each for page in pages for each in page["EvaluationResults"]]
    check(results[0]["EvalDecision"] == "allowed", f"allowed, not {results}")
    refused(
        "NoSuchEntity",
        iam.simulate_principal_policy,
        PolicySourceArn=arn + "-not",
        ActionNames=["s3:GetObject"],
    )
    refused(
        "InvalidInput",
        iam.simulate_custom_policy,
        PolicyInputList=['{"Version":"2012-10-17","Statement":[]}'],
        ActionNames=["nonsense"],
    )
    iam.simulate_custom_policy(
        PolicyInputList=['{"Version":"2012-10-17","Statement":[]}'], ActionNames=["s3:GetObject"]
    )
    details = iam.get_account_authorization_details(Filter=["Group"])
    check([each["GroupName"] for each in details["GroupDetailList"]] == ["all"], f"{details}")
    iam.delete_group(GroupName="all")


for walk in (oidc_provider, saml_provider, server_certificate, account, policies):
    step(walk)
print_report()
