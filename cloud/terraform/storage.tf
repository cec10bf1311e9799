# Where workbooks arrive and rest. No retention policy and no hold: a file must be able to leave entrada/.
resource "google_storage_bucket" "lake" {
  name                        = local.bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # Whoever overwrites or deletes a workbook by hand can have it back for a month.
  versioning {
    enabled = true
  }
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 30
    }
    action {
      type = "Delete"
    }
  }
  # What was loaded is read again by people only, and seldom. Nothing there is ever deleted.
  lifecycle_rule {
    condition {
      matches_prefix = ["backup/", "spotify/raw/"]
      age            = 90
      with_state     = "LIVE"
    }
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
  }
  lifecycle_rule {
    condition {
      matches_prefix = ["backup/", "spotify/raw/"]
      age            = 365
      with_state     = "LIVE"
    }
    action {
      type          = "SetStorageClass"
      storage_class = "COLDLINE"
    }
  }
  # What is staged on its way in: the pieces of uploads that were never finished.
  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  depends_on = [google_project_service.used]
}

# A workbook is announced as soon as it is whole: to the receiver, or to Airflow, which then tells the receiver. The flow
# announces again what was missed.
resource "google_storage_notification" "arrivals" {
  bucket             = google_storage_bucket.lake.name
  topic              = local.arrivals_topic_id
  payload_format     = "JSON_API_V1"
  event_types        = ["OBJECT_FINALIZE"]
  object_name_prefix = "entrada/"

  depends_on = [google_pubsub_topic_iam_member.storage_announces]
}

# The functions' source, and what builds of the flow's image leave.
resource "google_storage_bucket" "source" {
  name                        = "${local.bucket}-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # It can be made again from the repository.
  force_destroy = true

  depends_on = [google_project_service.used]
}

resource "google_storage_bucket_object" "functions" {
  bucket = google_storage_bucket.source.name
  source = var.functions_zip
  # The same bytes have the same name, so that what has not changed is not built again.
  name = "functions-${filemd5(var.functions_zip)}.zip"
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "entrada"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of functions and of the flow"

  cleanup_policies {
    id     = "keep-the-last-ten"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-older-than-a-month"
    action = "DELETE"
    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.used]
}
