# A second network beside the first, joined to it by peering, and a route table for what arrives from the Internet.

resource "aws_vpc" "peer" {
  cidr_block           = "10.8.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "peer" }
}

resource "aws_vpc_peering_connection" "peer" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.peer.id
  auto_accept = true
  tags        = { Name = "main-to-peer" }

  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_route_table" "peer" {
  vpc_id = aws_vpc.peer.id

  route {
    cidr_block                = aws_vpc.main.cidr_block
    vpc_peering_connection_id = aws_vpc_peering_connection.peer.id
  }
}

resource "aws_route" "peer" {
  route_table_id            = aws_route_table.private.id
  destination_cidr_block    = aws_vpc.peer.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.peer.id
}

resource "aws_security_group" "peer" {
  name   = "peer"
  vpc_id = aws_vpc.peer.id
}

resource "aws_security_group_rule" "peer" {
  type                     = "ingress"
  security_group_id        = aws_security_group.peer.id
  source_security_group_id = aws_security_group.web.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  depends_on               = [aws_vpc_peering_connection.peer]
}

resource "aws_route_table" "arrivals" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "arrivals" {
  gateway_id     = aws_internet_gateway.main.id
  route_table_id = aws_route_table.arrivals.id
}
