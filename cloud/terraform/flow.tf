# The flow without Airflow: a job that runs the program's own commands, started by the clock. Nothing is paid between two runs.
locals {
  jobs = var.composer || var.image == "" ? {} : merge(
    { entrada-run = { command = "run", schedule = var.schedule } },
    var.spotify ? { entrada-spotify = { command = "spotify", schedule = local.podcast.schedule } } : {},
  )
}

resource "google_cloud_run_v2_job" "flow" {
  for_each = local.jobs

  name                = each.key
  location            = var.region
  deletion_protection = false

  template {
    template {
      service_account = google_service_account.flow.email
      # The next run takes up what this one leaves.
      max_retries = 0
      timeout     = "3600s"

      containers {
        image = var.image
        # Exit code 3 says that rows were rejected, which is for the client to mend and no fault. JSON for the alerts.
        command = ["sh", "-c", "node src/cli.ts ${each.value.command} --json || [ $? -eq 3 ]"]

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }
        dynamic "env" {
          for_each = local.flow_settings
          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }
}

resource "google_cloud_scheduler_job" "flow" {
  for_each = local.jobs

  name      = each.key
  region    = var.region
  schedule  = each.value.schedule
  time_zone = local.podcast.timezone

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.flow[each.key].id}:run"
    oauth_token {
      service_account_email = google_service_account.scheduler.email
    }
  }
  depends_on = [google_cloud_run_v2_job_iam_member.scheduler]
}

resource "google_cloud_run_v2_job_iam_member" "scheduler" {
  for_each = local.jobs

  name     = google_cloud_run_v2_job.flow[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}
