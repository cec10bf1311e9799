#!/usr/bin/env bash
# usage: cloud/build-image.sh FOLDER IMAGE   Lets Cloud Build make the flow's image, as the account that Terraform made for it.
set -euo pipefail
folder=$1 image=$2
terraform="terraform -chdir=$(dirname "$0")/terraform"
bucket=$($terraform output -raw source_bucket)
account=$($terraform output -raw build_account)
gcloud builds submit "$folder" --tag "$image" --region "${image%%-docker.pkg.dev*}" --service-account "$account" \
  --gcs-source-staging-dir "gs://$bucket/image" --gcs-log-dir "gs://$bucket/logs"
