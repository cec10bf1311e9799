variable "project" {
  description = "The id of the Google Cloud project that holds everything."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "Where functions, bucket, jobs and images are, such as us-central1 or southamerica-east1."
  type        = string
  default     = "us-central1"
  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region is written like us-central1."
  }
}

variable "location" {
  description = "Where BigQuery keeps the tables: US, EU or a region. It cannot be changed later."
  type        = string
  default     = "US"
}

variable "dataset" {
  description = "The name of the BigQuery dataset."
  type        = string
  default     = "entrada"
  validation {
    condition     = can(regex("^\\w+$", var.dataset))
    error_message = "A dataset's name has letters, digits and underscores."
  }
}

variable "language" {
  description = "The language of reports and messages: en or pt-BR."
  type        = string
  default     = "pt-BR"
  validation {
    condition     = contains(["en", "pt-BR"], var.language)
    error_message = "The languages are en and pt-BR."
  }
}

variable "max_bytes" {
  description = "No query of Entrada may be billed more bytes than this (100 GiB: about 0.60 US dollars). docs/cost.md says what each history needs: from 1 TB on, two months due at once need more."
  type        = number
  default     = 107374182400
  validation {
    condition     = var.max_bytes > 0 && floor(var.max_bytes) == var.max_bytes
    error_message = "A whole number of bytes above zero."
  }
}

variable "functions_zip" {
  description = "The functions' source, as `npm run pack:functions` makes it."
  type        = string
  default     = "../../build/functions.zip"
}

variable "image" {
  description = "The image of the flow, with its tag or digest; empty until there is one. Not used with composer = true."
  type        = string
  default     = ""
}

variable "spotify" {
  description = "Whether the Spotify pipeline runs. Its two secrets must have a value first."
  type        = bool
  default     = false
}

variable "schedule" {
  description = "How often the flow looks, as cron fields in the time zone of the Spotify dataset; rarer than every 15 minutes, two alerts that count within the hour stay silent, and rarer than every five hours another one is false (docs/deploy.md). Not used with composer = true."
  type        = string
  default     = "*/15 * * * *"
  validation {
    condition     = length(split(" ", var.schedule)) == 5
    error_message = "Five fields: minute, hour, day of the month, month, day of the week."
  }
}

variable "composer" {
  description = "Whether Composer (Airflow) runs the pipelines, instead of Cloud Scheduler. It costs hundreds of dollars a month while idle."
  type        = bool
  default     = false
}

variable "composer_image" {
  description = "The version of Composer, and that of Airflow with which the DAGs are tested; they need 3.2 at least."
  type        = string
  default     = "composer-3-airflow-3.3"
}

variable "alert_email" {
  description = "Who is told when something breaks."
  type        = string
  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+$", var.alert_email))
    error_message = "An e-mail address."
  }
}

variable "billing_account" {
  description = "The id of the billing account, like 000000-000000-000000; empty for no budget."
  type        = string
  default     = ""
}

variable "budget" {
  description = "What a month may cost, in whole units of the billing account's currency."
  type        = number
  default     = 50
}

variable "gitlab_project" {
  description = "The number of the project at GitLab that may deploy, its Project ID; empty for none."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^[0-9]*$", var.gitlab_project))
    error_message = "A number, not a path: a path can be given up and taken by somebody else."
  }
}

variable "gitlab_url" {
  description = "The address of GitLab, without a slash at the end."
  type        = string
  default     = "https://gitlab.com"
}

variable "state_bucket" {
  description = "The bucket of Terraform's state, for which GitLab's deployments need a role. Only with gitlab_project."
  type        = string
  default     = ""
}
