"""What PyTorch's contestants say of their memory."""

import resource
import sys


def peak_megabytes():
    """The most memory that this process had, in MB of 10^6 bytes."""
    try:
        # getrusage() would count the program that started this one.
        with open("/proc/self/status") as status:
            lines = [line for line in status if line.startswith("VmHWM:")]
        return round(int(lines[0].split()[1]) * 1024 / 1e6)
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return round(peak * unit / 1e6)
