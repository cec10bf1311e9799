# The dataset alone. Tables, views and procedures are made by `entrada deploy --apply`, which knows what may change
# without losing data, and which labels the dataset: no label here, and none of its own is taken away.
# Tables do not expire. Staging tables do, by a time that Entrada gives to each.
resource "google_bigquery_dataset" "tables" {
  dataset_id                 = var.dataset
  location                   = var.location
  description                = "Entrada: sales and podcasts, consolidated"
  delete_contents_on_destroy = false
  # A week in which any table can be read as it was.
  max_time_travel_hours = "168"

  lifecycle {
    ignore_changes = [labels, access]
  }
  depends_on = [google_project_service.used]
}
