# Lets GitLab's jobs of one project, on protected branches and tags, deploy without a key: they show the token that GitLab
# gives them, and get one of Google's for an hour. Made once by an owner (docs/deploy.md); the job itself may look at it
# and not change it.
locals {
  gitlab = var.gitlab_project == "" ? {} : { entrada = var.gitlab_project }

  # What this folder makes needs these. projectIamAdmin gives roles: whoever may push to a protected branch may do anything.
  deployer_roles = var.gitlab_project == "" ? [] : concat([
    "roles/artifactregistry.admin",
    "roles/cloudbuild.builds.editor",
    "roles/cloudfunctions.developer",
    "roles/cloudscheduler.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/iam.workloadIdentityPoolViewer",
    "roles/logging.configWriter",
    "roles/logging.viewer",
    "roles/monitoring.alertPolicyEditor",
    "roles/monitoring.notificationChannelEditor",
    "roles/pubsub.admin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/run.admin",
    "roles/secretmanager.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ], var.composer ? ["roles/composer.admin"] : [])
}

resource "google_iam_workload_identity_pool" "gitlab" {
  for_each = local.gitlab

  workload_identity_pool_id = "gitlab"
  display_name              = "GitLab"
  depends_on                = [google_project_service.used]
}

resource "google_iam_workload_identity_pool_provider" "gitlab" {
  for_each = local.gitlab

  workload_identity_pool_id          = google_iam_workload_identity_pool.gitlab[each.key].workload_identity_pool_id
  workload_identity_pool_provider_id = "gitlab"
  # The project is known by its number: its path may be given up, and then be somebody else's. GitLab's own subject has path
  # and branch, and may be longer than the 127 bytes that Google takes; Google's logs name the job by its number instead.
  attribute_mapping = {
    "google.subject"       = "assertion.job_id"
    "attribute.project_id" = "assertion.project_id"
  }
  attribute_condition = "assertion.project_id == \"${each.value}\" && assertion.ref_protected == \"true\""
  oidc {
    issuer_uri        = var.gitlab_url
    allowed_audiences = [var.gitlab_url]
  }
}

resource "google_service_account" "deployer" {
  for_each = local.gitlab

  account_id   = "entrada-deployer"
  display_name = "GitLab, when it deploys"
  depends_on   = [google_project_service.used]
}

resource "google_service_account_iam_member" "gitlab" {
  for_each = local.gitlab

  service_account_id = google_service_account.deployer[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.gitlab[each.key].name}/attribute.project_id/${each.value}"
}

resource "google_project_iam_member" "deployer" {
  for_each = toset(local.deployer_roles)

  project = var.project
  role    = each.value
  member  = google_service_account.deployer["entrada"].member
}

# `entrada deploy` labels the dataset, which an editor of its rows may not.
resource "google_bigquery_dataset_iam_member" "deployer" {
  for_each = local.gitlab

  dataset_id = google_bigquery_dataset.tables.dataset_id
  role       = "roles/bigquery.dataOwner"
  member     = google_service_account.deployer[each.key].member
}

resource "google_project_iam_member" "deployer_jobs" {
  for_each = local.gitlab

  project = var.project
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.deployer[each.key].member
}

resource "google_storage_bucket_iam_member" "deployer_state" {
  for_each = var.state_bucket == "" ? {} : local.gitlab

  bucket = var.state_bucket
  role   = "roles/storage.objectUser"
  member = google_service_account.deployer[each.key].member
}
