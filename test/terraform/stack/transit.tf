# Both networks attached to a transit gateway with a route table of its own.

resource "aws_ec2_transit_gateway" "hub" {
  description     = "hub"
  amazon_side_asn = 64513
  tags            = { Name = "hub" }
}

resource "aws_subnet" "peer" {
  for_each          = local.zones
  vpc_id            = aws_vpc.peer.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(aws_vpc.peer.cidr_block, 8, index(tolist(local.zones), each.value))
}

resource "aws_ec2_transit_gateway_vpc_attachment" "main" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.main.id
  subnet_ids         = [for subnet in aws_subnet.private : subnet.id]
  tags               = { Name = "main" }
}

resource "aws_ec2_transit_gateway_vpc_attachment" "peer" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.peer.id
  subnet_ids         = [for subnet in aws_subnet.peer : subnet.id]
  ipv6_support       = "disable"

  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false
}

resource "aws_ec2_transit_gateway_route_table" "peer" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  tags               = { Name = "peer" }
}

resource "aws_ec2_transit_gateway_route_table_association" "peer" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.peer.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.peer.id
}

resource "aws_ec2_transit_gateway_route_table_propagation" "peer" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.main.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.peer.id
}

resource "aws_ec2_transit_gateway_route" "peer" {
  destination_cidr_block         = aws_vpc.peer.cidr_block
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.peer.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.hub.association_default_route_table_id
}

resource "aws_ec2_transit_gateway_route" "nowhere" {
  destination_cidr_block         = "192.168.0.0/16"
  blackhole                      = true
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.peer.id
}

resource "aws_route" "transit" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "10.8.128.0/17"
  transit_gateway_id     = aws_ec2_transit_gateway_vpc_attachment.peer.transit_gateway_id
  depends_on             = [aws_ec2_transit_gateway_vpc_attachment.main]
}

data "aws_ec2_transit_gateway" "hub" {
  filter {
    name   = "options.amazon-side-asn"
    values = [aws_ec2_transit_gateway.hub.amazon_side_asn]
  }
}
