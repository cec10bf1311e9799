# Copy to terraform.tfvars and put your own values in. variables.tf says what each is for.
project     = "my-project"
alert_email = "data@example.com"

# CHANGE BOTH for data elsewhere, such as to southamerica-east1; region is the REGION of docs/deploy.md. Neither can be
# changed once there is data.
region   = "us-central1"
location = "US"

# Once its secrets have a value:
# spotify = true

# billing_account = "000000-000000-000000"
# budget          = 50

# gitlab_project = "12345678"
# state_bucket   = "my-project-entrada-state"
