#!/bin/sh
# From an uploaded teacher to a downloaded student with nothing but curl. Start the service first: `npm start`.
#   apps/demo/quickstart.sh [DIRECTORY to put the student into, here unless told]
# DISTILLER_URL says where the service is, DISTILLER_API_KEY is sent where keys are asked for; STEPS is how long to train.
set -eu

api=${DISTILLER_URL:-http://127.0.0.1:4747}
data=$(dirname "$0")/data
into=${1:-.}
name=quickstart-$$
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
[ -z "${DISTILLER_API_KEY:-}" ] || echo "authorization: Bearer $DISTILLER_API_KEY" >"$headers"

# A refused request ends the script with the service's own words.
call() { curl --silent --show-error --fail-with-body --header "@$headers" "$@" || { echo >&2; exit 1; }; }
post() { call --header 'content-type: application/json' --data "$2" "$api$1"; }
# The first value of a field of a JSON answer.
field() { sed 's/[{,]/\n/g' | sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\"}]*\).*/\1/p" | head -n 1; }
upload() { call --header 'content-type: application/octet-stream' --data-binary "@$1" "$api/v1/uploads" | field id; }

echo "Uploading the teacher and its play ..."
weights=$(upload "$data/breakout.safetensors")
play=$(upload "$data/breakout.rollouts.zarr.zip")

# The observation contract is all default: Breakout, 84×84 grey, four frames, frame skip four.
post /v1/teachers '{
  "name": "'"$name"'", "architecture": {"preset": "nature"}, "actions": ["NOOP", "FIRE", "RIGHT", "LEFT"],
  "observation": {"game": "breakout"}, "weights": {"upload": "'"$weights"'"}}' >/dev/null
post /v1/rollouts '{"name": "'"$name"'", "file": {"upload": "'"$play"'"}}' >/dev/null

job=$(post /v1/jobs '{
  "kind": "distillation", "teacher": "'"$name"'", "rollouts": "'"$name"'", "student": {"preset": "paper-student"},
  "loss": {"derivative": {"kind": "vjp"}}, "steps": '"${STEPS:-200}"', "evaluate_every": 100, "train_fraction": 0.05}' | field id)
echo "Job $job: $api/jobs/$job"

while :; do
  answer=$(call --header 'prefer: wait=20' "$api/v1/jobs/$job")
  status=$(echo "$answer" | field status)
  echo "  $status, step $(echo "$answer" | field step)"
  case $status in succeeded) break ;; failed | cancelled) echo "$answer" >&2; exit 1 ;; esac
done

model=$(echo "$answer" | field model)
student=$(call --remote-name --remote-header-name --output-dir "$into" --write-out '%{filename_effective}' \
  "$api/v1/models/$model/download?file=onnx")
echo "The student: $student"
