# What stacks keep beside servers: keys, parameters, secrets, and a snapshot copied to a second Region under a key of its own.

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

variable "password" {
  default = "first"
}

variable "stage" {
  default = "live"
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    ec2            = var.url
    iam            = var.url
    kms            = var.url
    secretsmanager = var.url
    ssm            = var.url
    sts            = var.url
  }
}

provider "aws" {
  alias                       = "second"
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    ec2            = var.url
    iam            = var.url
    kms            = var.url
    secretsmanager = var.url
    ssm            = var.url
    sts            = var.url
  }
}

data "aws_caller_identity" "me" {}

resource "aws_kms_key" "main" {
  description             = "shop"
  deletion_window_in_days = 7
  enable_key_rotation     = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "root"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })

  tags = { stage = var.stage }
}

resource "aws_kms_alias" "main" {
  name          = "alias/shop"
  target_key_id = aws_kms_key.main.key_id
}

resource "aws_kms_key" "second" {
  provider                = aws.second
  description             = "shop"
  deletion_window_in_days = 7
}

resource "aws_iam_role" "reader" {
  name = "reader"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_kms_grant" "reader" {
  name              = "reader"
  key_id            = aws_kms_key.main.key_id
  grantee_principal = aws_iam_role.reader.arn
  operations        = ["Decrypt", "DescribeKey"]

  constraints {
    encryption_context_equals = { shop = "one" }
  }
}

resource "aws_kms_ciphertext" "greeting" {
  key_id    = aws_kms_key.main.key_id
  plaintext = "hello"
  context   = { shop = "one" }
}

data "aws_kms_secrets" "greeting" {
  secret {
    name    = "greeting"
    payload = aws_kms_ciphertext.greeting.ciphertext_blob
    context = { shop = "one" }
  }
}

resource "aws_ssm_parameter" "host" {
  name            = "/shop/db/host"
  type            = "String"
  value           = "db.internal"
  description     = "where the database is"
  allowed_pattern = "^[a-z.]+$"
  tags            = { stage = var.stage }
}

resource "aws_ssm_parameter" "sizes" {
  name  = "sizes"
  type  = "StringList"
  value = "s,m,l"
}

resource "aws_ssm_parameter" "password" {
  name   = "/shop/db/password"
  type   = "SecureString"
  value  = var.password
  key_id = aws_kms_alias.main.name
}

resource "aws_ssm_parameter" "token" {
  provider = aws.second
  name     = "/shop/token"
  type     = "SecureString"
  value    = "token"
  tier     = "Advanced"
}

resource "aws_secretsmanager_secret" "db" {
  name                    = "shop/db"
  description             = "how to reach the database"
  kms_key_id              = aws_kms_key.main.arn
  recovery_window_in_days = 0
  tags                    = { stage = var.stage }
}

resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = jsonencode({ user = "shop", password = var.password })
}

resource "aws_secretsmanager_secret_policy" "db" {
  secret_arn = aws_secretsmanager_secret.db.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "read"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.reader.arn }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret_rotation" "db" {
  secret_id           = aws_secretsmanager_secret.db.id
  rotation_lambda_arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate"

  rotation_rules {
    automatically_after_days = 30
  }
}

data "aws_secretsmanager_secret_version" "db" {
  secret_id  = aws_secretsmanager_secret.db.id
  depends_on = [aws_secretsmanager_secret_version.db]
}

resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = 1
  encrypted         = true
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_ebs_snapshot" "data" {
  volume_id = aws_ebs_volume.data.id
}

resource "aws_ebs_snapshot_copy" "second" {
  provider           = aws.second
  source_region      = "us-east-1"
  source_snapshot_id = aws_ebs_snapshot.data.id
  encrypted          = true
  kms_key_id         = aws_kms_key.second.arn
}

output "read" {
  sensitive = true
  value = {
    greeting = data.aws_kms_secrets.greeting.plaintext["greeting"]
    secret   = jsondecode(data.aws_secretsmanager_secret_version.db.secret_string)
  }
}
