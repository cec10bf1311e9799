resource "google_pubsub_topic" "work" {
  for_each = toset([local.workbooks_topic, local.spotify_topic])

  name       = each.value
  depends_on = [google_project_service.used]
}

# Each function has a subscription of its own, so that one that fails does not hold up the others.
resource "google_pubsub_subscription" "push" {
  for_each = local.functions

  name  = "${each.value.topic}.${each.key}"
  topic = google_pubsub_topic.work[each.value.topic].id
  # The most that Pub/Sub allows. The receiver is ended before, so that a workbook is not with two instances at once.
  ack_deadline_seconds       = 600
  message_retention_duration = "604800s"

  # Never expires, also when nobody drops anything for a month.
  expiration_policy {
    ttl = ""
  }

  push_config {
    # With the topic in its path, as functions-framework wants it.
    push_endpoint = "${google_cloudfunctions2_function.receiver[each.key].service_config[0].uri}/${google_pubsub_topic.work[each.value.topic].id}"
    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = google_cloudfunctions2_function.receiver[each.key].service_config[0].uri
    }
  }

  # 30 s, 1, 2 and 4 minutes between five attempts: an outage of minutes passes, and the flow waits for longer.
  retry_policy {
    minimum_backoff = "30s"
    maximum_backoff = "300s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 5
  }

  depends_on = [google_cloud_run_v2_service_iam_member.push_calls]
}

# What was given up rests here for a month, until somebody has looked at it.
resource "google_pubsub_topic" "dead_letters" {
  name       = "entrada-dead-letters"
  depends_on = [google_project_service.used]
}

resource "google_pubsub_subscription" "dead_letters" {
  name                       = "entrada-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  message_retention_duration = "2678400s"
  ack_deadline_seconds       = 60
  expiration_policy {
    ttl = ""
  }
}

# What a failing DAG says. It waits for somebody, as a dead letter does.
resource "google_pubsub_topic" "alerts" {
  name       = local.alerts_topic
  depends_on = [google_project_service.used]
}

resource "google_pubsub_subscription" "alerts" {
  name                       = local.alerts_topic
  topic                      = google_pubsub_topic.alerts.id
  message_retention_duration = "2678400s"
  ack_deadline_seconds       = 60
  expiration_policy {
    ttl = ""
  }
}
