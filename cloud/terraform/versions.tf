terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }

  # Its bucket is named by `terraform init -backend-config=bucket=…`: a backend takes no variables.
  backend "gcs" {
    prefix = "entrada"
  }
}

provider "google" {
  project = var.project
  region  = var.region
  # Budgets are asked for in the name of a project; a person's own credentials have none.
  billing_project       = var.project
  user_project_override = true
}

data "google_project" "this" {
  project_id = var.project
}
