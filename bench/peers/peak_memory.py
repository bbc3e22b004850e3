"""Runs a command and prints the most memory it was resident with, as one line of JSON: the same yardstick for both sides."""

import json
import resource
import subprocess
import sys


def main():
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({"peak_bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit}))


if __name__ == "__main__":
    main()
