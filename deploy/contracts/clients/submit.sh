#!/bin/sh
# Submits one ticket by HTTP. The Idempotency-Key makes sending it again harmless.
curl --fail-with-body --silent --show-error "${TRIAGE_URL:?}/v1/tickets" \
  --header "Authorization: Bearer ${TRIAGE_API_KEY:?}" \
  --header "Content-Type: application/json" \
  --header "Idempotency-Key: ${1:-example-1}" \
  --data '{
    "subject": "redirect_uri_mismatch",
    "body": "Which redirect address do I put in for Google Contacts Sync?",
    "requester": {"email": "office@kontor-vest.example"},
    "site_url": "https://kontor-vest.example/office/"
  }'
