"""Whether two fits in JSON files are the same: same_fit.py A.json B.json; status 1 and the differences where they are not."""

import json
import sys

from compare import differences

a, b = (json.load(open(path)) for path in sys.argv[1:])
found = differences(a, b)
print("the two fits differ: " + "; ".join(found) if found else f"the two fits are equal: llf {a['llf']!r} and {b['llf']!r}")
sys.exit(bool(found))
