# Who may do what. Each part is an account of its own, with roles on what it works with rather than on the project.
resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "entrada-${replace(each.key, "_", "-")}"
  display_name = "Function ${each.key}"
  depends_on   = [google_project_service.used]
}

resource "google_service_account" "flow" {
  account_id   = "entrada-flow"
  display_name = "The flow: announces, waits, consolidates"
  depends_on   = [google_project_service.used]
}

resource "google_service_account" "push" {
  account_id   = "entrada-push"
  display_name = "Pub/Sub, when it calls a function"
  depends_on   = [google_project_service.used]
}

resource "google_service_account" "scheduler" {
  account_id   = "entrada-scheduler"
  display_name = "Cloud Scheduler, when it starts the flow"
  depends_on   = [google_project_service.used]
}

resource "google_service_account" "build" {
  account_id   = "entrada-build"
  display_name = "Cloud Build, of functions and image"
  depends_on   = [google_project_service.used]
}

# Files. A Spotify function reaches the answers it keeps and no workbook; the third keeps none.
resource "google_storage_bucket_iam_member" "function" {
  for_each = { for name, function in local.functions : name => function if function.files != null }

  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectUser"
  member = google_service_account.function[each.key].member

  dynamic "condition" {
    for_each = each.value.files == "" ? [] : [each.value.files]
    content {
      title      = "only ${condition.value}"
      expression = "resource.name.startsWith(\"projects/_/buckets/${local.bucket}/objects/${condition.value}\")"
    }
  }
}

resource "google_storage_bucket_iam_member" "flow" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectUser"
  member = google_service_account.flow.member
}

# Tables: rows on the dataset, and jobs, which belong to a project and cannot be given on anything less.
resource "google_bigquery_dataset_iam_member" "rows" {
  for_each = merge({ flow = google_service_account.flow }, {
    for name, account in google_service_account.function : name => account if !contains(keys(local.spotify_functions), name)
  })

  dataset_id = google_bigquery_dataset.tables.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = each.value.member
}

# The Spotify functions change Spotify's tables (those of the episodes know of each other), and where they tell of their runs,
# of what failed and what it cost. A staging table is made in the dataset, and then asked for by its own name. A condition on
# names, since the tables are made by `entrada deploy --apply`, which comes later.
resource "google_project_iam_member" "spotify_rows" {
  for_each = local.spotify_functions

  project = var.project
  role    = "roles/bigquery.dataEditor"
  member  = google_service_account.function[each.key].member
  condition {
    title = "only the tables of Spotify"
    expression = join(" || ", concat(
      ["resource.name == \"${local.dataset_name}\""],
      [for table in concat(local.podcast.tables, ["spotify_runs", "ledger_events", "ledger_costs"]) : "resource.name == \"${local.dataset_name}/tables/${table}\""],
      ["resource.name.startsWith(\"${local.dataset_name}/tables/stage_entrada_\")"],
    ))
  }
}

locals {
  dataset_name = "projects/${var.project}/datasets/${google_bigquery_dataset.tables.dataset_id}"
}

resource "google_project_iam_member" "jobs" {
  for_each = merge({ flow = google_service_account.flow }, google_service_account.function)

  project = var.project
  role    = "roles/bigquery.jobUser"
  member  = each.value.member
}

# Messages: the bucket and the flow announce, Pub/Sub delivers and gives up.
resource "google_pubsub_topic_iam_member" "storage_announces" {
  topic  = local.arrivals_topic_id
  role   = "roles/pubsub.publisher"
  member = data.google_storage_project_service_account.storage.member
}

resource "google_pubsub_topic_iam_member" "flow_announces" {
  for_each = merge(google_pubsub_topic.work, { (local.alerts_topic) = google_pubsub_topic.alerts })

  topic  = each.value.id
  role   = "roles/pubsub.publisher"
  member = google_service_account.flow.member
}

resource "google_cloud_run_v2_service_iam_member" "push_calls" {
  for_each = local.functions

  # The service's name is not always the function's: it has no underscores.
  name     = basename(google_cloudfunctions2_function.receiver[each.key].service_config[0].service)
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}

resource "google_service_account_iam_member" "pubsub_signs" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "pubsub_gives_up" {
  topic  = google_pubsub_topic.dead_letters.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

# A message that was given up must also be taken from where it was.
resource "google_pubsub_subscription_iam_member" "pubsub_takes" {
  for_each = local.functions

  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# Builds: read the source where Cloud Functions puts it, write logs and images.
resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

resource "google_project_iam_member" "build_reads" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member
  condition {
    title      = "only the source of functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\")"
  }
}

# Cloud Build wants to see the bucket itself before it keeps logs there, which no role for objects allows.
resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.admin"
  member = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
