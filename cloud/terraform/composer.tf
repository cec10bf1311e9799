# Airflow, for who wants it: the same account and settings as the flow, and the DAGs in cloud/airflow/dags.
resource "google_project_iam_member" "composer" {
  count = var.composer ? 1 : 0

  project = var.project
  role    = "roles/composer.worker"
  member  = google_service_account.flow.member
}

# What arrives is told to Airflow alone: a workbook that the receiver had rejected before the DAG looked would be missed.
resource "google_pubsub_topic" "arrivals" {
  count = var.composer ? 1 : 0

  name       = "entrada-arrivals"
  depends_on = [google_project_service.used]
}

resource "google_pubsub_subscription" "arrivals" {
  count = var.composer ? 1 : 0

  name                 = "entrada-arrivals"
  topic                = google_pubsub_topic.arrivals[0].id
  ack_deadline_seconds = 60
  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_subscription_iam_member" "airflow_pulls" {
  count = var.composer ? 1 : 0

  subscription = google_pubsub_subscription.arrivals[0].name
  role         = "roles/pubsub.subscriber"
  member       = google_service_account.flow.member
}

locals {
  arrivals_topic_id = var.composer ? google_pubsub_topic.arrivals[0].id : google_pubsub_topic.work[local.workbooks_topic].id
}

resource "google_composer_environment" "airflow" {
  count = var.composer ? 1 : 0

  name   = "entrada"
  region = var.region

  config {
    environment_size = "ENVIRONMENT_SIZE_SMALL"
    node_config {
      service_account = google_service_account.flow.email
    }
    software_config {
      image_version = var.composer_image
      env_variables = merge(local.flow_settings, {
        ENTRADA_ARRIVALS = google_pubsub_subscription.arrivals[0].name
      })
      # For ENTRADA_ARRIVALS; Composer has all else that the DAGs import.
      pypi_packages = { apache-airflow-providers-common-messaging = "" }
    }
    # The smallest that runs two DAGs.
    workloads_config {
      scheduler {
        count      = 1
        cpu        = 0.5
        memory_gb  = 2
        storage_gb = 1
      }
      dag_processor {
        count      = 1
        cpu        = 1
        memory_gb  = 2
        storage_gb = 1
      }
      triggerer {
        count     = 1
        cpu       = 0.5
        memory_gb = 1
      }
      web_server {
        cpu        = 0.5
        memory_gb  = 2
        storage_gb = 1
      }
      worker {
        min_count  = 1
        max_count  = 2
        cpu        = 0.5
        memory_gb  = 2
        storage_gb = 1
      }
    }
  }

  depends_on = [google_project_service.used, google_project_iam_member.composer]
}
