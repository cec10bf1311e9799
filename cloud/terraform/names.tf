# What the code and the datasets call things. Nothing of the datasets is written here a second time, and
# test/terraform.test.ts holds the rest to the code.
locals {
  sales   = yamldecode(file("${path.module}/../../datasets/bases_vendas/dataset.yaml"))
  podcast = yamldecode(file("${path.module}/../../datasets/spotify/dataset.yaml"))

  workbooks_topic = local.sales.name
  spotify_topic   = local.podcast.topic
  alerts_topic    = "entrada-alerts"

  bucket = "${var.project}-entrada"

  # Each function has the name and the entry point that the case gives it, and hears one topic. The receiver's memory is what
  # docs/cloud.md measured and room for more; that of the others is a guess. files: where in the bucket it works, "" for
  # everywhere and null for nowhere.
  all_functions = {
    bases_vendas         = { topic = local.workbooks_topic, memory = "1Gi", seconds = 540, files = "" }
    spotify_podcasts     = { topic = local.spotify_topic, memory = "512Mi", seconds = local.spotify_seconds, files = "spotify/" }
    spotify_all_episodes = { topic = local.spotify_topic, memory = "512Mi", seconds = local.spotify_seconds, files = "spotify/" }
    dh_gb_episodes       = { topic = local.spotify_topic, memory = "512Mi", seconds = local.spotify_seconds, files = null }
  }
  # As long as a run may wait for Spotify, and a little for the work: less than Pub/Sub waits for an answer.
  spotify_seconds = local.podcast.budgetSeconds + 2 * local.podcast.timeoutSeconds

  functions = {
    for name, function in local.all_functions : name => function
    if var.spotify || function.topic == local.workbooks_topic
  }
  spotify_functions = { for name, function in local.functions : name => function if function.topic == local.spotify_topic }

  # The settings of docs/settings.md that everything shares.
  settings = {
    ENTRADA_LAKE      = "gs://${google_storage_bucket.lake.name}"
    ENTRADA_WAREHOUSE = "bigquery:${var.project}.${google_bigquery_dataset.tables.dataset_id}"
    ENTRADA_PROJECT   = var.project
    ENTRADA_LOCATION  = var.location
    ENTRADA_LANG      = var.language
    ENTRADA_LOG       = "info"
    ENTRADA_MAX_BYTES = tostring(var.max_bytes)
  }
  # And those of whoever runs the flow: functions receive what it announces.
  flow_settings = merge(local.settings, {
    ENTRADA_BUS      = "pubsub"
    ENTRADA_RECEIVER = "functions"
  })
}
