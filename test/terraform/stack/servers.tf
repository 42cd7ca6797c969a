# One server with what can be fastened to it, and an image that is made of it.

variable "server_type" {
  default = "t3.small"
}

variable "key_name" {
  default = "operator"
}

variable "data_gib" {
  default = 10
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*"]
  }

  filter {
    name   = "architecture"
    values = ["x86_64"]
  }
}

resource "aws_key_pair" "operator" {
  key_name   = var.key_name
  public_key = file("${path.module}/operator.pub")
}

resource "aws_instance" "server" {
  ami                    = data.aws_ami.linux.id
  instance_type          = var.server_type
  subnet_id              = values(aws_subnet.public)[0].id
  vpc_security_group_ids = [aws_security_group.web.id]
  key_name               = aws_key_pair.operator.key_name
  iam_instance_profile   = aws_iam_instance_profile.server.name
  user_data              = "#!/bin/sh\necho hello\n"
  monitoring             = true

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  root_block_device {
    volume_size = 20
    volume_type = "gp3"
  }

  tags        = { Name = "server" }
  volume_tags = null
}

resource "aws_network_interface" "second" {
  subnet_id       = values(aws_subnet.public)[0].id
  security_groups = [aws_security_group.data.id]
  description     = "second"
}

resource "aws_network_interface_attachment" "second" {
  instance_id          = aws_instance.server.id
  network_interface_id = aws_network_interface.second.id
  device_index         = 1
}

resource "aws_eip" "server" {
  depends_on = [aws_internet_gateway.main]
}

resource "aws_eip_association" "server" {
  allocation_id        = aws_eip.server.id
  network_interface_id = aws_instance.server.primary_network_interface_id
}

resource "aws_ebs_volume" "data" {
  availability_zone = values(aws_subnet.public)[0].availability_zone
  size              = var.data_gib
  type              = "gp3"
  iops              = 4000
  throughput        = 200
  tags              = { Name = "data" }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.server.id
}

resource "aws_ebs_snapshot" "data" {
  volume_id   = aws_ebs_volume.data.id
  description = "data"
  tags        = { Name = "data" }
}

data "aws_instances" "servers" {
  instance_tags = { Name = "server" }
  depends_on    = [aws_instance.server]
}
