# Airflow, for who wants it: the same account and settings as the flow, and the DAGs in cloud/airflow/dags.
resource "google_project_iam_member" "composer" {
  count = var.composer ? 1 : 0

  project = var.project
  role    = "roles/composer.worker"
  member  = google_service_account.flow.member
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
      env_variables = local.flow_settings
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
