# A group of servers in three zones that grows and shrinks by itself.

variable "group_type" {
  default = "t3.micro"
}

resource "aws_launch_template" "app" {
  name_prefix            = "app-"
  image_id               = data.aws_ami.linux.id
  instance_type          = var.group_type
  update_default_version = true
  user_data              = base64encode("#!/bin/sh\nexec sleep 1000000\n")

  iam_instance_profile {
    name = aws_iam_instance_profile.server.name
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 12
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  network_interfaces {
    security_groups             = [aws_security_group.web.id]
    associate_public_ip_address = true
  }

  monitoring {
    enabled = true
  }

  metadata_options {
    http_tokens                 = "required"
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 2
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "app" }
  }
}

resource "aws_lb_target_group" "app" {
  name     = "app"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id

  health_check {
    path     = "/health"
    interval = 10
    timeout  = 5
    matcher  = "200-299"
  }
}

resource "aws_lb_target_group_attachment" "server" {
  target_group_arn = aws_lb_target_group.app.arn
  target_id        = aws_instance.server.id
  port             = 8080
}

resource "aws_autoscaling_group" "app" {
  name                      = "app"
  min_size                  = 3
  max_size                  = 6
  vpc_zone_identifier       = [for subnet in aws_subnet.public : subnet.id]
  target_group_arns         = [aws_lb_target_group.app.arn]
  health_check_grace_period = 60
  default_cooldown          = 30
  enabled_metrics           = ["GroupInServiceInstances", "GroupDesiredCapacity"]
  termination_policies      = ["OldestInstance"]
  suspended_processes       = ["AZRebalance"]
  wait_for_capacity_timeout = "5m"

  launch_template {
    id      = aws_launch_template.app.id
    version = aws_launch_template.app.latest_version
  }

  initial_lifecycle_hook {
    name                 = "ready"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    heartbeat_timeout    = 30
    default_result       = "CONTINUE"
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 50
      instance_warmup        = "10"
    }
  }

  tag {
    key                 = "team"
    value               = "shop"
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_lifecycle_hook" "leave" {
  name                   = "leave"
  autoscaling_group_name = aws_autoscaling_group.app.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 30
  default_result         = "CONTINUE"
  notification_metadata  = jsonencode({ drain = true })
}

resource "aws_autoscaling_policy" "cpu" {
  name                   = "cpu"
  autoscaling_group_name = aws_autoscaling_group.app.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 50

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "steps" {
  name                      = "steps"
  autoscaling_group_name    = aws_autoscaling_group.app.name
  policy_type               = "StepScaling"
  adjustment_type           = "ChangeInCapacity"
  estimated_instance_warmup = 60

  step_adjustment {
    metric_interval_lower_bound = 0
    metric_interval_upper_bound = 20
    scaling_adjustment          = 1
  }

  step_adjustment {
    metric_interval_lower_bound = 20
    scaling_adjustment          = 2
  }
}

resource "aws_autoscaling_policy" "simple" {
  name                   = "simple"
  autoscaling_group_name = aws_autoscaling_group.app.name
  adjustment_type        = "PercentChangeInCapacity"
  scaling_adjustment     = -50
  cooldown               = 300
}

resource "aws_autoscaling_schedule" "night" {
  scheduled_action_name  = "night"
  autoscaling_group_name = aws_autoscaling_group.app.name
  recurrence             = "0 22 1 1 *"
  min_size               = 0
  max_size               = 1
  desired_capacity       = 0
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "busy"
  alarm_description   = "the group is busy"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  metric_name         = "CPUUtilization"
  namespace           = "AWS/EC2"
  period              = 60
  statistic           = "Average"
  threshold           = 80
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_autoscaling_policy.steps.arn]
  dimensions          = { AutoScalingGroupName = aws_autoscaling_group.app.name }
  tags                = { team = "shop" }
}

data "aws_autoscaling_groups" "all" {
  depends_on = [aws_autoscaling_group.app]
}
