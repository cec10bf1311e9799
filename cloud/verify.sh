#!/usr/bin/env bash
# Looks at a real project for what no emulator proves. Everything here only reads.
set -euo pipefail

help() {
  cat <<'TEXT'
usage: cloud/verify.sh [--project PROJECT] [--dataset DATASET] [--bucket BUCKET] [--account EMAIL]

Checks on a real project what docs/cloud.md assumes of Google Cloud, and changes nothing: it describes, lists and rehearses.
Two queries are run: one that reads nothing, and one that must be refused before it does. Each check prints

  ok       what it looked at is as Entrada needs it
  NOT ok   it is not; what follows from that is said
  unknown  it cannot be told here, and why

  --project  default: the project of ENTRADA_WAREHOUSE, or ENTRADA_PROJECT
  --dataset  the BigQuery dataset that `entrada deploy` made; default: that of ENTRADA_WAREHOUSE (bigquery:PROJECT.DATASET)
  --bucket   the bucket of the lake; default: that of ENTRADA_LAKE (gs://BUCKET)
  --account  whose roles are looked at: the service account that Entrada runs as; without it they are unknown

Needs gcloud and bq (the Google Cloud SDK), logged in, and node. Ends with 1 when anything is not ok, with 2 for a wrong call,
or when nobody is logged in who may see the project.
TEXT
}

place=${ENTRADA_WAREHOUSE:-}
place=${place#bigquery:}
project=${ENTRADA_PROJECT:-}
dataset=
if [[ $place == *.* ]]; then
  project=${place%%.*}
  dataset=${place#*.}
fi
bucket=${ENTRADA_LAKE:-}
[[ $bucket == gs://* ]] && bucket=${bucket#gs://} || bucket=
account=

while (($# > 0)); do
  case $1 in
    --help) help; exit 0 ;;
    --project | --dataset | --bucket | --account)
      if (($# < 2)); then echo "verify.sh: $1 wants a value" >&2; exit 2; fi
      printf -v "${1#--}" '%s' "$2"
      shift 2 ;;
    *) echo "verify.sh: unknown: $1 (--help says what there is)" >&2; exit 2 ;;
  esac
done
if [[ -z $project || -z $dataset ]]; then
  echo 'verify.sh: wants --project and --dataset (--help says the rest)' >&2
  exit 2
fi
for program in gcloud bq node; do
  command -v "$program" >/dev/null || { echo "verify.sh: $program is not on the PATH" >&2; exit 2; }
done
if ! said=$(gcloud projects describe "$project" --format=json 2>&1); then
  echo "verify.sh: gcloud cannot see the project $project; log in with gcloud auth login, as somebody who may: ${said//$'\n'/ }" >&2
  exit 2
fi

failures=0
ok() { printf '%-8s %s\n' ok "$1"; }
unknown() { printf '%-8s %s\n' unknown "$1"; }
bad() { printf '%-8s %s\n' 'NOT ok' "$1"; failures=$((failures + 1)); }

# What a JavaScript expression makes of the JSON in `it`, a line each.
of() {
  node -e 'let it; try { it = JSON.parse(require("fs").readFileSync(0, "utf8") || "null") } catch { it = null }
    for (const one of [new Function("it", `return ${process.argv[1]}`)(it)].flat()) if (one !== undefined) console.log(String(one))' "$1"
}
query() { bq --project_id="$project" --format=json query --use_legacy_sql=false "$@"; }
# The bytes that a query would read.
bytes() { query --dry_run "$@" | of '(it?.statistics ?? it?.[0]?.statistics)?.totalBytesProcessed'; }

tables() {
  local found name shape columns partitions bound whole
  if ! found=$(bq --project_id="$project" --format=json ls --max_results=10000 "$project:$dataset" 2>&1); then
    bad "dataset $project.$dataset cannot be listed: $found"
    return
  fi
  for name in $(of '(it ?? []).filter((t) => t.type === "TABLE").map((t) => t.tableReference.tableId)' <<<"$found"); do
    case $name in stage_* | ledger_*) continue ;; esac
    shape=$(bq --project_id="$project" --format=json show "$project:$dataset.$name")
    columns=$(of 'it?.schema?.fields?.map((f) => `${f.name}:${f.type}`).join(" ")' <<<"$shape")
    [[ " $columns" == *' MONTH_START:DATE'* ]] || continue
    partitions=$(of '`${it.timePartitioning?.type}.${it.timePartitioning?.field}`' <<<"$shape")
    if [[ $partitions == MONTH.MONTH_START ]]; then
      ok "$name has a partition for each month; clustered by $(of '(it.clustering?.fields ?? ["nothing"]).join(", ")' <<<"$shape")"
    else
      bad "$name has no partition for each month ($partitions): each statement reads, and is billed, all of it"
    fi
    whole=$(bytes "SELECT * FROM \`$project.$dataset.$name\`") || whole=
    bound=$(bytes "SELECT * FROM \`$project.$dataset.$name\` WHERE MONTH_START >= DATE '1900-01-01' AND MONTH_START < DATE '1900-02-01'") || bound=
    if [[ -z $whole || -z $bound ]]; then unknown "what reading $name takes: bq tells no bytes"
    elif ((whole == 0)); then unknown "whether months are skipped in $name: it is empty"
    elif ((bound < whole)); then ok "months are skipped in $name: $bound bytes of $whole for a month without rows"
    else bad "months are not skipped in $name: $bound bytes of $whole for a month without rows"
    fi
    if [[ $name == *_linhas && -n $whole ]] && ((whole > 0)); then limit "$name"; fi
  done
}

# maximumBytesBilled must stop a query before it runs.
limit() {
  local said
  if said=$(query --maximum_bytes_billed=1 --nouse_cache "SELECT * FROM \`$project.$dataset.$1\` WHERE FALSE OR LOAD_ID = 0" 2>&1); then
    bad 'a query beyond maximumBytesBilled ran: ENTRADA_MAX_BYTES guards nothing'
  elif [[ $said == *[Bb]ytes*billed* ]]; then ok 'a query beyond maximumBytesBilled is refused before it runs'
  else unknown "whether maximumBytesBilled stops a query: $said"
  fi
}

routines() {
  local found name body said published=0
  if ! found=$(bq --project_id="$project" --format=json ls --routines "$project:$dataset" 2>&1); then
    bad "the procedures of $project.$dataset cannot be listed: $found"
    return
  fi
  for name in $(of '(it ?? []).map((r) => (r.routineReference ?? r).routineId ?? r.Id)' <<<"$found"); do
    case $name in proc_* | consolidate_* | check_*) ;; *) continue ;; esac
    case $name in consolidate_*_months) ;; consolidate_*) published=$((published + 1)) ;; esac
    body=$(bq --project_id="$project" --format=json show --routine "$project:$dataset.$name" | of 'it?.definitionBody ?? ""')
    if [[ -z $body ]]; then bad "$name has no body that can be read: entrada deploy makes it again each time"; continue; fi
    # What it is given as arguments, a block declares.
    if said=$(query --dry_run "BEGIN DECLARE p_from, p_to DATE DEFAULT DATE '1900-01-01'; BEGIN ${body%;}; END; END" 2>&1); then
      ok "$name is what BigQuery takes for valid"
    else
      bad "$name is not valid for BigQuery: $said"
    fi
  done
  if ((published > 0)); then ok "$published procedure(s) that publish in one call: consolidate_<dataset>"
  else bad 'no procedure consolidate_<dataset>: entrada deploy --apply makes it'
  fi
}

scripts() {
  local said
  if ! said=$(query 'BEGIN TRANSACTION; SELECT 1 AS one; ROLLBACK TRANSACTION;' 2>&1); then
    bad "a script with a transaction is refused: $said"
  elif [[ $(of 'JSON.stringify(it)' <<<"$said") == *'"one"'* ]]; then
    ok 'the result of a script is that of its last SELECT, though ROLLBACK follows'
  else
    # bq itself may print each statement of a script rather than its result.
    unknown "what the result of a script is; bq says: ${said//$'\n'/ }"
  fi
}

lake() {
  local about
  if [[ -z $bucket ]]; then unknown 'the bucket: none is named (--bucket)'; return; fi
  if ! about=$(gcloud storage buckets describe "gs://$bucket" --format=json 2>&1); then
    bad "the bucket gs://$bucket cannot be described: $about"
    return
  fi
  if [[ $(of '!!it.retention_policy || it.default_event_based_hold === true' <<<"$about") == false ]]; then
    ok "objects of gs://$bucket may be moved: no retention policy, no default hold"
  else
    bad "gs://$bucket has a retention policy or a default hold: files cannot leave entrada/"
  fi
}

roles() {
  local policy has missing=()
  if [[ -z $account ]]; then unknown 'the roles: no account is named (--account)'; return; fi
  if ! policy=$(gcloud projects get-iam-policy "$project" --format=json 2>&1); then
    unknown "the roles of $account: $policy"
    return
  fi
  has=$(of "(it.bindings ?? []).filter((b) => b.members.some((m) => m.endsWith(':$account'))).map((b) => b.role)" <<<"$policy")
  for role in roles/bigquery.jobUser roles/bigquery.dataEditor roles/storage.objectUser roles/pubsub.editor; do
    grep -qx "$role" <<<"$has" || missing+=("$role")
  done
  if grep -qxE 'roles/(owner|editor)' <<<"$has"; then bad "$account has a basic role: far more than Entrada needs"; fi
  if ((${#missing[@]} == 0)); then ok "$account has the four roles on the project"
  else unknown "whether $account has ${missing[*]}: not on the project; perhaps on the dataset, bucket or topics"
  fi
}

topics() {
  local found about name said
  for name in bases_vendas api-spotify; do
    if said=$(gcloud pubsub topics describe "$name" --project="$project" --format=json 2>&1); then ok "topic $name is there"
    elif [[ $said == *NOT_FOUND* ]]; then bad "topic $name is not there: nothing can be announced on it"
    else unknown "whether topic $name is there: ${said//$'\n'/ }"
    fi
  done
  if ! found=$(gcloud pubsub subscriptions list --project="$project" --format=json 2>&1); then
    unknown "the subscriptions: $found"
    return
  fi
  for name in $(of '(it ?? []).filter((s) => /\/(bases_vendas|api-spotify)$/.test(s.topic)).map((s) => s.name.split("/").at(-1))' <<<"$found"); do
    about=$(of "JSON.stringify(it.find((s) => s.name.endsWith('/$name')))" <<<"$found")
    if [[ $(of '!!it.deadLetterPolicy?.deadLetterTopic' <<<"$about") == true ]]; then
      ok "$name gives up after $(of 'it.deadLetterPolicy.maxDeliveryAttempts' <<<"$about") deliveries, to a dead-letter topic"
    elif [[ $(of '!!it.pushConfig?.pushEndpoint' <<<"$about") == true ]]; then
      bad "$name pushes and has no dead-letter topic: a file that always fails is delivered for ever"
    else
      ok "$name pulls: Entrada itself counts its deliveries"
    fi
    if [[ $(of '!!it.pushConfig?.pushEndpoint && Number(it.ackDeadlineSeconds) < 600' <<<"$about") == true ]]; then
      bad "$name waits $(of 'it.ackDeadlineSeconds' <<<"$about") s for an answer: a large file takes longer, and is delivered twice at once (600 is the most)"
    fi
  done
}

identity() {
  if gcloud auth application-default print-access-token >/dev/null 2>&1; then ok 'Application Default Credentials are found here'
  else unknown 'Application Default Credentials: none here; on Cloud Run and Composer the service account stands for them'
  fi
}

identity
tables
routines
scripts
lake
roles
topics
echo
if ((failures > 0)); then echo "$failures not ok"; exit 1; fi
echo 'nothing is amiss of what could be told'
