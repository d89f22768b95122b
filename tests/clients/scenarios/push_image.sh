# Pushes an image of one page to shop/web:1, by the API of ECR alone. Sourced.
tar -cf layer.tar --owner 0 --group 0 -C "$SCENARIOS" page.html
digest() { echo "sha256:$(sha256sum "$1" | cut -d' ' -f1)"; }
printf '{"architecture": "amd64", "os": "linux", "config": {"Cmd": ["httpd-foreground"]}, "rootfs": {"type": "layers", "diff_ids": ["%s"]}}' "$(digest layer.tar)" > config.json
for blob in layer.tar config.json; do
  UPLOAD=$(aws ecr initiate-layer-upload --repository-name shop/web --query uploadId --output text)
  aws ecr upload-layer-part --repository-name shop/web --upload-id "$UPLOAD" --part-first-byte 0 \
    --part-last-byte $(($(stat -c %s $blob) - 1)) --layer-part-blob fileb://$blob
  aws ecr complete-layer-upload --repository-name shop/web --upload-id "$UPLOAD" --layer-digests $(digest $blob)
done
cat > manifest.json <<JSON
{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
 "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": $(stat -c %s config.json), "digest": "$(digest config.json)"},
 "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "size": $(stat -c %s layer.tar), "digest": "$(digest layer.tar)"}]}
JSON
aws ecr put-image --repository-name shop/web --image-tag 1 --image-manifest file://manifest.json
