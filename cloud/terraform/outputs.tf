output "lake" {
  description = "ENTRADA_LAKE: drop workbooks into its folder entrada/."
  value       = local.settings.ENTRADA_LAKE
}

output "warehouse" {
  description = "ENTRADA_WAREHOUSE: where the tables are."
  value       = local.settings.ENTRADA_WAREHOUSE
}

output "dataset" {
  description = "The BigQuery dataset."
  value       = google_bigquery_dataset.tables.dataset_id
}

output "bucket" {
  description = "The bucket of ENTRADA_LAKE."
  value       = google_storage_bucket.lake.name
}

output "flow_account" {
  description = "Who the flow runs as."
  value       = google_service_account.flow.email
}

output "image_repository" {
  description = "Where the flow's image is pushed."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/entrada"
}

output "source_bucket" {
  description = "Where builds of the image keep their source and logs."
  value       = google_storage_bucket.source.name
}

output "build_account" {
  description = "Who builds."
  value       = google_service_account.build.id
}

output "dags" {
  description = "Where the DAGs go; empty without Composer."
  value       = var.composer ? google_composer_environment.airflow[0].config[0].dag_gcs_prefix : ""
}

output "gitlab" {
  description = "What .gitlab-ci.yml needs to be let in; empty without gitlab_project."
  value = {
    for key in keys(local.gitlab) : key => {
      GCP_WORKLOAD_IDENTITY_PROVIDER = google_iam_workload_identity_pool_provider.gitlab[key].name
      GCP_SERVICE_ACCOUNT            = google_service_account.deployer[key].email
    }
  }
}

output "variables" {
  description = "What the last apply was given, whoever made it (docs/runbook.md), but for functions_zip."
  value = {
    project         = var.project
    region          = var.region
    location        = var.location
    dataset         = var.dataset
    language        = var.language
    max_bytes       = var.max_bytes
    image           = var.image
    spotify         = var.spotify
    schedule        = var.schedule
    composer        = var.composer
    composer_image  = var.composer_image
    alert_email     = var.alert_email
    billing_account = var.billing_account
    budget          = var.budget
    gitlab_project  = var.gitlab_project
    gitlab_url      = var.gitlab_url
    state_bucket    = var.state_bucket
  }
}
