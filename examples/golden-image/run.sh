#!/usr/bin/env bash
# Builds a server, bakes it into an image, sends the image to three Regions and boots it there; then loses the Region that
# it comes from in the middle of another copy. Speaks to a running world: see README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

export AWS_ENDPOINT_URL="${AWS_ENDPOINT_URL:-http://127.0.0.1:4566}" FAULTLINE_ENDPOINT="${AWS_ENDPOINT_URL:-}"
export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}" AWS_PAGER=''
HOME_REGION=us-east-1
OTHERS=eu-west-1,ap-south-1,us-west-2
CONTENT_GIB=${CONTENT_GIB:-10}

faultline() { npm start --silent -- "$@"; }
say() { printf '\n== %s\n' "$*"; }
ec2() { aws ec2 --output text "$@"; }

# What an instance answers on port 8080, asked at its real socket.
ask() {
  local socket
  socket=$(curl -fsS "$AWS_ENDPOINT_URL/_faultline/address?of=$1&port=8080" |
    sed -E 's/.*"address": *"([^"]+)".*"port": *([0-9]+).*/\1:\2/')
  curl -fsS --retry 40 --retry-delay 1 --retry-all-errors --max-time 5 "http://$socket/"
}

# Launches a server in a Region from an image, with user data from stdin.
launch() {
  local id
  id=$(ec2 run-instances --region "$1" --image-id "$2" --instance-type t3.micro --user-data "file:///dev/stdin" \
    --query 'Instances[0].InstanceId')
  aws ec2 wait instance-running --region "$1" --instance-ids "$id"
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
IMAGE=$(ec2 create-image --region $HOME_REGION --instance-id "$SERVER" --name "golden-$RANDOM" --query ImageId)
aws ec2 wait image-available --region $HOME_REGION --image-ids "$IMAGE"
echo "$IMAGE is available in $HOME_REGION"

say 'What would it take to have it elsewhere?'
faultline image copy "$IMAGE" --to $OTHERS --estimate

say 'Send it'
faultline image copy "$IMAGE" --to $OTHERS | tee /tmp/golden-image.$$

say 'Boot it there: the page that was written in us-east-1 is served from each Region'
while read -r COPY REGION STATE; do
  [ "$STATE" = available ] || continue
  COPIED=$(launch "$REGION" "$COPY" <<<$'#!/bin/sh\nexec node serve.js')
  echo "$REGION $COPIED: $(ask "$COPIED")"
done < <(grep -E '^ami-[0-9a-f]+ +[a-z0-9-]+ +[a-z]+$' /tmp/golden-image.$$)
rm -f /tmp/golden-image.$$

say "Lose $HOME_REGION in the middle of another copy"
LATE=$(ec2 copy-image --region eu-central-1 --source-region $HOME_REGION --source-image-id "$IMAGE" --name late --query ImageId)
until curl -fsS "$AWS_ENDPOINT_URL/_faultline/copies" | grep -q '"state": *"moving"'; do sleep 0.2; done
faultline copies --once
faultline break region/$HOME_REGION disaster
until [ "$(ec2 describe-images --region eu-central-1 --image-ids "$LATE" --query 'Images[0].State')" = failed ]; do sleep 0.5; done
ec2 describe-images --region eu-central-1 --image-ids "$LATE" --query 'Images[0].[ImageId,State,StateReason.Message]'

say 'What is left: the copies that were through, and the servers that run from them'
for REGION in ${OTHERS//,/ }; do
  ec2 describe-images --region "$REGION" --owners self --query 'Images[].[ImageId,Name,State]' | sed "s/^/$REGION  /"
done
faultline mend region/$HOME_REGION
