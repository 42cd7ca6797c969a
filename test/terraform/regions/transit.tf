# A transit gateway in each Region, with its network attached, and the two peered.

resource "aws_ec2_transit_gateway" "first" {
  description = "first"
}

resource "aws_ec2_transit_gateway" "second" {
  provider    = aws.second
  description = "second"
}

resource "aws_ec2_transit_gateway_vpc_attachment" "first" {
  transit_gateway_id = aws_ec2_transit_gateway.first.id
  vpc_id             = aws_vpc.first.id
  subnet_ids         = aws_subnet.first[*].id
}

resource "aws_ec2_transit_gateway_vpc_attachment" "second" {
  provider           = aws.second
  transit_gateway_id = aws_ec2_transit_gateway.second.id
  vpc_id             = aws_vpc.second.id
  subnet_ids         = [aws_subnet.second.id]
}

resource "aws_ec2_transit_gateway_peering_attachment" "regions" {
  transit_gateway_id      = aws_ec2_transit_gateway.first.id
  peer_transit_gateway_id = aws_ec2_transit_gateway.second.id
  peer_region             = "eu-west-1"
  tags                    = { Name = "first" }
}

resource "aws_ec2_transit_gateway_peering_attachment_accepter" "regions" {
  provider                      = aws.second
  transit_gateway_attachment_id = aws_ec2_transit_gateway_peering_attachment.regions.id
  tags                          = { Name = "second" }
}

resource "aws_ec2_transit_gateway_route" "first" {
  destination_cidr_block         = aws_vpc.second.cidr_block
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_peering_attachment_accepter.regions.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.first.association_default_route_table_id
}

resource "aws_ec2_transit_gateway_route" "second" {
  provider                       = aws.second
  destination_cidr_block         = aws_vpc.first.cidr_block
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_peering_attachment_accepter.regions.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.second.association_default_route_table_id
}
