# Their values are put in by hand (docs/deploy.md), so that they are in no file and not in Terraform's state.
resource "google_secret_manager_secret" "spotify" {
  for_each = toset(["SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"])

  secret_id = each.value
  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_iam_member" "spotify" {
  for_each = {
    for pair in setproduct(keys(local.spotify_functions), keys(google_secret_manager_secret.spotify)) :
    join(".", pair) => { function = pair[0], secret = pair[1] }
  }

  secret_id = google_secret_manager_secret.spotify[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.function].member
}
