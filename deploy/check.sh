#!/bin/sh
# Fail if a setting is missing: a deployment would store the name of an unset variable as its value.
set -eu
: "${NOCTURNE_ROOT:?set it to the storage root of all runs: an absolute folder or an s3:// or gs:// URI}"
: "${NOCTURNE_CORPUS?set it to the name of the corpus that is retrained, or leave it empty: the name of the source}"
: "${NOCTURNE_SOURCE:?set it to the source of that corpus, for example folk or a folder}"
: "${NOCTURNE_TIMEZONE:?set it to the time zone of the schedules, for example UTC}"
: "${NOCTURNE_TRAIN_QUEUE:?set it to gpu if a worker with a GPU serves that queue, else to cpu}"
: "${NOCTURNE_PROMOTION:?set it to auto or, if a person is to decide on each new champion, to ask}"
case "$NOCTURNE_ROOT" in
/* | *://*) ;;
*)
    echo "NOCTURNE_ROOT: $NOCTURNE_ROOT is relative: a worker runs in another folder; set an absolute folder or a URI" >&2
    exit 1
    ;;
esac
case "$NOCTURNE_TRAIN_QUEUE" in
cpu | gpu) ;;
*)
    echo "NOCTURNE_TRAIN_QUEUE: $NOCTURNE_TRAIN_QUEUE is no queue of Nocturne; set it to cpu or gpu" >&2
    exit 1
    ;;
esac
case "$NOCTURNE_PROMOTION" in
auto | ask) ;;
*)
    echo "NOCTURNE_PROMOTION: $NOCTURNE_PROMOTION is unknown; set it to auto or ask" >&2
    exit 1
    ;;
esac
case "$NOCTURNE_ROOT $NOCTURNE_SOURCE" in
*://*@*)
    echo "NOCTURNE_ROOT, NOCTURNE_SOURCE: a password in an address is shown in every run; set it in the workers' environment" >&2
    exit 1
    ;;
esac
