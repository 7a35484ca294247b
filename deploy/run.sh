#!/bin/sh
# Runs the program that SERVICE names with what `prepare` wrote for it, and becomes it, so that signals are its own.
set -eu
file=$DATA_DIR/processes/${UTILITY:+$UTILITY-}$SERVICE.env
if [ -r "$file" ]; then
  set -a
  . "$file"
  set +a
fi
exec node "services/$SERVICE/dist/main.js"
