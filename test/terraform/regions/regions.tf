# A service behind a balancer in one Region, its data and image copied to a second one, and a name over both.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "url" {
  description = "The endpoint of the world."
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    acm        = var.url
    cloudwatch = var.url
    ec2        = var.url
    elb        = var.url
    iam        = var.url
    route53    = var.url
    ssm        = var.url
    sts        = var.url
  }
}

provider "aws" {
  alias                       = "second"
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    acm     = var.url
    ec2     = var.url
    elb     = var.url
    iam     = var.url
    route53 = var.url
    ssm     = var.url
    sts     = var.url
  }
}

data "aws_availability_zones" "first" {}

data "aws_availability_zones" "second" {
  provider = aws.second
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-x86_64"]
  }
}

data "aws_ssm_parameter" "linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_vpc" "first" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_internet_gateway" "first" {
  vpc_id = aws_vpc.first.id
}

resource "aws_subnet" "first" {
  count             = 2
  vpc_id            = aws_vpc.first.id
  availability_zone = data.aws_availability_zones.first.names[count.index]
  cidr_block        = cidrsubnet(aws_vpc.first.cidr_block, 8, count.index)
}

resource "aws_vpc" "second" {
  provider             = aws.second
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "second" {
  provider          = aws.second
  vpc_id            = aws_vpc.second.id
  availability_zone = data.aws_availability_zones.second.names[0]
  cidr_block        = "10.1.0.0/24"
}

resource "aws_instance" "first" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.first[0].id

  root_block_device {
    volume_size = 8
  }
}

resource "aws_ami_from_instance" "golden" {
  name               = "golden"
  source_instance_id = aws_instance.first.id
}

resource "aws_ami_copy" "golden" {
  provider          = aws.second
  name              = "golden"
  source_ami_id     = aws_ami_from_instance.golden.id
  source_ami_region = "us-east-1"
}

resource "aws_instance" "second" {
  provider      = aws.second
  ami           = aws_ami_copy.golden.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.second.id
}

resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_availability_zones.first.names[0]
  size              = 1
}

resource "aws_ebs_snapshot" "data" {
  volume_id = aws_ebs_volume.data.id
}

resource "aws_ebs_snapshot_copy" "data" {
  provider           = aws.second
  source_snapshot_id = aws_ebs_snapshot.data.id
  source_region      = "us-east-1"
}

resource "aws_lb" "web" {
  name               = "web"
  load_balancer_type = "application"
  subnets            = aws_subnet.first[*].id
  depends_on         = [aws_internet_gateway.first]
  tags               = { team = "shop" }
}

resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.first.id
}

resource "aws_lb_target_group_attachment" "first" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.first.id
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_route53_zone" "shop" {
  name = "shop.test"
}

resource "aws_route53_health_check" "first" {
  fqdn              = aws_lb.web.dns_name
  port              = 80
  type              = "HTTP"
  resource_path     = "/health"
  failure_threshold = 3
  request_interval  = 30
  tags              = { Name = "first" }
}

resource "aws_route53_record" "first" {
  zone_id         = aws_route53_zone.shop.zone_id
  name            = "www"
  type            = "A"
  set_identifier  = "first"
  health_check_id = aws_route53_health_check.first.id

  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name                   = aws_lb.web.dns_name
    zone_id                = aws_lb.web.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "second" {
  zone_id        = aws_route53_zone.shop.zone_id
  name           = "www"
  type           = "A"
  ttl            = 60
  records        = [aws_instance.second.private_ip]
  set_identifier = "second"

  failover_routing_policy {
    type = "SECONDARY"
  }
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  alarm_name          = "unhealthy"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "UnHealthyHostCount"
  namespace           = "AWS/ApplicationELB"
  period              = 60
  statistic           = "Maximum"
  threshold           = 1

  dimensions = {
    LoadBalancer = aws_lb.web.arn_suffix
    TargetGroup  = aws_lb_target_group.web.arn_suffix
  }
}

output "site" {
  value = aws_lb.web.dns_name
}
