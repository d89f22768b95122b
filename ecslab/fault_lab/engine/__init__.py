"""What every fault is made, looked at and judged with. Knows no single fault; those are in `cases`."""
