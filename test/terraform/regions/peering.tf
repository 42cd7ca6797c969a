# The two networks know each other: by peering, with routes on both sides.

resource "aws_vpc_peering_connection" "regions" {
  vpc_id      = aws_vpc.first.id
  peer_vpc_id = aws_vpc.second.id
  peer_region = "eu-west-1"
  tags        = { Name = "regions" }
}

resource "aws_vpc_peering_connection_accepter" "regions" {
  provider                  = aws.second
  vpc_peering_connection_id = aws_vpc_peering_connection.regions.id
  auto_accept               = true
  tags                      = { Name = "regions" }
}

resource "aws_vpc_peering_connection_options" "first" {
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.regions.id

  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_vpc_peering_connection_options" "second" {
  provider                  = aws.second
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.regions.id

  accepter {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_route" "first" {
  route_table_id            = aws_vpc.first.main_route_table_id
  destination_cidr_block    = aws_vpc.second.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.regions.id
}

resource "aws_route" "second" {
  provider                  = aws.second
  route_table_id            = aws_vpc.second.main_route_table_id
  destination_cidr_block    = aws_vpc.first.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.regions.id
}
