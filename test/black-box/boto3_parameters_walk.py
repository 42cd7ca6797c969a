"""Drives the endpoint in argv[1] with boto3: parameters of an account."""

from boto3_support import check, client, print_report, refused, step

ssm = client("ssm", "eu-west-3", "333344446666")


def put_and_read():
    first = ssm.put_parameter(
        Name="/boto/key", Value="one", Type="String", Tags=[{"Key": "a", "Value": "1"}]
    )
    check(first["Version"] == 1 and first["Tier"] == "Standard", first)
    refused("ParameterAlreadyExists", ssm.put_parameter, Name="/boto/key", Value="x", Type="String")
    ssm.put_parameter(Name="/boto/key", Value="two", Overwrite=True)
    ssm.label_parameter_version(Name="/boto/key", ParameterVersion=1, Labels=["old"])
    old = ssm.get_parameter(Name="/boto/key:old")["Parameter"]
    check(old["Value"] == "one" and old["Selector"] == ":old", old)
    pages = ssm.get_paginator("get_parameter_history").paginate(
        Name="/boto/key", PaginationConfig={"PageSize": 1}
    )
    values = [version["Value"] for page in pages for version in page["Parameters"]]
    check(values == ["one", "two"], values)
    ssm.unlabel_parameter_version(Name="/boto/key", ParameterVersion=1, Labels=["old"])
    refused("ParameterVersionNotFound", ssm.get_parameter, Name="/boto/key:old")


def list_and_delete():
    ssm.put_parameter(Name="/boto/list", Value="a,b", Type="StringList")
    listed = ssm.describe_parameters(
        ParameterFilters=[{"Key": "Path", "Option": "Recursive", "Values": ["/boto"]}]
    )["Parameters"]
    check([one["Name"] for one in listed] == ["/boto/key", "/boto/list"], listed)
    below = ssm.get_paginator("get_parameters_by_path").paginate(Path="/boto")
    check(len([one for page in below for one in page["Parameters"]]) == 2, "two below /boto")
    several = ssm.get_parameters(Names=["/boto/key", "/boto/none"])
    check(several["InvalidParameters"] == ["/boto/none"], several)
    resource = {"ResourceType": "Parameter", "ResourceId": "/boto/key"}
    ssm.add_tags_to_resource(**resource, Tags=[{"Key": "b", "Value": "2"}])
    ssm.remove_tags_from_resource(**resource, TagKeys=["a"])
    tags = ssm.list_tags_for_resource(**resource)["TagList"]
    check(tags == [{"Key": "b", "Value": "2"}], tags)
    ssm.delete_parameter(Name="/boto/key")
    gone = ssm.delete_parameters(Names=["/boto/list", "/boto/none"])
    check(gone["DeletedParameters"] == ["/boto/list"], gone)


for walk in (put_and_read, list_and_delete):
    step(walk)
print_report()
