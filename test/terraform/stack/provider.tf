# The provider is told where the world is; newer releases also read AWS_ENDPOINT_URL, which the test sets.
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
    acm         = var.url
    autoscaling = var.url
    cloudwatch  = var.url
    ec2         = var.url
    elb         = var.url
    iam         = var.url
    route53     = var.url
    ssm         = var.url
    sts         = var.url
  }
}

data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

data "aws_availability_zones" "all" {
  state = "available"
}

locals {
  zones = toset(slice(data.aws_availability_zones.all.names, 0, 3))
}
