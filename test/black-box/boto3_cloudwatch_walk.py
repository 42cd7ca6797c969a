"""CloudWatch with boto3: metrics and alarms; waiter, paginators and errors."""

import datetime

from boto3_support import QUICK, check, client, print_report, refused, step

NAMESPACE = "Boto"
# The world's clock runs ahead of this machine's.
RANGE = {
    "StartTime": datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc),
    "EndTime": datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc),
}
LONG = 86_400 * 365


def metrics():
    cloudwatch = client("cloudwatch")
    # Beyond 10 KiB the client compresses what it sends.
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": "Load",
                "Dimensions": [{"Name": "Server", "Value": f"server-{index % 4}"}],
                "Value": float(index),
                "Unit": "Percent",
            }
            for index in range(400)
        ],
    )
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE)
    check(len([one for page in pages for one in page["Metrics"]]) == 4, "four metrics")
    metric = {
        "Namespace": NAMESPACE,
        "MetricName": "Load",
        "Dimensions": [{"Name": "Server", "Value": "server-3"}],
    }
    points = cloudwatch.get_metric_statistics(
        **metric, **RANGE, Period=LONG, Statistics=["Maximum", "SampleCount"]
    )["Datapoints"]
    check([(one["Maximum"], one["SampleCount"]) for one in points] == [(399, 100)], points)
    check(isinstance(points[0]["Timestamp"], datetime.datetime), "moments are moments")
    query = {"Id": "load", "MetricStat": {"Metric": metric, "Period": LONG, "Stat": "p50"}}
    data = cloudwatch.get_metric_data(MetricDataQueries=[query], **RANGE)["MetricDataResults"]
    check(data[0]["StatusCode"] == "Complete" and len(data[0]["Values"]) == 1, data)
    refused(
        "NotImplemented",
        cloudwatch.get_metric_data,
        MetricDataQueries=[{"Id": "twice", "Expression": "load * 2"}],
        **RANGE,
    )
    refused(
        "InvalidParameterValue",
        cloudwatch.put_metric_data,
        Namespace="AWS/EC2",
        MetricData=[{"MetricName": "a", "Value": 1.0}],
    )


def alarms():
    cloudwatch = client("cloudwatch")
    metric = {"Namespace": NAMESPACE, "MetricName": "Queue"}
    cloudwatch.put_metric_alarm(
        AlarmName="boto",
        **metric,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
        # The world is fast: it would soon be without data again.
        TreatMissingData="ignore",
        Tags=[{"Key": "stage", "Value": "test"}],
    )
    cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=["boto"], WaiterConfig=QUICK)
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE, MetricData=[{"MetricName": "Queue", "Value": 90.0}]
    )
    for _ in range(2000):
        ringing = cloudwatch.describe_alarms(AlarmNames=["boto"], StateValue="ALARM")
        if ringing["MetricAlarms"]:
            break
    check(ringing["MetricAlarms"], "the alarm rings")
    alarm = cloudwatch.describe_alarms_for_metric(**metric)["MetricAlarms"][0]
    check(alarm["StateReason"].startswith("Threshold Crossed: 1 out of the last 1"), alarm)
    arn = alarm["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "tier", "Value": "web"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["stage"])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    check(tags == [{"Key": "tier", "Value": "web"}], tags)
    cloudwatch.disable_alarm_actions(AlarmNames=["boto"])
    cloudwatch.enable_alarm_actions(AlarmNames=["boto"])
    cloudwatch.set_alarm_state(AlarmName="boto", StateValue="OK", StateReason="a test")
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName="boto", PaginationConfig={"PageSize": 2}
    )
    kinds = {item["HistoryItemType"] for page in pages for item in page["AlarmHistoryItems"]}
    check(kinds == {"ConfigurationUpdate", "StateUpdate"}, kinds)
    cloudwatch.delete_alarms(AlarmNames=["boto"])
    error = refused("ResourceNotFound", cloudwatch.delete_alarms, AlarmNames=["boto"])
    check(isinstance(error, cloudwatch.exceptions.ResourceNotFound), type(error))


step(metrics)
step(alarms)
print_report()
