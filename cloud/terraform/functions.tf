# Functions without a trigger: what pushes to them is pubsub.tf, which says what happens to a message that fails.
resource "google_cloudfunctions2_function" "receiver" {
  for_each = local.functions

  name     = each.key
  location = var.region

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    docker_repository = google_artifact_registry_repository.images.id
    service_account   = google_service_account.build.id
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.functions.name
      }
    }
  }

  service_config {
    service_account_email = google_service_account.function[each.key].email
    ingress_settings      = "ALLOW_INTERNAL_ONLY"
    # Nothing is paid while nothing arrives; and no more at once than BigQuery takes (docs/cost.md).
    min_instance_count = 0
    max_instance_count = 20
    # One workbook may need all of the memory.
    max_instance_request_concurrency = 1
    available_memory                 = each.value.memory
    available_cpu                    = "1"
    timeout_seconds                  = each.value.seconds
    environment_variables            = local.settings

    dynamic "secret_environment_variables" {
      for_each = each.value.topic == local.spotify_topic ? google_secret_manager_secret.spotify : {}
      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = secret_environment_variables.value.secret_id
        version    = "latest"
      }
    }
  }

  depends_on = [
    google_secret_manager_secret_iam_member.spotify,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_reads,
    google_artifact_registry_repository_iam_member.build,
    google_storage_bucket_iam_member.build,
  ]
}
