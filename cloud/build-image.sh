#!/usr/bin/env bash
# Lets Cloud Build make the flow's image, as the account that Terraform made for it.
set -euo pipefail

usage='usage: cloud/build-image.sh FOLDER IMAGE
Lets Cloud Build make an image of FOLDER (build/cloud, of npm run pack:functions) and push it as IMAGE, with its tag.'
if [[ ${1:-} == --help ]]; then echo "$usage"; exit 0; fi
if (($# != 2)); then echo "$usage" >&2; exit 2; fi

folder=$1 image=$2
terraform="terraform -chdir=$(dirname "$0")/terraform"
bucket=$($terraform output -raw source_bucket)
account=$($terraform output -raw build_account)
gcloud builds submit "$folder" --tag "$image" --region "${image%%-docker.pkg.dev*}" --service-account "$account" \
  --gcs-source-staging-dir "gs://$bucket/image" --gcs-log-dir "gs://$bucket/logs"
