"""How a bench prints a figure: a line for people, or one JSON object a line."""

import json
import statistics
import sys

AS_JSON = "--json" in sys.argv


def show(bench: str, figure: str, values: list[float], unit: str, against: str | None = None, peer: float | None = None):
    """The median of `values`; `peer` is what `against` costs in the same run, a limit or a rival."""
    value = statistics.median(values)
    ratio = None if not peer else round(value / peer, 3)
    if AS_JSON:
        line = {"bench": bench, "figure": figure, "value": round(value, 3), "unit": unit, "runs": len(values)}
        print(json.dumps(line | ({"against": against, "ratio": ratio} if against else {})))
        return
    spread = f"{min(values):.2f} to {max(values):.2f}, {len(values)} runs" if len(values) > 1 else "1 run"
    comparison = f"   {ratio} of {against} ({peer:.2f} {unit})" if against else ""
    print(f"{bench:12} {figure:24} {value:9.2f} {unit:3} ({spread}){comparison}")
