# The interfaces of Google Cloud that are used. They stay on when this is torn down: others may use them too.
resource "google_project_service" "used" {
  for_each = toset(concat([
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
  ], var.composer ? ["composer.googleapis.com"] : []))

  service            = each.value
  disable_on_destroy = false
}

# Google's own accounts: Pub/Sub's delivers and gives up messages, Cloud Storage's tells of new objects.
locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

data "google_storage_project_service_account" "storage" {
  depends_on = [google_project_service.used]
}
