"""Runs a command whose output nobody reads, and prints its wall seconds and the most memory that it had, in MiB."""

import resource
import subprocess
import sys
import time

start = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
seconds = time.perf_counter() - start
# Kilobytes, on macOS bytes.
unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit)
sys.exit(status)
