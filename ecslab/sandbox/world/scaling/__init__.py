"""How a service's desired count is reckoned: target tracking, steps, cooldowns, schedules, activities."""
