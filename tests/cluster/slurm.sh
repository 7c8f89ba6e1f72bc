#!/usr/bin/env bash
# Runs a sweep as a job array on a Slurm of its own, on this machine's loopback:
#
#   bash tests/cluster/slurm.sh PRIVET
#
# PRIVET is the program. Needs root and Debian's slurm-wlm and munge; says so and ends well where it
# cannot start them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

privet=$(realpath "${1:?the program}")
template=$(realpath docs/cluster/sweep.sbatch)

skip() {
    printf 'skipped: %s\n' "$1"
    exit 0
}

[[ $(id -u) -eq 0 ]] || skip "only root may start slurmd and slurmctld"
for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || skip "$program is not installed (slurm-wlm, munge)"
done

work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

# A key and a socket of its own, so that no Slurm of this machine is touched.
chmod 755 "$work"
install -d -m 700 "$work/munge"
head -c 1024 /dev/urandom >"$work/munge/key"
chmod 600 "$work/munge/key"
socket=$work/munge.socket
munged --foreground --force --key-file="$work/munge/key" --socket="$socket" \
    --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed" \
    >"$work/munge.out" 2>&1 &
pids+=($!)

host=$(hostname -s)
install -d "$work/state" "$work/spool"
cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf

sleep 1
slurmctld -D >"$work/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -N "$host" >"$work/slurmd.log" 2>&1 &
pids+=($!)

for _ in $(seq 60); do
    state=$(sinfo --noheader --format=%t 2>/dev/null || true)
    [[ $state == idle ]] && break
    sleep 0.5
done
if [[ ${state:-} != idle ]]; then
    tail -n 5 "$work"/*.log "$work/munge.out" >&2
    skip "Slurm did not start here"
fi

# Two methods, two seeds, in two tasks.
cat >"$work/sweep.toml" <<SWEEP
[grid]
seed = [0, 1]

[[points]]
name = "pate"
base = "$PWD/configs/quickstart.toml"

[[points]]
name = "dp-sgd"
base = "$PWD/configs/quickstart-dp-sgd.toml"
SWEEP
cd "$work"
export PRIVET=$privet SWEEP=$work/sweep.toml OUT=$work/sweep
sbatch --wait --array=0-1 --cpus-per-task=1 "$template" || {
    cat "$work"/privet-sweep-*.log "$work"/*.log >&2
    exit 1
}

python3 - "$OUT/sweep.json" <<'CHECK'
import json, sys
sweep = json.load(open(sys.argv[1]))
assert len(sweep["points"]) == 4, sweep
for point in sweep["points"]:
    assert point["state"] == "finished", point
assert sweep["composed"][0]["runs"] == 4, sweep["composed"]
print("four points in two tasks of a job array: together epsilon =", sweep["composed"][0]["epsilon"])
CHECK
