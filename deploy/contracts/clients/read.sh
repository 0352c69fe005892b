#!/bin/sh
# Prints every record of a queue, oldest first: headers, then the JSON value. -e: end at the end.
kcat -C -e -q -b "${KAFKA_BOOTSTRAP_SERVERS:?}" -t "support.queues.${1:-security}.v1" \
  -o beginning -f '%h\n%s\n'
