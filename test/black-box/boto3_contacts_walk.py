"""Drives the endpoint in argv[1] with boto3: whom AWS writes to about an account, and what it is called."""

from boto3_support import check, client, print_report, refused, step

account = client("account", "us-east-1", "222233334450")
BILLING = {
    "AlternateContactType": "BILLING",
    "Name": "Ann",
    "Title": "Books",
    "EmailAddress": "ann@example.com",
    "PhoneNumber": "+1 555 0100",
}
ADDRESS = {
    "FullName": "Ann",
    "AddressLine1": "Road 1",
    "City": "Rome",
    "PostalCode": "00100",
    "CountryCode": "IT",
    "PhoneNumber": "+39555",
}


def contacts():
    account.put_alternate_contact(**BILLING)
    found = account.get_alternate_contact(AlternateContactType="BILLING")["AlternateContact"]
    check(found == BILLING, found)
    account.delete_alternate_contact(AlternateContactType="BILLING")
    refused(
        "ResourceNotFoundException", account.get_alternate_contact, AlternateContactType="BILLING"
    )
    account.put_contact_information(ContactInformation=ADDRESS)
    check(account.get_contact_information()["ContactInformation"] == ADDRESS, "the address")


def name():
    account.put_account_name(AccountName="shop")
    check(account.get_account_information()["AccountName"] == "shop", "its name")


for walk in (contacts, name):
    step(walk)

print_report()
