#!/usr/bin/env bash
# Evaluate with several processes on each machine: one per GPU, or on CPUs where there is none.
#   tools/dist_test.sh CONFIG CHECKPOINT GPUS [options of test.py]
# On several machines run it on each, with NNODES, NODE_RANK, MASTER_ADDR and PORT set.
set -euo pipefail
if [ $# -lt 3 ]; then sed -n 's/^# //p' "$0" >&2; exit 2; fi
exec python -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    --nproc_per_node="$3" \
    "$(dirname "$0")/test.py" "$1" "$2" --launcher pytorch "${@:4}"
