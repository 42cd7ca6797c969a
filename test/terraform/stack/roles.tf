# Who the servers are.

resource "aws_iam_role" "server" {
  name               = "server"
  path               = "/shop/"
  description        = "the servers"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = { team = "shop" }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "read" {
  name   = "read"
  role   = aws_iam_role.server.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy" "read" {
  name   = "read"
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.server.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.server.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "server" {
  name = "server"
  role = aws_iam_role.server.name
}

resource "aws_iam_user" "operator" {
  name = "operator"
  path = "/shop/"
  tags = { team = "shop" }
}

resource "aws_iam_group" "operators" {
  name = "operators"
}

resource "aws_iam_user_group_membership" "operator" {
  user   = aws_iam_user.operator.name
  groups = [aws_iam_group.operators.name]
}

resource "aws_iam_group_policy_attachment" "read" {
  group      = aws_iam_group.operators.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_user_policy" "read" {
  name   = "read"
  user   = aws_iam_user.operator.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_access_key" "operator" {
  user = aws_iam_user.operator.name
}
