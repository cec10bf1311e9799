# The whole configuration is planned and applied with made-up answers in place of Google's: every expression is evaluated,
# for each shape that the variables give it.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project       = "some-project"
  alert_email   = "data@example.com"
  functions_zip = "functions.zip"
}

run "first" {
  assert {
    condition     = keys(google_cloudfunctions2_function.receiver) == ["bases_vendas"]
    error_message = "Without its secrets' values no Spotify function can be deployed."
  }
  assert {
    condition     = google_storage_bucket_iam_member.build.role == "roles/storage.admin" && google_storage_bucket_iam_member.build.bucket == "some-project-entrada-source"
    error_message = "Cloud Build keeps logs where its account is admin, and that is in no bucket but its own."
  }
  assert {
    condition     = length(google_cloud_run_v2_job.flow) == 0 && length(google_composer_environment.airflow) == 0
    error_message = "Without an image there is no flow."
  }
  assert {
    condition     = length(google_billing_budget.month) == 0 && length(google_service_account.deployer) == 0
    error_message = "Budget and deployer are made when they are asked for."
  }
}

run "whole" {
  variables {
    image           = "us-central1-docker.pkg.dev/some-project/entrada/entrada:1"
    spotify         = true
    billing_account = "000000-000000-000000"
    gitlab_project  = "12345678"
    state_bucket    = "some-state"
  }
  assert {
    condition     = length(google_cloudfunctions2_function.receiver) == 4 && length(google_pubsub_subscription.push) == 4
    error_message = "Four functions, each with its subscription."
  }
  assert {
    condition     = length(distinct([for f in google_cloudfunctions2_function.receiver : f.service_config[0].service_account_email])) == 4
    error_message = "Each function is an account of its own."
  }
  assert {
    condition     = google_cloud_scheduler_job.flow["entrada-spotify"].schedule == "0 6 * * *" && google_cloud_scheduler_job.flow["entrada-spotify"].time_zone == "America/Sao_Paulo"
    error_message = "Spotify is asked when its dataset says so."
  }
  assert {
    condition     = length(google_storage_bucket_iam_member.function) == 3 && length(google_storage_bucket_iam_member.function["spotify_podcasts"].condition) == 1
    error_message = "A Spotify function does not reach the workbooks."
  }
  assert {
    condition     = keys(google_bigquery_dataset_iam_member.rows) == ["bases_vendas", "flow"] && google_project_iam_member.spotify_rows["dh_gb_episodes"].condition[0].expression == "resource.name == \"projects/some-project/datasets/entrada\" || resource.name == \"projects/some-project/datasets/entrada/tables/spotify_podcasts\" || resource.name == \"projects/some-project/datasets/entrada/tables/spotify_all_episodes\" || resource.name == \"projects/some-project/datasets/entrada/tables/dh_gb_episodes\" || resource.name == \"projects/some-project/datasets/entrada/tables/spotify_runs\" || resource.name == \"projects/some-project/datasets/entrada/tables/ledger_events\" || resource.name == \"projects/some-project/datasets/entrada/tables/ledger_costs\" || resource.name.startsWith(\"projects/some-project/datasets/entrada/tables/stage_entrada_\")"
    error_message = "The Spotify functions change Spotify's tables and no sales."
  }
  assert {
    condition     = length(google_billing_budget.month) == 1 && length(google_service_account.deployer) == 1
    error_message = "Budget and deployer are there."
  }
  assert {
    condition     = [for one in google_monitoring_alert_policy.entrada["The flow does not run"].conditions[0].condition_threshold : [one.comparison, one.threshold_value, one.evaluation_missing_data]] == [["COMPARISON_LT", 1, "EVALUATION_MISSING_DATA_ACTIVE"]]
    error_message = "A flow that does not run is told, also where nothing is measured."
  }
}

run "gitlab_by_number" {
  command = plan
  variables {
    gitlab_project = "12345678"
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.gitlab["entrada"].attribute_condition == "assertion.project_id == \"12345678\" && assertion.ref_protected == \"true\""
    error_message = "GitLab's jobs are let in by the number of their project, from protected branches."
  }
}

run "gitlab_by_path" {
  command = plan
  variables {
    gitlab_project = "group/project"
  }
  expect_failures = [var.gitlab_project]
}

run "composer" {
  variables {
    image    = "us-central1-docker.pkg.dev/some-project/entrada/entrada:1"
    spotify  = true
    composer = true
  }
  assert {
    condition     = length(google_cloud_scheduler_job.flow) == 0 && length(google_composer_environment.airflow) == 1
    error_message = "With Composer nothing else starts the pipelines."
  }
  assert {
    condition     = google_storage_notification.arrivals.topic == google_pubsub_topic.arrivals[0].id
    error_message = "With Composer the bucket tells Airflow alone."
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.entrada["A message waits"].conditions[0].condition_threshold[0].filter, "\"${google_pubsub_subscription.arrivals[0].name}\"")
    error_message = "Arrivals that Airflow does not take are told."
  }
  assert {
    condition     = google_composer_environment.airflow[0].config[0].software_config[0].env_variables["ENTRADA_ARRIVALS"] == google_pubsub_subscription.arrivals[0].name
    error_message = "Airflow pulls from the subscription that there is."
  }
}

run "wrong_project" {
  command = plan
  variables {
    project = "No"
  }
  expect_failures = [var.project]
}
