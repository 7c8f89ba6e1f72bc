"""Runs one measurement in a process of its own and says how busy the machine was meanwhile."""

import json
import os
import resource
import subprocess
import time


def busy_seconds():
    """Processor time used so far on this machine by anyone, other virtual machines included."""
    with open("/proc/stat") as file:
        user, nice, system, _idle, _wait, hard, soft, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + hard + soft + steal) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def wait_until_quiet(patience, share=0.1, window=1.0):
    """Waits until others use less than `share` of the processors, at most `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = busy_seconds()
        time.sleep(window)
        if busy_seconds() - before < share * window * os.cpu_count():
            return


def reason(stderr):
    """The line of a failed program's output that says why."""
    lines = [line.strip() for line in stderr.strip().splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"


def measure(command, patience=0.0, timeout=300.0):
    """The JSON object the command prints, or {"error": why}, and others' share of the machine."""
    wait_until_quiet(patience)
    busy, own, started = busy_seconds(), children_seconds(), time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
        if done.returncode < 0:
            result = {"error": f"ended by signal {-done.returncode} (9: out of memory)"}
        elif done.returncode > 0:
            result = {"error": reason(done.stderr)}
        else:
            result = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        result = {"error": f"not done after {timeout:g} s"}
    except (OSError, ValueError, IndexError) as error:
        result = {"error": f"{type(error).__name__}: {error}"[:200]}
    elapsed = time.monotonic() - started
    others = (busy_seconds() - busy) - (children_seconds() - own)
    result["others_share"] = max(0.0, others / (elapsed * os.cpu_count()))
    return result


def machine():
    """Processor, cores, memory and load average, in words."""
    model, memory = "unknown processor", 0
    flags = set()
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
            elif line.startswith("flags"):
                flags = set(line.split(":", 1)[1].split())
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    vector = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{model} ({vector}), {os.cpu_count()} cores, {memory:.0f} GiB"
