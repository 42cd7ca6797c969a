#!/usr/bin/env bash
# Builds a server, bakes it into an image, sends the image to three Regions and boots it there; then loses the Region that
# it comes from in the middle of another copy. Speaks to a running world: see README.md.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."

export AWS_ENDPOINT_URL="${AWS_ENDPOINT_URL:-http://127.0.0.1:4566}"
export FAULTLINE_ENDPOINT="$AWS_ENDPOINT_URL"
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}" AWS_PAGER=''
HOME_REGION=us-east-1
OTHERS=eu-west-1,ap-south-1,us-west-2
CONTENT_GIB=${CONTENT_GIB:-10}
NAME=golden-$RANDOM

faultline() { node bin/faultline.mjs "$@"; }
say() { printf '\n== %s\n' "$*"; }
ec2() { aws ec2 --output text "$@"; }

# Asks again and again until the answer is the one that is waited for; the waiters of the AWS CLI ask every 15 seconds only.
await() {
  local wanted=$1 answer
  shift
  for _ in $(seq 300); do
    answer=$("$@")
    [ "$answer" = "$wanted" ] && return
    sleep 0.2
  done
  echo "waited in vain for '$wanted': it is '$answer' ($*)" >&2
  return 1
}

image_state() { ec2 describe-images --region "$1" --image-ids "$2" --query 'Images[0].State'; }
instance_state() { ec2 describe-instances --region "$1" --instance-ids "$2" --query 'Reservations[0].Instances[0].State.Name'; }

# What an instance answers on port 8080, asked at its real socket.
ask() {
  local socket
  socket=$(curl -fsS "$AWS_ENDPOINT_URL/_faultline/address?of=$1&port=8080" |
    sed -E 's/.*"address": *"([^"]+)".*"port": *([0-9]+).*/\1:\2/')
  curl -fsS --retry 40 --retry-delay 1 --retry-all-errors --max-time 5 "http://$socket/"
}

# Launches a server in a Region from an image, with user data from stdin, and lets everyone reach it.
launch() {
  local id group
  group=$(ec2 create-security-group --region "$1" --group-name "golden-image-$RANDOM" --description 'Everyone may ask' --query GroupId)
  ec2 authorize-security-group-ingress --region "$1" --group-id "$group" --protocol tcp --port 8080 --cidr 0.0.0.0/0 >/dev/null
  id=$(ec2 run-instances --region "$1" --image-id "$2" --instance-type t3.micro --security-group-ids "$group" \
    --user-data file:///dev/stdin --query 'Instances[0].InstanceId')
  await running instance_state "$1" "$id"
  echo "$id"
}

say "A server in $HOME_REGION writes its page to its disk and serves it"
BASE=$(aws ssm get-parameter --region $HOME_REGION --output text --query Parameter.Value \
  --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64)
SERVER=$(launch $HOME_REGION "$BASE" <<'JS'
#!/usr/bin/env node
const { readFileSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
writeFileSync('page.txt', `baked by ${process.env.HOST} in us-east-1 at ${new Date().toISOString()}\n`, { flag: 'a' });
writeFileSync('serve.js', `
const { readFileSync } = require('node:fs');
require('node:http').createServer((request, response) => response.end(readFileSync('page.txt')))
  .listen(8080, process.env.HOST);`);
require(process.cwd() + '/serve.js');
JS
)
echo "$SERVER: $(ask "$SERVER")"

say "Its disk is to count as one with $CONTENT_GIB GiB: that much is sent beside the real bytes"
VOLUME=$(ec2 describe-volumes --region $HOME_REGION --filters "Name=attachment.instance-id,Values=$SERVER" --query 'Volumes[0].VolumeId')
ec2 create-tags --region $HOME_REGION --resources "$VOLUME" --tags "Key=faultline:content-gib,Value=$CONTENT_GIB"

say 'Bake it'
IMAGE=$(ec2 create-image --region $HOME_REGION --instance-id "$SERVER" --name "$NAME" --query ImageId)
await available image_state $HOME_REGION "$IMAGE"
echo "$IMAGE is available in $HOME_REGION"

say 'What would it take to have it elsewhere?'
faultline image copy "$IMAGE" --to $OTHERS --estimate

say 'Send it'
faultline image copy "$IMAGE" --to $OTHERS

say 'Boot it there: the page that was written in us-east-1 is served from each Region'
declare -A SERVERS
for REGION in ${OTHERS//,/ }; do
  COPY=$(ec2 describe-images --region "$REGION" --owners self --filters "Name=name,Values=$NAME" --query 'Images[0].ImageId')
  SERVERS[$REGION]=$(launch "$REGION" "$COPY" <<<$'#!/bin/sh\nexec node serve.js')
  echo "$REGION ${SERVERS[$REGION]}: $(ask "${SERVERS[$REGION]}")"
done

say "Lose $HOME_REGION in the middle of another copy"
LATE=$(ec2 copy-image --region eu-central-1 --source-region $HOME_REGION --source-image-id "$IMAGE" --name late --query ImageId)
copies_moving() { curl -fsS "$AWS_ENDPOINT_URL/_faultline/copies" | grep -c '"state": *"moving"' || true; }
await 1 copies_moving
faultline copies --once
faultline break region/$HOME_REGION disaster
await failed image_state eu-central-1 "$LATE"
ec2 describe-images --region eu-central-1 --image-ids "$LATE" --query 'Images[0].[ImageId,State,StateReason.Message]'

say 'What is left: the copies that were through, and the servers that run from them'
for REGION in ${OTHERS//,/ }; do
  echo "$REGION ${SERVERS[$REGION]}: $(ask "${SERVERS[$REGION]}")"
  ec2 describe-images --region "$REGION" --owners self --query 'Images[].[ImageId,Name,State]' | sed "s/^/$REGION  /"
done
faultline mend region/$HOME_REGION
