# Who is woken, and by what. docs/runbook.md has a section for each alert, of the same name. With Composer there is no job
# whose log could be read: what a run finds wrong fails a DAG, which says so.
locals {
  subscription = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id"
  job          = "resource.type = \"cloud_run_job\""
  failed_run   = "metric.type = \"run.googleapis.com/job/completed_execution_count\" AND ${local.job} AND metric.labels.result = \"failed\""
  user_metric  = "logging.googleapis.com/user"

  # What the flow writes with --json, and its clock, counted.
  log_metrics = {
    red_check = {
      filter = "${local.job} AND jsonPayload.error = \"check.failed\""
      file   = false
    }
    # A file that a run left: not whole yet, or not received. What is no workbook is left for good, and is nobody's alert.
    waiting = {
      filter = "${local.job} AND ((jsonPayload.type = \"waiting\" AND jsonPayload.reason = (\"wait.empty\" OR \"wait.writing\" OR \"wait.incomplete\" OR \"wait.gaps\")) OR jsonPayload.type = \"postponed\")"
      file   = true
    }
    spotify_not_started = {
      filter = "resource.type = \"cloud_scheduler_job\" AND resource.labels.job_id = \"entrada-spotify\" AND severity >= ERROR"
      file   = false
    }
  }

  alerts = {
    "Dead letters" = {
      filter   = "metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.subscription} = \"${google_pubsub_subscription.dead_letters.name}\""
      aligner  = "ALIGN_MAX"
      period   = 300
      above    = 0
      duration = 0
    }
    "A DAG failed" = {
      filter   = "metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.subscription} = \"${google_pubsub_subscription.alerts.name}\""
      aligner  = "ALIGN_MAX"
      period   = 300
      above    = 0
      duration = 0
    }
    "A message waits" = {
      filter   = "metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND ${local.subscription} = one_of(${join(", ", [for one in concat(values(google_pubsub_subscription.push), google_pubsub_subscription.arrivals) : "\"${one.name}\""])})"
      aligner  = "ALIGN_MAX"
      period   = 300
      above    = 3600
      duration = 0
    }
    # Said of one file by every run of an hour.
    "A workbook waits" = {
      filter   = "metric.type = \"${local.user_metric}/${google_logging_metric.flow["waiting"].name}\" AND ${local.job}"
      aligner  = "ALIGN_SUM"
      period   = 1800
      above    = 0
      duration = 3600
      group_by = ["metric.label.file"]
    }
    "A red check" = {
      filter   = "metric.type = \"${local.user_metric}/${google_logging_metric.flow["red_check"].name}\" AND ${local.job}"
      aligner  = "ALIGN_SUM"
      period   = 300
      above    = 0
      duration = 0
    }
    # One may be another that was at work; two within an hour are not.
    "The flow fails" = {
      filter   = "${local.failed_run} AND resource.labels.job_name = \"entrada-run\""
      aligner  = "ALIGN_SUM"
      period   = 3600
      above    = 1
      duration = 0
    }
    # No run ended in six hours: the clock stands, or may not start it, and nobody else would say so. Nothing measured is none.
    "The flow does not run" = {
      filter   = "metric.type = \"run.googleapis.com/job/completed_execution_count\" AND ${local.job} AND resource.labels.job_name = \"entrada-run\""
      aligner  = "ALIGN_SUM"
      period   = 21600
      below    = 1
      duration = 60
      missing  = "EVALUATION_MISSING_DATA_ACTIVE"
    }
    # There is one a day.
    "Spotify fails" = {
      filter   = "${local.failed_run} AND resource.labels.job_name = \"entrada-spotify\""
      aligner  = "ALIGN_SUM"
      period   = 300
      above    = 0
      duration = 0
    }
    # By what the clock says of its one try a day: a window of runs, as above, may be hardly longer than that day.
    "Spotify does not start" = {
      filter   = "metric.type = \"${local.user_metric}/${google_logging_metric.flow["spotify_not_started"].name}\" AND resource.type = \"cloud_scheduler_job\""
      aligner  = "ALIGN_SUM"
      period   = 300
      above    = 0
      duration = 0
    }
  }
}

resource "google_logging_metric" "flow" {
  for_each = local.log_metrics

  name   = "entrada-${each.key}"
  filter = each.value.filter
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    dynamic "labels" {
      for_each = each.value.file ? ["file"] : []
      content {
        key = labels.value
      }
    }
  }
  label_extractors = each.value.file ? { file = "EXTRACT(jsonPayload.fileName)" } : {}

  depends_on = [google_project_service.used]
}

resource "google_monitoring_notification_channel" "email" {
  display_name = "Entrada"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "entrada" {
  for_each = local.alerts

  display_name          = "Entrada: ${each.key}"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = each.key
    condition_threshold {
      filter                  = each.value.filter
      comparison              = can(each.value.below) ? "COMPARISON_LT" : "COMPARISON_GT"
      threshold_value         = try(each.value.below, each.value.above)
      duration                = "${each.value.duration}s"
      evaluation_missing_data = try(each.value.missing, null)
      aggregations {
        alignment_period     = "${each.value.period}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = try(each.value.group_by, [])
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What it means, what to look at, what to type: docs/runbook.md, \"${each.key}\"."
  }
}
