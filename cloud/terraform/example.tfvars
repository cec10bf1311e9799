# Copy to terraform.tfvars and put your own values in. variables.tf says what each is for.
project     = "my-project"
alert_email = "data@example.com"

# After the first apply:
# image   = "us-central1-docker.pkg.dev/my-project/entrada/entrada:1"
# spotify = true

# billing_account = "000000-000000-000000"
# budget          = 50

# gitlab_project = "group/project"
# state_bucket   = "my-project-entrada-state"
