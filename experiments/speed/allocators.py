"""Memory allocators a PyTorch process can be started with.

PyTorch allocates the buffers of every step anew. With glibc's defaults large buffers go back to
the system at once and cost page faults in the next step, so a CPU benchmark that leaves the
allocator alone measures the kernel. An allocator is chosen before a process starts: by
environment variables.
"""

import glob
import os
import sys

NEVER = str(1 << 40)


def preload(pattern, **settings):
    found = sorted(glob.glob(f"/usr/lib/*/{pattern}") + glob.glob(f"/usr/lib/{pattern}"))
    return {"LD_PRELOAD": found[0], **settings} if found else None


def environments():
    """Name: environment variables, for the allocators this machine has."""
    keep = {"MALLOC_TRIM_THRESHOLD_": NEVER, "MALLOC_MMAP_THRESHOLD_": NEVER,
            "MALLOC_TOP_PAD_": str(64 << 20)}
    jemalloc = "dirty_decay_ms:-1,muzzy_decay_ms:-1"
    known = {
        "glibc-default": {},
        # Memory once taken is kept.
        "glibc": keep,
        "glibc-huge-pages": {**keep, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"},
        "jemalloc": preload("libjemalloc.so.2", MALLOC_CONF=jemalloc),
        "jemalloc-huge-pages": preload("libjemalloc.so.2", MALLOC_CONF=jemalloc + ",thp:always"),
        "tcmalloc": preload("libtcmalloc_minimal.so.4", TCMALLOC_RELEASE_RATE="0"),
    }
    return {name: settings for name, settings in known.items() if settings is not None}


def best():
    """The fastest one here, in the order that tune.py found."""
    known = environments()
    return next(name for name in ("tcmalloc", "jemalloc", "glibc") if name in known)


def restart_under(name, threads):
    """Starts this script again under the allocator, unless it already runs under it."""
    if os.environ.get("SPEED_ALLOCATOR") == name:
        return
    known = environments()
    if name not in known:
        raise SystemExit(f"allocator {name}: not here; there are {', '.join(known)}")
    variables = dict(os.environ, SPEED_ALLOCATOR=name, OMP_NUM_THREADS=str(threads),
                     MKL_NUM_THREADS=str(threads), **known[name])
    os.execve(sys.executable, [sys.executable, *sys.argv], variables)
